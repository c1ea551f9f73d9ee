"""Finds entries by comparing what two runs saw, for orgs that keep no history of a status.

What one run saw is kept in the checkpoint of the stream (`Seen__c`), as text that only this
module writes and reads. Nothing here decides whether an entry leads to an invitation.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.core.rules.entries import OBSERVED, Entry
from connector.core.rules.grammar import STAGE_FIELDS, TriggerObject
from connector.core.terms.instants import instant
from connector.core.terms.records import Row

Sights = Mapping[str, str]
"""Record ids of 15 characters to the stage in which a run last saw them, oldest sight first."""

HISTORY_IS_KEPT: Sights = {"history": "kept"}
"""What is remembered instead of sights where the org's history tells the entries itself."""

LONGEST_MEMORY = 131_072
"""Characters that the checkpoint's field can hold."""

_SHORT_ID = 15
_SHORTEST_SIGHT = len('"500000000000001":"A",')


@dataclass(frozen=True)
class Watch:
    """What one run looks at for the entries of one object.

    Entries from `since` on are read. `sights` are what the runs before saw. `is_first`: no run
    looked before; `is_sweep`: once a day a run reads further back than the overlap.
    """

    since: datetime
    sights: Sights
    is_first: bool = False
    is_sweep: bool = False

    @property
    def observes(self) -> bool:
        """True unless an earlier run found that the org's history tells the entries."""
        return self.sights != HISTORY_IS_KEPT


def observed_entries(
    trigger: TriggerObject, records: Iterable[Row], stages: Collection[str], sights: Sights
) -> list[Entry]:
    """Entries of records that an earlier run saw in another stage.

    A record that was never seen proves nothing: it may have been in the stage for years. The
    entry was no later than the record's last change, which is taken as its time.
    """
    entries: list[Entry] = []
    for row in records:
        stage, before = row.get(STAGE_FIELDS[trigger]) or "", sights.get(_short(row))
        changed_at = instant(row.get("SystemModstamp"))
        if stage in stages and before is not None and before != stage and changed_at:
            entries.append(Entry(trigger, str(row["Id"]), before, stage, changed_at, OBSERVED))
    return entries


def seen_now(
    trigger: TriggerObject, records: Iterable[Row], stages: Collection[str], sights: Sights
) -> dict[str, str]:
    """The sights after a run saw these records, which come oldest change first.

    A record in the only stage that rules wait for is dropped: from there it cannot enter it.
    """
    seen = dict(sights)
    for row in records:
        key, stage = _short(row), row.get(STAGE_FIELDS[trigger]) or ""
        seen.pop(key, None)
        if {*stages} != {stage}:
            seen[key] = stage
    return dict(list(seen.items())[-(LONGEST_MEMORY // _SHORTEST_SIGHT) :])


def sights_text(sights: Sights) -> str:
    """The sights as text for a checkpoint; the oldest are dropped where they do not fit."""
    kept: list[tuple[str, str]] = []
    room = LONGEST_MEMORY - len("{}")
    for key, stage in reversed([*sights.items()]):
        room -= len(_text({key: stage})) - len("{}") + len(",")
        if room < 0:
            break
        kept.append((key, stage))
    return _text(dict(reversed(kept))) if kept else ""


def kept_for(refused: Iterable[str], before: Sights, now: Sights) -> dict[str, str]:
    """The sights with those of records whose claim was refused: the next run needs them again."""
    old = {key: before[key] for each in refused if (key := each[:_SHORT_ID]) in before}
    return {**now, **old}


def _short(row: Row) -> str:
    return str(row["Id"])[:_SHORT_ID]


def _text(sights: Sights) -> str:
    return json.dumps(sights, ensure_ascii=False, separators=(",", ":"))
