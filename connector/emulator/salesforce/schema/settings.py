"""What the administrators of an org set up differently from one customer to the next.

Plain mutable values, read at every call, so that a test may change them at any time.
"""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Stage:
    """What an opportunity stage means: open, won or lost, its probability and forecast."""

    probability: float
    forecast: str = "Pipeline"
    closed: bool = False
    won: bool = False


def _default_stages() -> dict[str, Stage]:
    return {
        "Prospecting": Stage(10),
        "Qualification": Stage(10),
        "Needs Analysis": Stage(20),
        "Value Proposition": Stage(50),
        "Id. Decision Makers": Stage(60),
        "Perception Analysis": Stage(70),
        "Proposal/Price Quote": Stage(75),
        "Negotiation/Review": Stage(90),
        "Closed Won": Stage(100, "Closed", closed=True, won=True),
        "Closed Lost": Stage(0, "Omitted", closed=True),
    }


@dataclass
class OrgSettings:
    """Setup choices of one org.

    `daily_api_requests` is the cap of a rolling day (reference section 11). `opportunity_stages`
    and `order_status_codes` are picklists of the customer's own making: an unlisted stage is
    open, an unlisted order status is refused. `newlines_count_double`: whether a line break
    counts as two characters of a text (reference trap 27 leaves it open).
    `set_audit_fields`: whether an insert may bring its own CreatedDate and LastModifiedDate, as
    imports do (reference section 6.1). `case_assignment_owner` is whom the active assignment rule
    gives every case that a client writes (reference section 4.6); empty: no rule is active.
    `may_deploy`: whether the integration user may change metadata. `refused_components` are the
    full names of components that this org does not take, each with its sentence.

    The rest is uncertain, so an org can be either way:
    - `restricted_deletes`: deleting a contact that a case or an order names is refused, as the
      recorded describe of Contact says (`restrictedDelete`), or empties their lookups.
    - `contact_roles_outlive_contacts`: the recorded describe lets a role go with its contact;
      section 6 speaks of roles whose contact is deleted.
    - `emptied_lookups_move_stamp`: a lookup that the platform empties or hands over to the
      master of a merge moves the child's SystemModstamp; LastModifiedDate never moves.
    - `merged_cases`: a case that was merged into another is deleted, or kept with
      `merged_case_status`.
    """

    daily_api_requests: int = 100_000
    orders_enabled: bool = True
    person_accounts: bool = False
    contact_duplicate_rule: Literal["off", "alert", "block"] = "off"
    newlines_count_double: bool = False
    set_audit_fields: bool = False
    case_assignment_owner: str = ""
    may_deploy: bool = True
    restricted_deletes: Literal["refused", "emptied"] = "refused"
    contact_roles_outlive_contacts: bool = False
    emptied_lookups_move_stamp: bool = True
    merged_cases: Literal["deleted", "kept"] = "deleted"
    merged_case_status: str = "Closed"
    refused_components: dict[str, str] = field(default_factory=dict)
    opportunity_stages: dict[str, Stage] = field(default_factory=_default_stages)
    closed_case_statuses: set[str] = field(default_factory=lambda: {"Closed"})
    order_status_codes: dict[str, str] = field(
        default_factory=lambda: {"Draft": "Draft", "Activated": "Activated"}
    )
