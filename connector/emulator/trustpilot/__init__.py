"""The emulated Trustpilot: its state, and the apps of its two hosts.

Written from reference/trustpilot.md only. It answers what the vendor's documents say, and where
they are silent what `connector.emulator.switches` chooses.
"""

from connector.emulator.trustpilot.routes import api_app, invitations_app
from connector.emulator.trustpilot.state import TrustpilotState

__all__ = ["TrustpilotState", "api_app", "invitations_app"]
