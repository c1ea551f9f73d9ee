"""Errors as sentences for the operator: what happened, where, and the next command to type."""

from __future__ import annotations

from connector.core.errors import ConnectorError, SignInError, VendorError


def sentence(error: ConnectorError) -> str:
    """The error as text; it ends with what to do next."""
    said = f"{_who(error)}{error.message}"
    return f"{said}\n  Next: {error.next_step}" if error.next_step else said


def _who(error: ConnectorError) -> str:
    """Name the vendor where the message does not do so itself."""
    vendor = ""
    if isinstance(error, VendorError):
        vendor = error.facts.vendor
    elif isinstance(error, SignInError):
        vendor = error.vendor
    return f"{vendor}: " if vendor and vendor not in error.message else ""
