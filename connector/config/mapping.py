"""Reads a mapping document and holds it against the schema.

A document says `object`, `external_id`, `fields` and `lookups`; one that copies reviews to an
object of the admin's own also says `of`. A field takes a word of a review,
`{from: word, transform: name}` or `{constant: value}`; an own field also says its `type`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import Field, PlainValidator, ValidationError

from connector.config.terms.origin import Origin
from connector.config.terms.problems import problems_of
from connector.config.terms.section import Section
from connector.config.terms.values import NotEmpty
from connector.config.terms.yaml_source import DocumentPath, YamlSource, read_yaml
from connector.config.terms.zones import find_zone
from connector.core.copies.faults import copy_faults
from connector.core.mapping.declarations import own_field, parse_field_type
from connector.core.mapping.faults import Fault, mapping_faults
from connector.core.mapping.rows import FieldMap, LookupMap, Mapping, Related
from connector.core.mapping.transforms import Transform, parse_transform
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import FieldDefinition, Schema


def _field_type(value: Any) -> FieldDefinition:
    return parse_field_type(str(value))


class FieldDocument(Origin):
    """What one field takes, and its type where it is one's own."""

    forms: ClassVar = (
        "Write a word of a review, `{from: word, transform: name}` or `{constant: value}`."
    )
    word: ClassVar = "a word"

    type: Annotated[
        FieldDefinition | None, PlainValidator(_field_type, json_schema_input_type=str)
    ] = None

    @classmethod
    def transform_of(cls, text: str) -> Transform:
        """The transform of this name, whose time zone this machine knows."""
        return parse_transform(text, find_zone)


class MappingDocument(Section):
    """A whole mapping document."""

    object: str
    external_id: str
    fields: Annotated[dict[str, FieldDocument], NotEmpty]
    lookups: dict[str, Related] = Field(default_factory=dict)


class Of(StrEnum):
    """Which reviews a document copies."""

    SERVICE = "service"
    PRODUCT = "product"
    BOTH = "both"

    @property
    def types(self) -> tuple[ReviewType, ...]:
        """The types of the reviews."""
        return tuple(each for each in ReviewType if self in (Of.BOTH, each.value.lower()))


class CopyDocument(MappingDocument):
    """A document that copies reviews to an object of one's own."""

    of: Of = Of.BOTH


Document = TypeVar("Document", bound=MappingDocument)


def read_mapping(
    path: Path, review_type: ReviewType, schema: Schema, others: Sequence[Mapping] = ()
) -> Mapping:
    """Return the mapping in a file. Raises `ConfigurationError` with everything wrong in it.

    `others` are the mappings that were read before.
    """
    source = read_yaml(path)
    problems, document = _validated(source, MappingDocument)
    mapping = _compiled(document, (review_type,), source) if document else None
    faults = mapping_faults(mapping, schema, others) if mapping else ()
    return _without_problems(mapping, [*problems, *_placed(faults, source)])


def read_copy(path: Path, schema: Schema, others: Sequence[Mapping] = ()) -> Mapping:
    """Return the mapping in a file that copies reviews; raises like `read_mapping`."""
    source = read_yaml(path)
    problems, document = _validated(source, CopyDocument)
    mapping = _compiled(document, document.of.types, source) if document else None
    faults = copy_faults(mapping, schema, others) if mapping else ()
    return _without_problems(mapping, [*problems, *_placed(faults, source)])


def _placed(faults: Iterable[Fault], source: YamlSource) -> Iterator[Problem]:
    return (source.problem(each.path, each.message, each.hint, of=each.of) for each in faults)


def _without_problems(mapping: Mapping | None, problems: list[Problem]) -> Mapping:
    if problems or mapping is None:
        raise ConfigurationError(problems)
    return mapping


def _validated(source: YamlSource, model: type[Document]) -> tuple[list[Problem], Document | None]:
    """Return what the shape of the document gets wrong, and as much of it as can be judged."""
    try:
        return [], model.model_validate(source.data)
    except ValidationError as error:
        problems = problems_of(error, source, model)
        broken = {each["loc"][:2] for each in error.errors()}
    try:
        return problems, model.model_validate(_without(broken, source.data))
    except ValidationError:
        return problems, None


def _without(broken: set[DocumentPath], data: dict[str, Any]) -> dict[str, Any]:
    """Return the document without its broken lines; what else is broken stays broken."""
    return {
        key: {name: line for name, line in each.items() if (key, name) not in broken}
        if key in ("fields", "lookups") and isinstance(each, dict)
        else each
        for key, each in data.items()
    }


def _compiled(
    document: MappingDocument, types: tuple[ReviewType, ...], source: YamlSource
) -> Mapping:
    key = document.external_id
    fields = (
        FieldMap(
            target,
            each.source,
            each.constant,
            each.transform,
            own_field(target, each.type, is_key=target == key) if each.type else None,
            source.written_at(("fields", target), of="key"),
        )
        for target, each in document.fields.items()
    )
    lookups = (
        LookupMap(target, related, source.written_at(("lookups", target), of="key"))
        for target, related in document.lookups.items()
    )
    place = source.written_at(("object",), of="key")
    return Mapping(document.object, key, types, tuple(fields), tuple(lookups), place)
