"""Errors as sentences for the operator: what happened, where, and the next command to type."""

from __future__ import annotations

import traceback

from connector.core.terms.errors import ConnectorError, SignInError, VendorError


def sentence(error: ConnectorError) -> str:
    """The error as text; it ends with what to do next."""
    said = f"{_who(error)}{error.message}"
    return f"{said}\n  Next: {error.next_step}" if error.next_step else said


def defect_report(defect: BaseException) -> str:
    """Where an error of our own happened, without its text: that may hold personal data."""
    places = "".join(traceback.format_list(_frames(defect)))
    return (
        f"{places}{type(defect).__name__}: this is a defect of the connector. "
        "Nothing is lost: the next run resumes.\n"
        "  Next: report the lines above; they hold no customer data."
    )


def _frames(defect: BaseException) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(defect.__traceback__))


def _who(error: ConnectorError) -> str:
    """Name the vendor where the message does not do so itself."""
    vendor = ""
    if isinstance(error, VendorError):
        vendor = error.facts.vendor
    elif isinstance(error, SignInError):
        vendor = error.vendor
    return f"{vendor}: " if vendor and vendor not in error.message else ""
