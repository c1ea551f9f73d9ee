"""What only several parts of the configuration together can get wrong.

It looks at the plain document rather than at the models, so that a fault in one section does
not hide what is wrong between the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from connector.config.replies.checks import reply_checks
from connector.config.terms.yaml_source import DocumentPath, YamlSource
from connector.core.terms.errors import Problem
from connector.core.terms.unknown_words import did_you_mean, quoted

_UNITS: DocumentPath = ("business_units",)
_RULES: DocumentPath = ("invitations", "rules")
_DEFAULT_UNIT: DocumentPath = ("invitations", "defaults", "business_unit")
_CASES: DocumentPath = ("cases", "rules")
_TEMPLATES: DocumentPath = ("replies", "templates")
_TARGETS: DocumentPath = ("replies", "service_level", "targets")


def cross_checks(source: YamlSource) -> Iterator[Problem]:
    """Yield every contradiction between rules and business units, and every name used twice."""
    for key in ("name", "domain", "id"):
        yield from _used_twice(source, _UNITS, key)
    yield from _used_twice(source, _RULES, "name")
    yield from _used_twice(source, _CASES, "name")
    yield from _used_twice(source, ("replies", "authors"), "user")
    yield from _used_twice(source, _TEMPLATES, "name")
    units = [unit for _, unit in _entries(source, _UNITS)]
    names = [str(unit.get("name")) for unit in units]
    yield from _unit_named(source, _DEFAULT_UNIT, names)
    for position, rule in _entries(source, _RULES):
        path = (*_RULES, position)
        yield from _unit_named(source, (*path, "business_unit"), names)
        if rule.get("business_unit") is source.at(_DEFAULT_UNIT) is None and len(units) > 1:
            message = "The rule does not say for which business unit it is."
            hint = f"Add `business_unit:` with one of {_listed(names)}."
            yield source.problem(path, message, hint)
    for entries in (_CASES, _TEMPLATES, _TARGETS):
        for position, _ in _entries(source, entries):
            yield from _unknown_units(source, (*entries, position, "business_unit"), units)
    yield from _unknown_units(source, ("replies", "auto_reply", "business_unit"), units)
    yield from reply_checks(source)
    yield from _unknown_units(source, ("products", "business_units"), units)


def _used_twice(source: YamlSource, path: DocumentPath, key: str) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for position, entry in _entries(source, path):
        value = entry.get(key)
        if isinstance(value, str):
            seen[value] += 1
            if seen[value] > 1:
                message = f"Another entry of `{path[-1]}` has the same `{key}`."
                yield source.problem((*path, position, key), message, "Each needs its own.")


def _unit_named(source: YamlSource, path: DocumentPath, names: list[str]) -> Iterator[Problem]:
    name = source.at(path)
    if isinstance(name, str) and names and name not in names:
        yield _no_such_unit(source, path, names, name)


def _unknown_units(
    source: YamlSource, path: DocumentPath, units: list[dict[Any, Any]]
) -> Iterator[Problem]:
    names = [str(unit.get("name")) for unit in units]
    written = source.at(path)
    for position, name in enumerate(written if isinstance(written, list) else [written]):
        if isinstance(name, str) and names and name not in names:
            place = (position,) if isinstance(written, list) else ()
            yield _no_such_unit(source, (*path, *place), names, name)


def _no_such_unit(source: YamlSource, path: DocumentPath, names: list[str], name: str) -> Problem:
    message = f"{quoted(name)} is not a business unit of this file."
    known = [each for each in names if each in quoted(each)]  # no address that was typed there
    return source.problem(path, message, did_you_mean(name, known))


def _entries(source: YamlSource, path: DocumentPath) -> Iterator[tuple[int, dict[Any, Any]]]:
    entries = source.at(path)
    for position, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield position, entry


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
