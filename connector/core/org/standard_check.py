"""Holds what rules and matching read of the org's own objects against what it shows of them.

What is asked comes from `core.org.standard_needs`. What is hidden has a cost rather than a fault:
matching goes on without it, and only a flow that cannot is critical.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from connector.core.org.findings import Check, Finding, refused, warned
from connector.core.org.shapes import FieldShape, PicklistWord, Shapes, StandardField
from connector.core.terms.unknown_words import did_you_mean, quoted

_SHOW = (
    "Assign the permission set Trustpilot_Connector to the connector's user; allow what that does "
    "not hold in one of yours: Setup > Permission Sets > Object Settings."
)


def check_standard(asked: Iterable[StandardField], shapes: Shapes) -> Iterator[Finding]:
    """Yield each object and field of the org's own that is hidden, with what that costs."""
    ordered = sorted(asked, key=lambda each: (each.object, each.path, each.place))
    for name, of_object in groupby(ordered, key=lambda each: each.object):
        needs = list(of_object)
        if name not in shapes:
            continue
        if shapes[name] is None:
            yield _hidden(f"The object {name}", needs)
            continue
        for path, of_path in groupby(needs, key=lambda each: each.path):
            missing = [one for one in of_path if _is_missing(one, shapes)]
            if missing:
                yield _hidden(f"The field {name}.{path}", missing)


def check_words(words: Iterable[PicklistWord], shapes: Shapes) -> Iterator[Finding]:
    """Yield each value that a rule waits for and the org's picklist does not list.

    Such a value can exist all the same: an unrestricted picklist takes any (Salesforce 12).
    """
    for word in words:
        shape = shapes.get(word.object)
        field = shape.field(word.field) if shape else None
        if field and field.picklist and not _lists(field, word):
            what = f"The rule {quoted(word.rule)} waits for {quoted(word.value)}, which is no "
            what += f"active value of {word.object}.{word.field}."
            hint = did_you_mean(word.value, field.picklist)
            fix = f"{hint} Write the value as the picklist has it.".strip()
            yield warned(Check.SALESFORCE_STAGE, what, fix, word.place)


def parents_to_describe(asked: Iterable[StandardField], shapes: Shapes) -> tuple[str, ...]:
    """The objects that paths lead over and that were not described yet."""
    reached = (name for each in asked for name in _on_the_way(each.object, each.path, shapes))
    return tuple(dict.fromkeys(name for name in reached if name not in shapes))


def _hidden(subject: str, needs: list[StandardField]) -> Finding:
    name = needs[0].object
    check = Check.SALESFORCE_HISTORY if name.endswith("History") else Check.SALESFORCE_STANDARD
    critical = [each for each in needs if each.critical]
    costs = dict.fromkeys(each.cost for each in sorted(needs, key=lambda each: not each.critical))
    lack = "is missing in the org or hidden from this user"
    if all(each.written for each in needs):
        lack = "is missing in the org, hidden from this user, or read-only for it"
    what = f"{subject} {lack}: {'; '.join(costs)}."
    place = next((each.place for each in (*critical, *needs) if each.place), "")
    fix = next((each.fix for each in (*critical, *needs) if each.fix), _SHOW)
    return (refused if critical else warned)(check, what, fix, place)


def _is_missing(asked: StandardField, shapes: Shapes) -> bool:
    base = shapes[asked.object]
    if asked.only_with and not (base and base.field(asked.only_with)):
        return False
    if asked.written and base and (field := base.field(asked.path)):
        return not field.updateable
    return not _is_visible(asked.object, asked.path, shapes)


def _is_visible(name: str, path: str, shapes: Shapes) -> bool:
    """True as well where an object on the way was not described: then nobody knows."""
    if name not in shapes:
        return True
    shape = shapes[name]
    if shape is None:
        return False
    first, _, rest = path.partition(".")
    if not rest:
        return shape.field(first) is not None
    return any(_is_visible(parent, rest, shapes) for parent in shape.parents(first))


def _on_the_way(name: str, path: str, shapes: Shapes) -> Iterator[str]:
    shape = shapes.get(name)
    first, _, rest = path.partition(".")
    for parent in shape.parents(first) if shape and rest else ():
        yield parent
        yield from _on_the_way(parent, rest, shapes)


def _lists(field: FieldShape, word: PicklistWord) -> bool:
    if word.ignore_case:
        return word.value.casefold() in {value.casefold() for value in field.picklist}
    return word.value in field.picklist
