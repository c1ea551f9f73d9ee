"""Tags of service reviews: what a request may name, and when two tags are one.

Reference 5.6: a tag is a group and a value; only the group `generic` shows in the portal, and
another page spells it `Generic`, so groups compare without case. Lengths and numbers of tags
are not documented, so none is refused for them.
"""

from connector.emulator.trustpilot.errors import bad_request
from connector.emulator.trustpilot.wire import Ask

Tag = dict[str, str]


def tags_of(ask: Ask) -> list[Tag]:
    """Return the tags of a body `{"tags": [{"group", "value"}]}`; 400 for anything else."""
    named = ask.json_object().get("tags")
    if not isinstance(named, list):
        raise bad_request("tags must be a list.")
    return [_tag(each) for each in named]


def same_tag(one: Tag, other: Tag) -> bool:
    """Say whether two tags are one."""
    return one["group"].lower() == other["group"].lower() and one["value"] == other["value"]


def _tag(each: object) -> Tag:
    found = {key: each.get(key) for key in ("group", "value")} if isinstance(each, dict) else {}
    texts = {key: text for key, text in found.items() if isinstance(text, str) and text.strip()}
    if len(texts) != 2:  # noqa: PLR2004 - a group and a value
        raise bad_request("A tag needs a group and a value.")
    return texts
