"""Which version of the package this connector needs, and how the one in an org compares with it.

It says older or newer; what a run leaves undone then is for the flows.
"""

from __future__ import annotations

from enum import StrEnum

PACKAGE_VERSION = 2
"""The version of `salesforce/`, as `VERSION_FIELD` says it; CONTRIBUTING.md says when to raise it.

Packages before version 2 had no such field.
"""

VERSION_FIELD = "Package_Version__c"
"""The formula that says the version of the package in an org, the same on every checkpoint."""


class Standing(StrEnum):
    """How the package in an org compares with the one that this connector needs."""

    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


def compare(seen: object, *, field_is_there: bool) -> Standing:
    """Compare the version that an org says with `PACKAGE_VERSION`.

    An org without the field has an older package. One that has the field and says nothing has no
    checkpoint yet, or does not evaluate formulas, and counts as current.
    """
    if not field_is_there:
        return Standing.OLDER
    if not isinstance(seen, int | float) or seen == PACKAGE_VERSION:
        return Standing.CURRENT
    return Standing.OLDER if seen < PACKAGE_VERSION else Standing.NEWER
