"""One story in a shop: what everybody did in it, and what must be true at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from connector.emulator.trustpilot.service_reviews import Bounds

CONSUMERS = tuple(f"{number:024x}" for number in range(4))
WORDS = {"service": "text", "product": "content"}
NOT_KEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
LONGEST_TITLE = 255
TOMBSTONE = {
    *("Id", "Name", "External_Id__c", "Type__c", "Business_Unit__c", "Deleted__c"),
    *("Deleted_At__c", "Review_Case__c"),
}
UNREADABLE = {"not": "a text"}
STORED = (
    "SELECT Id, External_Id__c, Type__c, Stars__c, Title__c, Text__c, Live_Reply__c, Tags__c, "
    "Reply__c, Reply_Status__c, Deleted__c, Missing_Since__c, Case_Rule__c, Case_Opened_At__c, "
    "Review_Case__c, Account__c, Business_Unit__c FROM Trustpilot_Review__c"
)
CASES = (
    "SELECT Id, Trustpilot_Review_Key__c, Subject, Description, SuppliedName, SuppliedEmail, "
    "IsClosed, Trustpilot_Review__c FROM Case WHERE Trustpilot_Review_Key__c != null"
)
COPIES = (
    "SELECT Id, Review_Id__c, Headline__c, Feedback__c, Rating__c, Author__c, Customer__c, "
    "Shop__c FROM Feedback__c"
)


def as_kept(text: str | None) -> str:
    """What the org is to hold of a text, told from the text alone."""
    # On the wire half an emoji is an escape that no reader can pair; it stands for one character.
    whole = re.sub("[\ud800-\udfff]", "\ufffd", text or "")
    lines = whole.replace("\r\n", "\n").replace("\r", "\n")
    return NOT_KEPT.sub("", lines).strip()


def fits(kept: str | None, text: str | None, limit: int) -> bool:
    """True when a field holds a text: all of it, or its beginning and an ellipsis."""
    whole, held = as_kept(text), kept or ""
    if held == whole:
        return True
    is_long = len(whole.encode("utf-16-le")) // 2 + whole.count("\n") > limit
    return is_long and held.endswith("…") and whole.startswith(held.removesuffix("…"))


@dataclass
class Story:
    """A shop and everything that happened there which both sides must show at the end."""

    shop: Any
    variant: str
    known: list[tuple[str, str]] = field(default_factory=list)
    hidden: dict[str, Any] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    spoiled: dict[str, Any] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    first_stars: dict[str, int | None] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    deleted_cases: set[str] = field(default_factory=set)

    # -- Trustpilot's side -----------------------------------------------------------------
    def named(self, which: int) -> tuple[str, str] | None:
        """The type and id of some review that was ever written."""
        if not self.known:
            return None
        kind, review_id = self.known[which % len(self.known)]
        return kind.capitalize(), review_id

    def live(self, which: int) -> tuple[str, dict[str, Any]] | None:
        """The kind of some review that is shown, and the review as Trustpilot keeps it."""
        shown = self.shown()
        return shown[which % len(shown)] if shown else None

    def shown(self) -> list[tuple[str, dict[str, Any]]]:
        """Every review that Trustpilot shows."""
        state = self.shop.state
        service = state.service.of_unit(self.shop.unit_id, Bounds(None, None))
        product = state.product.reviews.values()
        return [("service", each) for each in service] + [("product", each) for each in product]

    def write(self, kind: str, who: int, **said: Any) -> None:
        """Let one of four consumers write; two of them are customers."""
        state, unit_id = self.shop.state, self.shop.unit_id
        person = self.shop.people[who % len(self.shop.people)]["Email"] if who % 2 else None
        consumer = {"id": CONSUMERS[who], "displayName": said["title"]}
        if kind == "service":
            said["stars"] = said["stars"] or 2  # the emulator counts the stars of these
            made = state.add_service_review(
                unit_id, consumer=consumer, referralEmail=person, **said
            )
        else:
            told = {"content": said["text"], "stars": said["stars"]}
            consumer = {"id": CONSUMERS[who], "name": said["title"], "email": person}
            made = state.add_product_review(unit_id, consumer=consumer, **told)
        self.known.append((kind, made["id"]))
        self.first_stars[made["id"]] = said["stars"]

    def change(self, review: dict[str, Any], fields: dict[str, Any]) -> None:
        """Change a review at Trustpilot as nobody but Trustpilot could."""
        if review["id"] in self.shop.state.product.reviews:
            review.update(fields)
        else:
            self.shop.state.service.change(review, fields)

    def edit(self, which: int, *, text: Any, stars: int | None, language: str | None) -> None:
        """Let a consumer edit."""
        if found := self.live(which):
            kind, review = found
            self.spoiled.pop(review["id"], None)
            self.first_stars.pop(review["id"], None)
            told = {WORDS[kind]: text, "stars": stars or 4, "language": language}
            self.shop.state.edit_review(review["id"], **told)

    def delete(self, which: int) -> None:
        """Let a consumer delete a review."""
        if found := self.live(which):
            self.gone.add(found[1]["id"])
            self.shop.state.delete_review(found[1]["id"])

    def delete_consumer(self, who: int) -> None:
        """Let a consumer go with all reviews, hidden ones too."""
        theirs = [review for _, review in [*self.shown(), *self.hidden.values()]]
        ids = {one["id"] for one in theirs if one["consumer"]["id"] == CONSUMERS[who]}
        self.gone |= ids
        self.hidden = {name: each for name, each in self.hidden.items() if name not in ids}
        self.shop.state.delete_consumer(CONSUMERS[who])

    def hide_or_show(self, which: int) -> None:
        """Let Trustpilot take a review offline, or show it again; no list of deletions tells."""
        named = self.known[which % len(self.known)][1] if self.known else None
        state = self.shop.state
        if named in self.hidden:
            kind, review = self.hidden.pop(named)
            if kind == "service":
                state.service.add(self.shop.unit_id, review)
            else:
                state.product.reviews[named] = review
        elif found := next((each for each in self.shown() if each[1]["id"] == named), None):
            self.hidden[named] = found
            if not state.service.remove(named):
                del state.product.reviews[named]

    def send(self, which: int, odd: dict[str, Any]) -> None:
        """Let Trustpilot send parts that are odd, missing or unheard of."""
        if found := self.live(which):
            self.change(found[1], odd)

    def spoil(self, which: int) -> None:
        """Let Trustpilot send a review that cannot be read."""
        if (found := self.live(which)) and found[1]["id"] not in self.spoiled:
            kind, review = found
            self.spoiled[review["id"]] = review.get(WORDS[kind])
            self.change(review, {WORDS[kind]: UNREADABLE})

    def repair(self) -> None:
        """Every review can be read again, those that are hidden too."""
        for kind, review in [*self.shown(), *self.hidden.values()]:
            if review["id"] in self.spoiled:
                review[WORDS[kind]] = self.spoiled[review["id"]]
        self.spoiled.clear()

    def reply(self, which: int, text: str | None) -> None:
        """Let a colleague answer in the portal, or take the answer back."""
        found = self.live(which)
        if not found or found[0] != "service":
            return
        if text is None:
            self.change(found[1], {"companyReply": None})
        else:
            self.shop.state.portal_reply(found[1]["id"], text, "A colleague")

    def tag(self, which: int, values: list[str]) -> None:
        """Let a colleague tag a service review anew."""
        found = self.live(which)
        if found and found[0] == "service":
            self.change(found[1], {"tags": [{"group": "mood", "value": one} for one in values]})

    # -- the org's side --------------------------------------------------------------------
    def draft(self, which: int) -> None:
        """Let an agent type a reply that is not to go out yet."""
        rows = [row for row in self.shop.ask(STORED) if not row["Deleted__c"]]
        if rows:
            row = rows[which % len(rows)]
            text = f"Draft {len(self.drafts)}"
            self.drafts[row["External_Id__c"]] = text
            values = {"Reply__c": text, "Reply_Status__c": "Draft"}
            self.shop.emulator.org.update("Trustpilot_Review__c", row["Id"], values)

    def work_on_case(self, which: int, what: str) -> None:
        """Let an agent close, note something on, or delete a case that its review knows."""
        linked = {row["Review_Case__c"] for row in self.shop.ask(STORED)}
        cases = [row for row in self.shop.ask(CASES) if row["Id"] in linked]
        if not cases:
            return
        case, org = cases[which % len(cases)], self.shop.emulator.org
        key = case["Trustpilot_Review_Key__c"]
        if what == "delete":
            self.deleted_cases.add(key)
            self.notes.pop(key, None)
            org.delete("Case", case["Id"])
        elif what == "note" and case["Subject"] != "Review deleted":
            self.notes[key] = "Called the customer"
            org.update("Case", case["Id"], {"Subject": self.notes[key]})
        elif what == "close":
            org.update("Case", case["Id"], {"Status": "Closed"})

    # -- both ------------------------------------------------------------------------------
    def what_is_wrong(self) -> list[str]:
        """Say how the org differs from what Trustpilot shows; [] is right."""
        rows = self.shop.ask(STORED)
        stored = {row["External_Id__c"]: row for row in rows}
        wrong = [] if len(stored) == len(rows) else ["a review is there twice"]
        for kind, review in self.shown():
            row = stored.get(review["id"])
            if row is not None:
                wrong += self._review(kind, review, row)
            elif self._is_wanted(kind, review):
                wrong.append(f"{review['id']} is lost")
        for review_id in self.hidden:
            if review_id in stored and not stored[review_id]["Missing_Since__c"]:
                wrong.append(f"{review_id} is hidden and not marked")
        wrong += [f"{name} came from nowhere" for name in stored.keys() - dict(self._ids())]
        wrong += self._traces(stored)
        if self.variant in ("cases and copies", "deleting"):
            wrong += self._cases(stored) + self._copies(stored)
        issues = "SELECT Code__c, Record__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"
        return wrong + [f"issue {row['Code__c']} is open" for row in self.shop.ask(issues)]

    def _ids(self) -> list[tuple[str, str]]:
        return [(review_id, kind) for kind, review_id in self.known]

    def _is_wanted(self, kind: str, review: dict[str, Any]) -> bool:
        if self.variant != "filtered":
            return True
        stars, language = review.get("stars", 5), review.get("language", "en")
        # Outer blanks do not count, and neither does what no org can hold.
        texts = (review.get("title"), review.get(WORDS[kind]))
        return (
            stars in (None, 1, 2, 3)
            and (language or "en").startswith("en")
            and sum(len(as_kept(text)) for text in texts) >= 3
        )

    def _review(self, kind: str, review: dict[str, Any], row: dict[str, Any]) -> list[str]:
        tags = sorted({one["value"] for one in review.get("tags") or ()})
        shown = {
            "Type__c": row["Type__c"] == kind.capitalize(),
            "Stars__c": row["Stars__c"] == review.get("stars", 5),
            "Text__c": fits(row["Text__c"], review.get(WORDS[kind]), 32_768),
            "Title__c": fits(row["Title__c"], review.get("title"), LONGEST_TITLE),
            "Live_Reply__c": row["Live_Reply__c"] == (review.get("companyReply") or {}).get("text"),
            "Tags__c": all(tag in (row["Tags__c"] or "") for tag in tags)
            and bool(row["Tags__c"]) == bool(tags),
            "Missing_Since__c": not row["Missing_Since__c"],
            "Deleted__c": not row["Deleted__c"],
        }
        if text := self.drafts.get(review["id"]):
            shown["Reply__c"] = (row["Reply__c"], row["Reply_Status__c"]) == (text, "Draft")
        return [f"{review['id']}: {name} is {row[name]!r}" for name, ok in shown.items() if not ok]

    def _traces(self, stored: dict[str, Any]) -> list[str]:
        """What is left of reviews that were deleted."""
        gone = self.gone & stored.keys()
        if self.variant == "deleting":
            return [f"{review_id} was to be deleted" for review_id in gone]
        names = [each.name for each in self.shop.emulator.org.sobject("Trustpilot_Review__c").fields]
        ours = [name for name in names if name.endswith("__c")]
        rows = self.shop.ask(f"SELECT {', '.join(ours)} FROM Trustpilot_Review__c")
        left = {
            row["External_Id__c"]: [
                name for name in ours if row[name] and name not in TOMBSTONE
            ]
            for row in rows
            if row["External_Id__c"] in gone
        }
        wrong = [f"{name} still holds {fields}" for name, fields in left.items() if fields]
        return wrong + [f"{name} is no tombstone" for name in gone if not stored[name]["Deleted__c"]]

    def _cases(self, stored: dict[str, Any]) -> list[str]:
        rows = self.shop.ask(CASES)
        cases = {row["Trustpilot_Review_Key__c"]: row for row in rows}
        wrong = [] if len(rows) == len(cases) else ["a case is there twice"]
        wrong += [f"{key} has a second case" for key in self.deleted_cases & cases.keys()]
        for key, case in cases.items():
            said = [case[name] for name in ("Description", "SuppliedName", "SuppliedEmail")]
            if key in self.gone:
                emptied = case["IsClosed"] and case["Subject"] == "Review deleted"
                wrong += [] if emptied and not any(said) else [f"the case of {key} is left"]
            elif stored.get(key, {}).get("Review_Case__c") != case["Id"]:
                wrong.append(f"the case of {key} is not linked")
            elif key in self.notes and case["Subject"] != self.notes[key]:
                wrong.append(f"the note on the case of {key} is gone")
        for key, row in stored.items():
            if key in self.gone:
                continue
            has_case = key in cases or key in self.deleted_cases
            if has_case != bool(row["Case_Rule__c"]) or has_case != bool(row["Case_Opened_At__c"]):
                wrong.append(f"{key} and its case do not agree")
            stars = self.first_stars.get(key)
            if stars and row["Case_Rule__c"] != {4: None, 5: "praise"}.get(stars, "unhappy"):
                wrong.append(f"{key} has the rule {row['Case_Rule__c']}")
        return wrong

    def _copies(self, stored: dict[str, Any]) -> list[str]:
        rows = self.shop.ask(COPIES)
        copies = {row["Review_Id__c"]: row for row in rows}
        wrong = [] if len(rows) == len(copies) else ["a copy is there twice"]
        keep = {"Id", "Review_Id__c", "attributes"}
        for key in self.gone & copies.keys():
            left = [name for name, value in copies[key].items() if value and name not in keep]
            if left or self.variant == "deleting":
                wrong.append(f"the copy of {key} holds {left}")
        for kind, review in self.shown():
            key = review["id"]
            copy, row = copies.get(key), stored.get(key)
            if copy is None or row is None:
                wrong.append(f"{key} has no copy")
                continue
            stars = review.get("stars", 5)
            same = {
                "Headline__c": fits(copy["Headline__c"], review.get("title"), 20),
                "Feedback__c": fits(copy["Feedback__c"], review.get(WORDS[kind]), 1000),
                "Rating__c": (copy["Rating__c"] or "")[:1] == str(stars or ""),
                "Customer__c": copy["Customer__c"] == row["Account__c"],
                "Shop__c": copy["Shop__c"] == row["Business_Unit__c"],
            }
            wrong += [f"copy of {key}: {name} {copy[name]!r}" for name, ok in same.items() if not ok]
        return wrong


@pytest.fixture
def open_story(open_shop):
    """Begin a story in a shop of a kind of configuration: `open_story("filtered")`."""
    return lambda variant: Story(open_shop(variant), variant)
