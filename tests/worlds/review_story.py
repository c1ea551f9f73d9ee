"""What consumers and people do in a shop, and what must be true of the org in the end.

`what_is_wrong` compares Trustpilot's own state with queries of the org: no code of ours between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connector.emulator.salesforce.rows.errors import RowError
from review_shop import Shop

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def kept(text: str | None, *, line: bool = False) -> str | None:
    """What the org is to hold of a text, if its field is long enough."""
    whole = (text or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    ends = _UNWANTED.sub("", whole.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return (" ".join(ends.split()) if line else ends) or None


def fits(held: str | None, wanted: str | None, limit: int) -> bool:
    """True for the whole text, or for the beginning of one that is too long for its field."""
    if held == wanted or held is None or wanted is None:
        return held == wanted
    width = len(wanted) + sum(letter == "\n" or ord(letter) > 0xFFFF for letter in wanted)
    cut = held.endswith("…") and wanted.startswith(held[:-1].rstrip())
    return cut and width > limit >= len(held) > limit // 4


@dataclass
class Told:
    """One review as this story knows it beside Trustpilot's state."""

    id: str
    kind: str
    consumer: str
    person: Mapping[str, Any]
    ever: list[tuple[int | None, bool]] = field(default_factory=list)
    raw: Any = None
    hidden: bool = False
    deleted: bool = False
    spoilt: Any = None
    draft: str = ""
    note: str = ""
    was_held: bool = False
    case_gone: bool = False
    closed_at: tuple[Any, ...] | None = None

    @property
    def words(self) -> str:
        """How Trustpilot calls the text of this kind of review."""
        return "content" if self.kind == "product" else "text"

    def shown_words(self) -> tuple[Any, ...]:
        """Stars, title and text as the org is to hold them."""
        title = self.raw.get("title") if self.kind == "service" else None
        return (
            self.raw["stars"],
            kept(title, line=True),
            kept(self.raw.get(self.words)),
        )


_FIELDS = (
    "Id, External_Id__c, Type__c, Stars__c, Title__c, Text__c, Live_Reply__c, Tags__c, Deleted__c, "
    "Missing_Since__c, Reply__c, Reply_Status__c, Case_Rule__c, Review_Case__c, Case_Opened_At__c, "
    "Contact__c, Account__c"
)
_CASE_FIELDS = (
    "Id, Trustpilot_Review_Key__c, Trustpilot_Review__c, Subject, Description, SuppliedName, "
    "SuppliedEmail, SuppliedPhone, ContactId, AccountId, IsClosed"
)
_KEPT = {"Id", "External_Id__c", "Type__c", "Business_Unit__c", "Deleted__c", "Deleted_At__c"}
_KEPT |= {"Review_Case__c", "attributes"}


@dataclass
class Story:
    """What consumers and people do in a shop, and what must be true of the org in the end."""

    shop: Shop
    variant: str
    reviews: list[Told] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    @property
    def is_simple(self) -> bool:
        """True where the configuration asks for neither cases nor copies."""
        return self.variant in ("plain", "filtered")

    # -- what happens ----------------------------------------------------------------------
    def any_of(self, which: int, *kinds: str) -> Told | None:
        """One of the reviews that Trustpilot shows, or none."""
        kinds = kinds or ("service", "product")
        shown = [one for one in self.reviews if one.kind in kinds and not one.hidden]
        shown = [one for one in shown if not one.deleted]
        return shown[which % len(shown)] if shown else None

    def named(self, which: int) -> tuple[str, str] | None:
        """Any review at all: its type and id."""
        found = self.reviews[which % len(self.reviews)] if self.reviews else None
        return (found.kind.capitalize(), found.id) if found else None

    def write(self, kind: str, who: int, **words: Any) -> None:
        """A consumer writes a review, a few minutes before Trustpilot shows it."""
        state, person = self.shop.state, self.shop.people[who]
        consumer = f"{who:024x}"
        if consumer in self.gone:
            return
        now = self.shop.emulator.clock.now()
        common = {"createdAt": now - timedelta(minutes=who), "stars": words["stars"]}
        common["consumer"] = {"id": consumer, "displayName": f"Consumer {who}"}
        if kind == "product":
            common["consumer"] = {"id": consumer, "email": person["Email"], "name": f"C. {who}"}
            made = state.add_product_review(self.shop.unit_id, content=words["text"], **common)
            raw = state.product.reviews[made["id"]]
        else:
            common["stars"] = words["stars"] or 1
            texts = {"title": words["title"], "text": words["text"]}
            email = {"referralEmail": person["Email"]}
            made = state.add_service_review(self.shop.unit_id, **texts, **email, **common)
            raw = state.service.get(made["id"])
        self.reviews.append(Told(made["id"], kind, consumer, person, raw=raw))
        self.note_fit(self.reviews[-1])

    def edit(self, which: int, **words: Any) -> None:
        """A consumer changes stars, text and language of a review."""
        found = self.any_of(which)
        if found is None:
            return
        self.repair(found)
        self.shop.emulator.clock.advance(timedelta(seconds=1))  # no two edits at one moment
        changes = {"stars": words["stars"], "language": words["language"]}
        self.shop.state.edit_review(found.id, **changes, **{found.words: words["text"]})
        self.note_fit(found)

    def note_fit(self, found: Told) -> None:
        """Remember the stars, and whether a filter would have let the review in."""
        raw = found.raw
        texts = [raw.get("title") if found.kind == "service" else None, raw.get(found.words)]
        wholes = [(one or "").encode("utf-16", "surrogatepass") for one in texts]
        length = sum(len(one.decode("utf-16", "replace").strip()) for one in wholes)
        language = raw.get("language", "en")
        stars = raw["stars"]
        lets_in = stars in (1, 2, 3, None) and language in ("en", "en-GB", None) and length >= 3
        found.ever.append((stars, lets_in or self.variant != "filtered"))

    def delete(self, which: int) -> None:
        """A consumer deletes a review; the deletions list tells it."""
        if found := self.any_of(which):
            self.shop.state.delete_review(found.id)
            found.deleted = True

    def delete_consumer(self, who: int) -> None:
        """A consumer leaves Trustpilot, with all reviews, also those that are hidden."""
        consumer = f"{who:024x}"
        if consumer not in self.gone:
            self.gone.add(consumer)
            self.shop.state.delete_consumer(consumer)
            for found in self.reviews:
                found.deleted |= found.consumer == consumer

    def hide_or_show(self, which: int) -> None:
        """Trustpilot hides a review, so that it is gone and nothing says why; or shows it again."""
        alive = [one for one in self.reviews if not one.deleted]
        if not alive:
            return
        found = alive[which % len(alive)]
        self.repair(found)
        service, product = self.shop.state.service, self.shop.state.product.reviews
        found.hidden = not found.hidden
        if found.hidden and found.kind == "service":
            service.remove(found.id)
        elif found.hidden:
            del product[found.id]
        elif found.kind == "service":
            service.add(self.shop.unit_id, found.raw)
        else:
            product[found.id] = found.raw

    def send(self, which: int, odd: Mapping[str, Any]) -> None:
        """Trustpilot sends fields of a review that nobody expects, or none where there were."""
        if found := self.any_of(which):
            found.raw.update(odd)

    def spoil(self, which: int) -> None:
        """Trustpilot sends words of a review that cannot be read."""
        found = self.any_of(which)
        if found and found.spoilt is None:
            found.spoilt = {found.words: found.raw.get(found.words)}
            found.raw[found.words] = {"html": ["secret words"]}

    def repair(self, *some: Told) -> None:
        """These reviews, or all, can be read again."""
        for found in some or self.reviews:
            found.raw.update(found.spoilt or {})
            found.spoilt = None

    def reply(self, which: int, text: str | None) -> None:
        """A colleague answers in the portal, or takes the answer back."""
        if found := self.any_of(which, "service"):
            if text is None:
                self.shop.state.service.change(found.raw, {"companyReply": None})
            else:
                self.shop.state.portal_reply(found.id, text, "A colleague")

    def tag(self, which: int, values: list[str]) -> None:
        """A colleague sets the tags of a review in the portal."""
        if found := self.any_of(which, "service"):
            tags = [{"group": "generic", "value": each} for each in values]
            self.shop.state.service.change(found.raw, {"tags": tags})

    def held(self) -> dict[str, dict[str, Any]]:
        """The reviews of the org by id."""
        rows = self.shop.ask(f"SELECT {_FIELDS} FROM Trustpilot_Review__c")  # noqa: S608
        found = {row["External_Id__c"]: row for row in rows}
        assert len(found) == len(rows), "a review is there twice"
        return found

    def cases(self) -> dict[str, dict[str, Any]]:
        """The cases of reviews by id."""
        where = "Trustpilot_Review_Key__c != null"
        rows = self.shop.ask(f"SELECT {_CASE_FIELDS} FROM Case WHERE {where}")  # noqa: S608
        found = {row["Trustpilot_Review_Key__c"]: row for row in rows}
        assert len(found) == len(rows), "a case is there twice"
        return found

    def draft(self, which: int) -> None:
        """An agent types a reply and does not post it."""
        rows = self.held()
        drafted = [one for one in self.reviews if one.id in rows and not one.deleted]
        if drafted:
            found = drafted[which % len(drafted)]
            text = f"Draft for {found.id}"
            typed = {"Reply__c": text, "Reply_Status__c": "Draft"}
            if self.shop.change("Trustpilot_Review__c", rows[found.id]["Id"], **typed):
                found.draft = text

    def work_on_case(self, which: int, what: str) -> None:
        """An agent closes a case, writes on it, or deletes it."""
        rows, cases = self.held(), self.cases()
        linked = [one for one in self.reviews if not one.deleted and one.id in cases]
        linked = [one for one in linked if rows[one.id]["Case_Opened_At__c"]]
        if not linked:
            return
        found = linked[which % len(linked)]
        row, case = rows[found.id], cases[found.id]["Id"]
        text = f"Called about {found.id}"
        if what == "delete":
            with suppress(RowError):
                self.shop.emulator.org.delete("Case", case)
                found.case_gone = True
        elif what == "note" and self.shop.change("Case", case, Description=text):
            found.note = text
        elif what == "close" and self.shop.change("Case", case, Status="Closed"):
            found.closed_at = (row["Stars__c"], row["Title__c"], row["Text__c"])

    # -- what must be true -----------------------------------------------------------------
    def has_marks(self) -> bool:
        """True when a run has read both kinds of reviews to their end."""
        query = "SELECT Key__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null"
        keys = {row["Key__c"].partition(":")[0] for row in self.shop.ask(query)}
        return keys >= {"service_reviews", "product_reviews"}

    def what_is_wrong(self) -> str:
        """Say in which ways the org is not what Trustpilot shows, a line for each."""
        rows, cases, said = self.held(), self.cases(), []
        known = {found.id for found in self.reviews}
        said += [f"{name} is nobody's" for name in (rows.keys() | cases.keys()) - known]
        for found in self.reviews:
            check = self._of_deleted if found.deleted else self._of_alive
            wrong = [*check(found, rows.get(found.id)), *self._of_case(found, rows, cases)]
            said += [f"{found.kind} {found.id}: {each}" for each in wrong]
            found.was_held |= found.id in rows
        said += self._of_copies(rows)
        for word, query in _NOTHING.items():
            said += [f"{word}: {row}" for row in self.shop.ask(query)]
        return "\n".join(said)

    def _of_alive(self, found: Told, row: Mapping[str, Any] | None) -> list[str]:
        if row is None:
            must = found.was_held or (found.ever[-1][1] and not found.hidden)
            return ["lost"] if must else []
        said = [] if any(lets_in for _, lets_in in found.ever) else ["does not fit the filter"]
        said += ["tombstone"] if row["Deleted__c"] else []
        said += [] if bool(row["Missing_Since__c"]) is found.hidden else ["wrongly missing or not"]
        said += [] if row["Contact__c"] == found.person["Id"] else ["not connected"]
        if found.draft and (row["Reply__c"], row["Reply_Status__c"]) != (found.draft, "Draft"):
            said.append("draft lost")
        return said + ([] if found.hidden else self._of_content(found, row))

    def _of_content(self, found: Told, row: Mapping[str, Any]) -> list[str]:
        stars, title, text = found.shown_words()
        live = kept((found.raw.get("companyReply") or {}).get("text"))
        tags = "; ".join(sorted({tag["value"] for tag in found.raw.get("tags") or ()})) or None
        done = ("Published", "Edited Review") if live else (None, "Deleted")
        agrees = {
            "type": row["Type__c"] == found.kind.capitalize(),
            "stars": row["Stars__c"] == stars,
            "title": fits(row["Title__c"], title, 255),
            "text": fits(row["Text__c"], text, 32_768),
            "live reply": row["Live_Reply__c"] == live,
            "tags": row["Tags__c"] == tags,
            "reply status": bool(found.draft) or row["Reply_Status__c"] in done,
        }
        return [f"other {name}" for name, agree in agrees.items() if not agree]

    def _of_deleted(self, found: Told, row: Mapping[str, Any] | None) -> list[str]:
        if self.variant == "deleting" or row is None:
            lost = row is None and found.was_held and self.variant != "deleting"
            return (["not deleted"] if row else []) + (["tombstone lost"] if lost else [])
        described = self.shop.emulator.org.describe("Trustpilot_Review__c")["fields"]
        names = [one["name"] for one in described if one["name"].endswith("__c")]
        query = f"SELECT {', '.join(names)} FROM Trustpilot_Review__c WHERE Id = '{row['Id']}'"  # noqa: S608
        (full,) = self.shop.ask(query)
        left = [name for name, value in full.items() if value and name not in _KEPT]
        return [f"{name} is left" for name in left] + (
            [] if row["Deleted__c"] else ["no tombstone"]
        )

    def _of_case(self, found: Told, rows: Any, cases: Any) -> list[str]:
        row, case = rows.get(found.id) or {}, cases.get(found.id)
        if found.deleted:
            told = {"Subject": "Review deleted", "IsClosed": True}
            blank = ("Description", "SuppliedName", "SuppliedEmail", "ContactId", "AccountId")
            told |= dict.fromkeys((*blank, "SuppliedPhone"))
            return [f"case with {name}" for name in told if case and case[name] != told[name]]
        rule = row.get("Case_Rule__c")
        said = [] if not row or self._may_have(found, rule) else [f"case rule {rule}"]
        if found.case_gone or not rule:
            return said + (["needless case"] if case else [])
        if case is None:
            return [*said, "no case"]
        linked = (row["Review_Case__c"], case["Trustpilot_Review__c"]) == (case["Id"], row["Id"])
        said += [] if linked else ["case not linked"]
        said += ["note lost"] if found.note and case["Description"] != found.note else []
        if found.closed_at and not found.hidden and case["IsClosed"]:
            then = zip(found.closed_at, found.shown_words(), (9, 255, 32_768), strict=True)
            stars, *texts = then
            same = stars[0] == stars[1] and all(fits(*each) for each in texts)
            said += [] if same else ["case of an edited review is closed"]
        return said

    def _may_have(self, found: Told, rule: str | None) -> bool:
        made = {1: "unhappy", 2: "unhappy", 3: "unhappy", 5: "praise"}
        if self.is_simple:
            return rule is None
        return not found.ever or rule in {made.get(stars) for stars, _ in found.ever}

    def _of_copies(self, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
        if self.is_simple:
            return []
        copies = self.shop.ask(_COPIES)
        by_id = {row["Review_Id__c"]: row for row in copies}
        said = [] if len(by_id) == len(copies) else ["a copy is there twice"]
        for found in self.reviews:
            row, copy = rows.get(found.id), by_id.get(found.id)
            if found.deleted:
                left = [name for name, value in (copy or {}).items() if value]
                left = [name for name in left if name not in ("Id", "Review_Id__c", "attributes")]
                said += [f"copy of {found.id} has {left}"] if left else []
                said += ["copy not deleted"] if copy and self.variant == "deleting" else []
            elif row and not found.hidden:
                said += self._of_copy(found, row, copy)
        return said

    def _of_copy(self, found: Told, row: Any, copy: Any) -> list[str]:
        if copy is None:
            return [f"copy of {found.id} is lost"]
        stars, title, text = found.shown_words()
        rating = {None: None, 1: "1 star"}.get(stars, f"{stars} stars")
        agrees = {
            "headline": fits(copy["Headline__c"], title, 20),
            "text": fits(copy["Feedback__c"], text, 1_000),
            "rating": copy["Rating__c"] == rating,
            "account": copy["Customer__c"] == row["Account__c"],
            "shop": bool(copy["Shop__c"]),
        }
        return [f"copy of {found.id}: other {name}" for name, well in agrees.items() if not well]


_COPIES = (
    "SELECT Id, Review_Id__c, Headline__c, Feedback__c, Rating__c, Author__c, Customer__c, Shop__c "
    "FROM Feedback__c"
)
_NOTHING = {
    "open issue": "SELECT Key__c, Message__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'",
    "import not done": "SELECT Id FROM Trustpilot_Business_Unit__c WHERE Import_Reviews__c = true",
    "invitation": "SELECT Id FROM Trustpilot_Invitation__c",
}
"""What the org must not hold in the end."""
