"""Many rows into the org: Bulk API 2.0 ingest jobs, and collections for all that a job left over.

An upsert may be repeated, so every doubt ends the same way: the rows without a result are
written once more, in collections. simple-salesforce's own Bulk loses line breaks and accents,
so the jobs are driven from here (Salesforce 3.6 and 5.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connector.core.terms.errors import AccessDenied, RequestRefused, VendorError
from connector.core.terms.records import Row, RowError, RowResult
from connector.gateways.http.client import Repeat
from connector.gateways.salesforce.csv_files import csv_line, fields_of, files, results_by_key
from connector.gateways.salesforce.errors import is_locked, is_lost_race
from connector.gateways.salesforce.session import Request, SalesforceSession, unreadable
from connector.gateways.salesforce.writes import Writer, keyless, merged_by

MOST_BY_COLLECTIONS = 2_000
"""Rows up to which collections are quicker than a job (Salesforce 5).
https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/asynch_api_intro.htm"""

# Salesforce 5: the org promises no time in which a job is done.
LONGEST_JOB = 1_800.0
"""Seconds after which a job that has not ended is aborted."""

# Salesforce 11: uncertain: a job takes 5 to 30 seconds at the least; small ones may be quicker.
_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 0.25, 2.0, 30.0
# Salesforce 5.1: a failed job can have written rows too, so it has results to fetch.
_FINAL_STATES = frozenset({"JobComplete", "Failed", "Aborted"})
_JOBS = "jobs/ingest"
_NO_BULK = (VendorError, AccessDenied)
"""What ends the use of Bulk and not the upsert: collections say what is really wrong."""


@dataclass(frozen=True)
class _Target:
    """Where rows go: the object, and the external id that tells new from known."""

    object: str
    key: str


class Bulk:
    """Upserts thousands of rows in a few calls; results come in the order of the rows."""

    def __init__(self, session: SalesforceSession, writer: Writer) -> None:
        self._session = session
        self._writer = writer

    def upsert(self, object_name: str, key: str, rows: Sequence[Row]) -> list[RowResult]:
        """Create or change rows by their key; rows with one key become one row, the last wins.

        Rows that Bulk cannot carry, that it never reached or that lost against another writer
        go through collections; so do all rows where few are left for Bulk.
        """
        keys, merged = merged_by(key, rows)
        fields = fields_of(merged.values())
        lines = [line for row in merged.values() if (line := csv_line(row, fields))]
        done: dict[str, RowResult] = {}
        if len(lines) > MOST_BY_COLLECTIONS:
            done = self._jobs(_Target(object_name, key), files(fields, lines))
        left = {name: row for name, row in merged.items() if name not in done}
        again = self._writer.upsert(object_name, key, list(left.values()))
        done |= zip(left, again, strict=True)
        return [done.get(name, keyless(key)) for name in keys]

    def _jobs(self, target: _Target, uploads: Iterable[bytes]) -> dict[str, RowResult]:
        """Return the results by key, as far as jobs brought any."""
        found: dict[str, RowResult] = {}
        # Salesforce 5.1: a job takes one upload.
        for upload in uploads:
            try:
                job = self._created(target)
            except _NO_BULK:  # a job may be there all the same: open and empty, it does nothing
                break
            progress = self._worked_off(job, upload)
            found |= self._results(job, target, progress)
            # Salesforce 5.1: else the org keeps the files of results for 7 days.
            with suppress(*_NO_BULK):
                self._session.ask(Request("DELETE", f"{_JOBS}/{job}", effect=True))
            if progress.get("state") != "JobComplete":
                break
        return {name: one for name, one in found.items() if not _to_repeat(one.error, target.key)}

    def _created(self, target: _Target) -> str:
        body = {
            "object": target.object,
            "operation": "upsert",
            "externalIdFieldName": target.key,
            "contentType": "CSV",
            # Salesforce 5.1: has to be what the file really has.
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }
        request = Request("POST", _JOBS, body, Repeat.NEVER, effect=True)
        job = self._asked(request).get("id")
        if not isinstance(job, str) or not job.isalnum():
            raise unreadable(request)
        return job

    def _worked_off(self, job: str, upload: bytes) -> Mapping[str, Any]:
        """Hand over the rows and wait for the job's end; give it up where that fails."""
        try:
            self._hand_over(job, upload)
            return self._ended(job)
        except _NO_BULK:
            return self._aborted(job)

    def _hand_over(self, job: str, upload: bytes) -> None:
        # Salesforce 5.1: contentUrl names this same path, but relative to the host.
        path = f"{_JOBS}/{job}/batches"
        self._session.ask(Request("PUT", path, upload, effect=True, csv=True))
        try:
            self._session.ask(_state_change(job, "UploadComplete"))
        except RequestRefused as refused:
            # A repeat of a call that got through and lost its answer; polling tells.
            if refused.facts.code != "INVALIDJOBSTATE":
                raise

    def _ended(self, job: str) -> Mapping[str, Any]:
        clock, pause = self._session.clock, _FIRST_PAUSE
        patience = clock.monotonic() + LONGEST_JOB
        while clock.monotonic() < patience:
            clock.sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
            progress = self._asked(Request("GET", f"{_JOBS}/{job}"))
            if progress.get("state") in _FINAL_STATES:
                return progress
            # Salesforce 5.1: UploadComplete was not taken, and so it stays Open for 24 hours.
            if progress.get("state") == "Open":
                break
        return self._aborted(job)

    def _aborted(self, job: str) -> Mapping[str, Any]:
        """Stop a job so that it does not write later what another run may have changed."""
        with suppress(*_NO_BULK):
            return self._asked(_state_change(job, "Aborted"))
        return {}

    def _results(
        self, job: str, target: _Target, progress: Mapping[str, Any]
    ) -> dict[str, RowResult]:
        """Fetch both files; rows that are in neither were not processed."""
        # Salesforce 5.1: JobComplete with failed rows is normal.
        names = ["successfulResults", "failedResults"]
        if progress.get("state") == "JobComplete" and progress.get("numberRecordsFailed") == 0:
            names.remove("failedResults")
        found: dict[str, RowResult] = {}
        for name in names:
            with suppress(*_NO_BULK):
                answer = self._session.ask(Request("GET", f"{_JOBS}/{job}/{name}/", csv=True))
                found |= results_by_key(answer, target.key)
        return found

    def _asked(self, request: Request) -> Mapping[str, Any]:
        answer = self._session.ask(request)
        if not isinstance(answer, Mapping):
            raise unreadable(request)
        return answer


def _state_change(job: str, state: str) -> Request:
    return Request("PATCH", f"{_JOBS}/{job}", {"state": state}, effect=True)


def _to_repeat(error: RowError | None, key: str) -> bool:
    return error is not None and (is_locked(error) or is_lost_race(error, key))
