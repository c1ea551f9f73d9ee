"""Reads YAML, the environment and the shipped metadata into one frozen `Settings` value.

It lists every problem at once, each with file, line and column, and never touches the network.
"""

from connector.config.load import load_settings
from connector.config.settings import (
    InvitationSettings,
    LimitSettings,
    SalesforceSettings,
    Settings,
    SignIn,
    TrustpilotSettings,
)

__all__ = [
    "InvitationSettings",
    "LimitSettings",
    "SalesforceSettings",
    "Settings",
    "SignIn",
    "TrustpilotSettings",
    "load_settings",
]
