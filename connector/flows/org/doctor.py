"""Doctor: asks both sides whether the connector could do its work. Writes to neither.

One failing check never hides the others: each side is asked as far as it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.core.org.findings import DoctorReport
from connector.flows.org.doctor_org import check_org
from connector.flows.org.doctor_trustpilot import check_trustpilot
from connector.flows.org.examination import Examination
from connector.flows.ports import Org, Trustpilot


def examine(
    org: Org,
    trustpilot: Trustpilot,
    examination: Examination,
    calls: Callable[[], Mapping[str, int]],
) -> DoctorReport:
    """Return everything that was found; nothing that a vendor does is raised."""
    findings = (
        *examination.configuration,
        *check_org(org, examination),
        *check_trustpilot(trustpilot, examination),
    )
    return DoctorReport(findings, calls())
