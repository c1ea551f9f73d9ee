"""Reads a mapping document and holds it against the schema.

The document has three keys: `object`, `external_id` and `fields`. A field takes a word of a
review, `{from: word, transform: name}`, or `{constant: value}`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    StrictBool,
    ValidationError,
    model_validator,
)

from connector.config.problems import problems_of
from connector.config.section import Section
from connector.config.values import NotEmpty
from connector.config.yaml_source import DocumentPath, YamlSource, read_yaml
from connector.core.errors import ConfigurationError, Problem
from connector.core.mapping import FieldMap, Mapping
from connector.core.mapping_faults import mapping_faults
from connector.core.reviews import ReviewType
from connector.core.schema import Schema
from connector.core.transforms import Transform, parse_transform

_FORMS = "Write a word of a review, `{from: word, transform: name}` or `{constant: value}`."


def _spelled_out(value: Any) -> Any:
    if isinstance(value, str):
        return {"from": value}
    if not isinstance(value, dict):
        raise ValueError(f"This says nothing about the field. {_FORMS}")  # noqa: TRY004 - pydantic collects ValueError only
    return value


def _transform(value: Any) -> Transform:
    return parse_transform(str(value))


class FieldDocument(Section):
    """What one field takes."""

    source: Annotated[str, Field(alias="from")] = ""
    constant: StrictBool | int | float | str | None = None
    transform: Annotated[
        Transform | None, PlainValidator(_transform, json_schema_input_type=str)
    ] = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.source) == (self.constant is not None):
            raise ValueError(f"A field takes either a word or a constant. {_FORMS}")
        if self.transform and not self.source:
            raise ValueError("A constant takes no transform. Write the value as it should be.")
        return self


class MappingDocument(Section):
    """A whole mapping document."""

    object: str
    external_id: str
    fields: Annotated[dict[str, Annotated[FieldDocument, BeforeValidator(_spelled_out)]], NotEmpty]


def read_mapping(path: Path, review_type: ReviewType, schema: Schema) -> Mapping:
    """Return the mapping in a file. Raises `ConfigurationError` with everything wrong in it."""
    source = read_yaml(path)
    problems, document = _validated(source)
    mapping = _compiled(document, review_type, source) if document else None
    for fault in mapping_faults(mapping, schema) if mapping else ():
        problems.append(source.problem(fault.path, fault.message, fault.hint, of=fault.of))
    if problems or mapping is None:
        raise ConfigurationError(problems)
    return mapping


def _validated(source: YamlSource) -> tuple[list[Problem], MappingDocument | None]:
    """Return what the shape of the document gets wrong, and as much of it as can be judged."""
    try:
        return [], MappingDocument.model_validate(source.data)
    except ValidationError as error:
        problems = problems_of(error, source, MappingDocument)
        broken = {each["loc"][:2] for each in error.errors()}
    try:
        return problems, MappingDocument.model_validate(_without(broken, source.data))
    except ValidationError:
        return problems, None


def _without(broken: set[DocumentPath], data: dict[str, Any]) -> dict[str, Any]:
    """Return the document without its broken fields; what else is broken stays broken."""
    fields = data.get("fields")
    if not isinstance(fields, dict):
        return data
    sound = {name: each for name, each in fields.items() if ("fields", name) not in broken}
    return {**data, "fields": sound}


def _compiled(document: MappingDocument, review_type: ReviewType, source: YamlSource) -> Mapping:
    fields = (
        FieldMap(
            target,
            each.source,
            each.constant,
            each.transform,
            place=source.written_at(("fields", target), of="key"),
        )
        for target, each in document.fields.items()
    )
    return Mapping(document.object, document.external_id, review_type, tuple(fields))
