"""What a client, a demonstration or a test needs to know of a seeded world."""

from dataclasses import dataclass

from connector.emulator.credentials import AccountFacts


@dataclass(frozen=True)
class World(AccountFacts):
    """Names the seeded world: the accounts, the business unit, three records in an early stage.

    The opportunity has a contact in the role "Decision Maker", the order a bill-to contact, the
    case a contact; all three may be invited and have not been. Ids of Salesforce have 18
    characters, ids of Trustpilot 24.
    """

    business_unit_id: str
    opportunity_id: str
    order_id: str
    case_id: str
