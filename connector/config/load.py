"""Reads a configuration from its file to the finished `Settings`, collecting every problem.

Each step goes on with what is sound, so that one mistake does not hide the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretBytes, ValidationError

from connector.config import locations
from connector.config.assemble import Gathered, assemble
from connector.config.cross_checks import cross_checks
from connector.config.document import (
    BusinessUnitDocument,
    ConfigDocument,
    InvitationsDocument,
    PlacedReference,
    ProductsDocument,
    ReviewsDocument,
    SalesforceDocument,
    TrustpilotDocument,
)
from connector.config.invitations import read_suppressed
from connector.config.mapping import read_copy, read_mapping
from connector.config.org.schema import read_schema
from connector.config.products import read_product_mapping
from connector.config.rules.checks import PlacedRule, UnitFacts, rule_checks
from connector.config.rules.document import RuleDocument
from connector.config.rules.parts import DefaultsDocument
from connector.config.secrets import Secrets, read_link_key, read_secrets
from connector.config.settings import Settings
from connector.config.terms.problems import problems_of
from connector.config.terms.yaml_source import DocumentPath, YamlSource, read_yaml
from connector.core.mapping.field_paths import check_field_path
from connector.core.mapping.rows import Mapping as FieldMapping
from connector.core.products.mapping import ProductMapping
from connector.core.rules.grammar import Channel
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.objects import REVIEW
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import Schema
from connector.core.terms.unknown_words import UnknownWord

_INVITATIONS: DocumentPath = ("invitations",)

Model = TypeVar("Model", bound=BaseModel)


def load_settings(
    path: str | Path, environ: Mapping[str, str], *, require_secrets: bool
) -> Settings:
    """Return the settings in a configuration file, its mappings and its secrets.

    With `require_secrets` an absent secret is a problem like any other; without it the setting
    stays empty and `Settings.missing_secrets` says so (`connector validate` works offline).
    Raises `ConfigurationError` with every problem found, in the order of the files.
    """
    reading = _Reading(read_yaml(Path(path)))
    document = reading.document()
    schema = reading.schema()
    service = reading.mapping("service_mapping", ReviewType.SERVICE, schema)
    product = reading.mapping("product_mapping", ReviewType.PRODUCT, schema)
    reading.tag_paths(schema)
    copies = reading.copies(schema)
    products = reading.products()
    reading.rules()
    suppressed = reading.suppressed()
    secrets = read_secrets(reading.references(), environ, reading.source)
    link_keys = reading.link_keys(secrets)
    if require_secrets:
        reading.problems.extend(secrets.missing)
    if reading.problems or not (document and schema and service and product):
        raise ConfigurationError(reading.in_order())
    gathered = Gathered(schema, service, product, copies, secrets, link_keys, suppressed, products)
    return assemble(document, gathered, reading.source)


class _Reading:
    """One pass over a configuration file; every step adds what it finds to `problems`."""

    def __init__(self, source: YamlSource) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.mappings: list[FieldMapping] = []

    def document(self) -> ConfigDocument | None:
        self.problems.extend(cross_checks(self.source))
        try:
            return ConfigDocument.model_validate(self.source.data)
        except ValidationError as error:
            self.problems.extend(problems_of(error, self.source, ConfigDocument))
            return None

    def schema(self) -> Schema | None:
        try:
            return read_schema(locations.salesforce())
        except ConfigurationError as error:
            self.problems.extend(error.problems)
            return None

    def mapping(
        self, key: str, review_type: ReviewType, schema: Schema | None
    ) -> FieldMapping | None:
        section = self._sound(ReviewsDocument, ("reviews",), absent={})
        if section is None or schema is None:
            return None
        file = self._found(getattr(section, key), ("reviews", key))
        if file is None:
            return None
        return self._read(partial(read_mapping, file, review_type, schema, self.mappings))

    def copies(self, schema: Schema | None) -> tuple[FieldMapping, ...]:
        section = self._sound(ReviewsDocument, ("reviews",), absent={})
        if section is None or schema is None:
            return ()
        found = [
            self._found(written, ("reviews", "copies", position))
            for position, written in enumerate(section.copies)
        ]
        read = [
            self._read(partial(read_copy, file, schema, self.mappings)) for file in found if file
        ]
        return tuple(each for each in read if each)

    def products(self) -> ProductMapping | None:
        section = self._sound(ProductsDocument, ("products",))
        file = self._found(section.mapping, ("products", "mapping")) if section else None
        if file is None:
            return None
        try:
            return read_product_mapping(file)
        except ConfigurationError as error:
            self.problems.extend(error.problems)
            return None

    def _found(self, written: str, path: DocumentPath) -> Path | None:
        file = locations.find_document(written, Path(self.source.file).parent)
        if file is None:
            self.problems.append(self._no_such_mapping(path))
        return file

    def _read(self, read: Callable[[], FieldMapping]) -> FieldMapping | None:
        try:
            mapping = read()
        except ConfigurationError as error:
            self.problems.extend(error.problems)
            return None
        self.mappings.append(mapping)
        return mapping

    def tag_paths(self, schema: Schema | None) -> None:
        section = self._sound(ReviewsDocument, ("reviews",), absent={})
        if section is None or schema is None:
            return
        for position, path in enumerate(section.write_tags):
            try:
                check_field_path(schema, REVIEW, path)
            except UnknownWord as error:
                place = ("reviews", "write_tags", position)
                self.problems.append(self.source.problem(place, str(error), error.hint))

    def rules(self) -> None:
        """Judge every rule that is sound by itself, together with what surrounds it."""
        defaults = self._sound(DefaultsDocument, (*_INVITATIONS, "defaults"), absent={})
        units = [
            UnitFacts(
                unit.name, Channel(unit.method) if unit.method else None, bool(unit.link_keys)
            )
            for position in self._positions(("business_units",))
            if (unit := self._sound(BusinessUnitDocument, ("business_units", position)))
        ]
        for position in self._positions((*_INVITATIONS, "rules")):
            path = (*_INVITATIONS, "rules", position)
            rule = self._sound(RuleDocument, path)
            if rule and defaults:
                placed = PlacedRule(self.source, path, rule.with_defaults(defaults), units)
                self.problems.extend(rule_checks(placed))

    def suppressed(self) -> frozenset[str]:
        written = {"suppress": self.source.at((*_INVITATIONS, "suppress"))}
        section = _sound(InvitationsDocument, written)
        if section is None:
            return frozenset()
        found, problems = read_suppressed(section.suppress, self.source)
        self.problems.extend(problems)
        return found

    def references(self) -> Iterator[PlacedReference]:
        if salesforce := self._sound(SalesforceDocument, ("salesforce",)):
            yield from salesforce.references()
        if trustpilot := self._sound(TrustpilotDocument, ("trustpilot",)):
            yield from trustpilot.references()
        for position in self._positions(("business_units",)):
            if unit := self._sound(BusinessUnitDocument, ("business_units", position)):
                yield from unit.references(position)

    def link_keys(self, secrets: Secrets) -> dict[DocumentPath, SecretBytes]:
        keys: dict[DocumentPath, SecretBytes] = {}
        for path, _ in self.references():
            if "link_keys" in path:
                try:
                    keys[path] = read_link_key(secrets.get(path))
                except ValueError as error:
                    message = f"The {path[-1]} key {error}."
                    self.problems.append(self.source.problem(path, message))
        return keys

    def in_order(self) -> list[Problem]:
        """Return each problem once: those of the configuration first, then file by file."""
        found = dict.fromkeys(self.problems)
        return sorted(
            found,
            key=lambda each: (each.file != self.source.file, each.file, each.line, each.column),
        )

    def _positions(self, path: DocumentPath) -> range:
        entries = self.source.at(path)
        return range(len(entries) if isinstance(entries, list) else 0)

    def _sound(self, model: type[Model], path: DocumentPath, *, absent: Any = None) -> Model | None:
        value = self.source.at(path)
        return _sound(model, absent if value is None else value)

    def _no_such_mapping(self, path: DocumentPath) -> Problem:
        shipped = sorted(file.name for file in locations.mappings().glob("*.yaml"))
        hint = (
            f"It is looked for beside this file, then among the shipped ones: {_listed(shipped)}."
        )
        return self.source.problem(path, "There is no such mapping document.", hint)


def _sound(model: type[Model], value: Any) -> Model | None:
    try:
        return model.model_validate(value)
    except ValidationError:  # told in full by `_Reading.document`
        return None


def _listed(names: list[str]) -> str:
    return ", ".join(f"mappings/{name}" for name in names) or "none"
