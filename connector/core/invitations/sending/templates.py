"""Which template of a business unit is meant by what a rule or an agent wrote: a name or an id."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connector.core.invitations.sending.outgoing import Template

_ID = re.compile(r"[0-9a-f]{24}")


def is_template_id(written: str) -> bool:
    """True for 24 characters, 0 to 9 and a to f; any other text is a name."""
    return bool(_ID.fullmatch(written.strip()))


def template_id(written: str, templates: Iterable[Template]) -> str:
    """The id of the template with this id or name; capitals of a name do not matter.

    Raises ValueError with a sentence where there is none, or where several have the name.
    """
    wanted, known = written.strip(), tuple(templates)
    if is_template_id(wanted):
        found = [each.id for each in known if each.id == wanted]
    else:
        found = [each.id for each in known if each.name.strip().casefold() == wanted.casefold()]
    if len(found) > 1:
        raise ValueError(f"the business unit has several templates named {wanted}")
    if not found:
        raise ValueError(f"the business unit has no template {wanted}")
    return found[0]
