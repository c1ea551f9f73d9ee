"""What an erasure on request did, as text for a person: counts and record ids only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.core.privacy.report import ErasureReport
from connector.core.run.exit_codes import MEANINGS, ExitCode, exit_code
from connector.report.errors import sentence


def erasure_code(report: ErasureReport) -> ExitCode:
    """The exit code; a record that the org refused needs a look."""
    return exit_code(report.failures, issues=len(report.refused))


def erasure_as_text(report: ErasureReport) -> str:
    """The report as a few lines; the address does not stand in them."""
    lines = ["Dry run: nothing was written."] if report.dry_run else []
    lines += _records("review(s) anonymised", report.reviews)
    if report.copies:
        lines += _records("copied review(s) blanked", report.copies)
    lines += _records("invitation(s) scrubbed", report.invitations)
    lines += _records("of these cancelled before they went out", report.cancelled)
    lines += [f"The org refused {each}: {code}" for each, code in report.refused]
    lines += [_trustpilot(name, report) for name in report.units]
    lines += [sentence(failure) for failure in report.failures]
    code = erasure_code(report)
    return "\n".join([*lines, f"Exit {code.value}: {MEANINGS[code]}"])


def _records(what: str, ids: Sequence[str]) -> Iterator[str]:
    yield f"{len(ids)} {what}"
    yield from (f"  {each}" for each in ids)


def _trustpilot(name: str, report: ErasureReport) -> str:
    asked = "would be asked" if report.dry_run else "was told"
    return f"Trustpilot {asked} to forget the invitations of {name}"
