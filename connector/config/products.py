"""Reads the document that says which products go to Trustpilot's catalogue, and with what.

It says `where` and `fields`: left Trustpilot's name of a field, right a field of the product,
`{from: field, transform: name}` or `{constant: value}`. The org is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from connector.config.terms.origin import Origin, Value
from connector.config.terms.problems import problems_of
from connector.config.terms.section import Section
from connector.config.terms.values import FieldPath, Listed, NotEmpty
from connector.config.terms.yaml_source import YamlSource, read_yaml
from connector.core.mapping.transforms import Kind, Transform, parse_transform
from connector.core.products.mapping import (
    CUSTOM,
    NEEDED,
    PRICE_ENTRY,
    TRUSTPILOT_FIELDS,
    PriceSource,
    ProductField,
    ProductMapping,
    is_catalogue_field,
)
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.records import Condition
from connector.core.terms.unknown_words import did_you_mean, quoted

_PRICE_FORM = "Write `price: {from: PricebookEntry, pricebook: standard}`."

Values = Annotated[tuple[Value, ...], NotEmpty, Listed]


def _condition_spelled_out(value: Any) -> Any:
    return value if isinstance(value, dict) else {"is": value}


class ProductFieldDocument(Origin):
    """What one field of the catalogue takes; `pricebook` and `currency` stand with `price` only."""

    forms: ClassVar = (
        "Write a field of Product2, `{from: FIELD, transform: NAME}` or `{constant: VALUE}`."
    )
    word: ClassVar = "a field of Product2"

    source: Annotated[FieldPath, Field(alias="from")] = ""
    pricebook: str = ""
    currency: str = ""

    @classmethod
    def transform_of(cls, text: str) -> Transform:
        """The transform of this name, if it takes text."""
        found = parse_transform(text)
        if found.takes is not Kind.TEXT:
            raise ValueError(f"`{found.name}` takes {found.takes}; a product's fields are text.")
        return found

    @model_validator(mode="after")
    def _price_of_a_book(self) -> Self:
        if self.pricebook and (self.source != PRICE_ENTRY or self.transform):
            raise ValueError(f"A price book gives prices as they are. {_PRICE_FORM}")
        if self.source == PRICE_ENTRY and not self.pricebook:
            raise ValueError(f"This does not say which price book. {_PRICE_FORM}")
        if self.currency and not self.pricebook:
            raise ValueError("`currency` in here chooses among the entries of a price book.")
        return self


class ConditionDocument(Section):
    """The values that a field must have, or must not have."""

    one_of: Annotated[Values, Field(alias="is")] = ()
    none_of: Annotated[Values, Field(alias="not")] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.one_of) == bool(self.none_of):
            raise ValueError("Write a value, a list of values, or `{not: VALUE}`.")
        return self

    def compiled(self, path: str) -> Iterator[Condition]:
        """Yield the conditions as the org is asked them; an empty text stands for no value."""
        if len(self.one_of) > 1:
            yield Condition(path, "in", tuple(map(_compared, self.one_of)))
        elif self.one_of:
            yield Condition(path, "=", _compared(self.one_of[0]))
        for value in self.none_of:
            yield Condition(path, "!=", _compared(value))


class ProductMappingDocument(Section):
    """A whole document of products."""

    where: dict[
        FieldPath, Annotated[ConditionDocument, BeforeValidator(_condition_spelled_out)]
    ] = Field(default_factory=dict)
    fields: Annotated[dict[str, ProductFieldDocument], NotEmpty]


def read_product_mapping(path: Path) -> ProductMapping:
    """Return the mapping in a file. Raises `ConfigurationError` with everything wrong in it."""
    source = read_yaml(path)
    problems = list(_field_problems(source))
    try:
        document = ProductMappingDocument.model_validate(source.data)
    except ValidationError as error:
        problems += problems_of(error, source, ProductMappingDocument)
        raise ConfigurationError(problems) from None
    if problems:
        raise ConfigurationError(problems)
    return _compiled(document)


def _field_problems(source: YamlSource) -> Iterator[Problem]:
    """Yield names that the catalogue does not have, and what a product cannot be without."""
    fields = source.at(("fields",))
    if not isinstance(fields, dict):
        return
    for name, line in fields.items():
        at = ("fields", name)
        if not is_catalogue_field(str(name)):
            message = f"{quoted(str(name))} is not a field of Trustpilot's catalogue."
            yield source.problem(at, message, did_you_mean(str(name), _KNOWN), of="key")
        if name == "sku" and isinstance(line, dict) and "constant" in line:
            yield source.problem(at, "Every product needs its own SKU.", "Write a field.")
        if name != "price" and isinstance(line, dict) and "pricebook" in line:
            yield source.problem(at, "Only `price` comes from a price book.", _PRICE_FORM)
    misspelt = not all(is_catalogue_field(str(name)) for name in fields)
    for name in NEEDED:
        if name not in fields and not misspelt:
            message = f"`{name}` is missing: Trustpilot's catalogue needs it."
            yield source.problem(("fields",), message, f"Add `{name}: FIELD`.", of="key")


def _compiled(document: ProductMappingDocument) -> ProductMapping:
    price = document.fields.get("price")
    booked = price if price and price.pricebook else None
    return ProductMapping(
        fields=tuple(
            ProductField(name, each.source, _constant(each.constant), each.transform)
            for name, each in document.fields.items()
            if each is not booked
        ),
        where=tuple(
            condition for path, each in document.where.items() for condition in each.compiled(path)
        ),
        price=PriceSource(booked.pricebook, booked.currency) if booked else None,
    )


def _constant(value: Value | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _compared(value: Value) -> Value | None:
    return None if value == "" else value


_KNOWN = (*TRUSTPILOT_FIELDS, f"{CUSTOM}NAME")
