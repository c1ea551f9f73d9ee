"""What `connector doctor` found out, as values: one finding for each thing that was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.core.run.exit_codes import ExitCode, exit_code, most_serious
from connector.core.terms.errors import ConnectorError


class Level(StrEnum):
    """How a check came out."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


class Side(StrEnum):
    """Whose matter a check is, in the order in which they are shown."""

    CONFIGURATION = "Configuration"
    SALESFORCE = "Salesforce"
    TRUSTPILOT = "Trustpilot"


class Check(StrEnum):
    """The stable code of each check; `docs/org/doctor.md` says what each means."""

    CONFIG_VALID = "config_valid"
    CONFIG_SECRET = "config_secret"  # noqa: S105 - no secret
    SALESFORCE_SIGN_IN = "salesforce_sign_in"
    SALESFORCE_ORG = "salesforce_org"
    SALESFORCE_VERSION = "salesforce_version"
    SALESFORCE_CALLS = "salesforce_calls"
    SALESFORCE_CLOCK = "salesforce_clock"
    SALESFORCE_OBJECT = "salesforce_object"
    SALESFORCE_FIELD = "salesforce_field"
    SALESFORCE_FIELD_ACCESS = "salesforce_field_access"
    SALESFORCE_FIELD_TYPE = "salesforce_field_type"
    SALESFORCE_FIELD_SIZE = "salesforce_field_size"
    SALESFORCE_KEY = "salesforce_key"
    SALESFORCE_PICKLIST = "salesforce_picklist"
    SALESFORCE_MAPPING = "salesforce_mapping"
    SALESFORCE_STANDARD = "salesforce_standard"
    SALESFORCE_STAGE = "salesforce_stage"
    SALESFORCE_HISTORY = "salesforce_history"
    SALESFORCE_AUTHOR = "salesforce_author"
    TRUSTPILOT_SIGN_IN = "trustpilot_sign_in"
    TRUSTPILOT_CLOCK = "trustpilot_clock"
    TRUSTPILOT_ACTING_USER = "trustpilot_acting_user"
    TRUSTPILOT_UNIT = "trustpilot_unit"
    TRUSTPILOT_REVIEWS = "trustpilot_reviews"
    TRUSTPILOT_TEMPLATES = "trustpilot_templates"
    TRUSTPILOT_TEMPLATE = "trustpilot_template"

    @property
    def side(self) -> Side:
        """Whose matter it is."""
        return _SIDES[self.value.partition("_")[0]]


_SIDES = {
    "config": Side.CONFIGURATION,
    "salesforce": Side.SALESFORCE,
    "trustpilot": Side.TRUSTPILOT,
}


@dataclass(frozen=True)
class Finding:
    """What one check found: a sentence, the next step, and where a document asks for it."""

    check: Check
    level: Level
    what: str
    fix: str = ""
    place: str = ""
    exit_code: ExitCode = ExitCode.DONE


@dataclass(frozen=True)
class DoctorReport:
    """Everything that was found, in the order of the checks, and the calls to each vendor."""

    findings: tuple[Finding, ...]
    calls: Mapping[str, int]

    @property
    def exit_code(self) -> ExitCode:
        """The most serious finding decides."""
        return most_serious(finding.exit_code for finding in self.findings)


def passed(check: Check, what: str) -> Finding:
    """All is well with this."""
    return Finding(check, Level.PASS, what)


def warned(check: Check, what: str, fix: str, place: str = "") -> Finding:
    """The connector works, but something is lost."""
    return Finding(check, Level.WARN, what, fix, place, ExitCode.NEEDS_A_LOOK)


def refused(check: Check, what: str, fix: str, place: str = "") -> Finding:
    """The user lacks a permission; missing and hidden look the same."""
    return Finding(check, Level.FAIL, what, fix, place, ExitCode.SIGN_IN)


def misconfigured(check: Check, what: str, fix: str, place: str = "") -> Finding:
    """Two sides do not fit together, whoever is allowed to do what."""
    return Finding(check, Level.FAIL, what, fix, place, ExitCode.CONFIGURATION)


def failed(check: Check, error: ConnectorError, *, fix: str = "", place: str = "") -> Finding:
    """The check itself ended with an error; `fix` knows better than the error what to do."""
    return Finding(
        check, Level.FAIL, error.message, fix or error.next_step, place, exit_code([error])
    )
