"""A configuration with which a client reaches a running emulator: YAML text and environment.

Text only: it knows how a configuration is spelled, not who reads it.
"""

from typing import Protocol

from connector.emulator.credentials import Credentials

_YAML = """\
# Configuration for the emulator that is running now; it ends with it.
salesforce:
  login_url: {salesforce_url}
  organization_id: {organization_id}
  sign_in: client_credentials
  client_id: {{env: SALESFORCE_CLIENT_ID}}
  client_secret: {{env: SALESFORCE_CLIENT_SECRET}}
trustpilot:
  api_url: {trustpilot_url}/v1
  invitations_url: {invitations_url}/v1
  authenticate_url: {trustpilot_url}
  review_url: {trustpilot_url}
  api_key: {{env: TRUSTPILOT_API_KEY}}
  api_secret: {{env: TRUSTPILOT_API_SECRET}}
  acting_user_id: "{acting_user_id}"
business_units:
  - name: shop
    domain: {domain}
    link_keys:
      encryption: {{env: TRUSTPILOT_LINK_ENCRYPTION_KEY}}
      authentication: {{env: TRUSTPILOT_LINK_AUTHENTICATION_KEY}}
reviews:
  first_run: 30 days
  overlap: 10 minutes
  service_mapping: mappings/service_review.yaml
  product_mapping: mappings/product_review.yaml
products:
  mapping: mappings/product.yaml
invitations:
  rules:
    - name: after-a-won-opportunity
      on: Opportunity
      becomes: {{StageName: Closed Won}}
      to: contact_role Decision Maker
      after: 7 days
      as: email
    - name: after-an-activated-order
      on: Order
      becomes: {{Status: Activated}}
      to: bill_to
      after: 3 days
      as: business_generated_link
    - name: after-a-closed-case
      on: Case
      becomes: {{Status: Closed}}
      to: contact
      after: 1 day
      as: email
"""


class Addresses(Protocol):
    """Where the doors of a running emulator are."""

    @property
    def salesforce_url(self) -> str:
        """Return the base URL of the org."""
        ...

    @property
    def trustpilot_url(self) -> str:
        """Return the base URL of Trustpilot's API host."""
        ...

    @property
    def invitations_url(self) -> str:
        """Return the base URL of Trustpilot's invitations host."""
        ...

    @property
    def ca_file(self) -> object:
        """Return the path of the certificate authority's PEM file."""
        ...


def ready_config(doors: Addresses, credentials: Credentials) -> tuple[str, dict[str, str]]:
    """Return (YAML text, environment) for a client of the running doors.

    The environment holds the secrets that the YAML names, and the certificate authority; local
    addresses are kept away from any proxy that the machine uses.
    """
    yaml_text = _YAML.format(
        salesforce_url=doors.salesforce_url,
        trustpilot_url=doors.trustpilot_url,
        invitations_url=doors.invitations_url,
        organization_id=credentials.organization_id,
        acting_user_id=credentials.acting_user_id,
        domain=credentials.domain,
    )
    environment = {
        "SALESFORCE_CLIENT_ID": credentials.salesforce_client_id,
        "SALESFORCE_CLIENT_SECRET": credentials.salesforce_client_secret,
        "TRUSTPILOT_API_KEY": credentials.trustpilot_api_key,
        "TRUSTPILOT_API_SECRET": credentials.trustpilot_api_secret,
        "TRUSTPILOT_LINK_ENCRYPTION_KEY": credentials.link_encryption_key,
        "TRUSTPILOT_LINK_AUTHENTICATION_KEY": credentials.link_authentication_key,
        "REQUESTS_CA_BUNDLE": str(doors.ca_file),
        "NO_PROXY": "127.0.0.1,localhost",
    }
    return yaml_text, environment
