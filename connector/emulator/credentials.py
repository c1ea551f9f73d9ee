"""What a client must be told to work with an emulator; addresses stand elsewhere (`doors`).

All of it is made up here; none of it opens anything outside this machine.
"""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class AccountFacts:
    """Made-up accounts: the org and its connected app, the Trustpilot application and user.

    The link keys are base64 of 32 bytes each and belong to `domain`.
    """

    organization_id: str
    salesforce_client_id: str
    salesforce_client_secret: str = field(repr=False)
    trustpilot_api_key: str
    trustpilot_api_secret: str = field(repr=False)
    acting_user_id: str
    domain: str
    link_encryption_key: str = field(repr=False)
    link_authentication_key: str = field(repr=False)


class Credentials(Protocol):
    """The facts that a client needs, whoever holds them: these accounts or a seeded world."""

    @property
    def organization_id(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def salesforce_client_id(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def salesforce_client_secret(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def trustpilot_api_key(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def trustpilot_api_secret(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def acting_user_id(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def domain(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def link_encryption_key(self) -> str: ...  # noqa: D102 - the name says it

    @property
    def link_authentication_key(self) -> str: ...  # noqa: D102 - the name says it
