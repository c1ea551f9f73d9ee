"""Where the value of a field comes from, as documents write it: a word, or a constant.

A word may stand alone (`Title: title`); in full it is `{from: word, transform: name}`, and a
constant is `{constant: value}`.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, StrictBool, field_validator, model_validator

from connector.config.terms.section import Section
from connector.core.mapping.transforms import Transform

Value = StrictBool | int | float | str


class Origin(Section):
    """What one field takes; a document says what its words are, and which transforms it has.

    `forms` is the sentence that shows how to write it, `word` is what the document takes.
    """

    forms: ClassVar[str]
    word: ClassVar[str]

    source: Annotated[str, Field(alias="from")] = ""
    constant: Value | None = None
    transform: Transform | None = None

    @classmethod
    def transform_of(cls, text: str) -> Transform:
        """The transform of this name. Raises ValueError where the document has none such."""
        raise NotImplementedError

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"from": value}
        if not isinstance(value, dict):
            raise ValueError(f"This says nothing about the field. {cls.forms}")  # noqa: TRY004 - pydantic collects ValueError only
        return value

    @field_validator("transform", mode="plain", json_schema_input_type=str)
    @classmethod
    def _transform(cls, value: Any) -> Transform:
        return cls.transform_of(str(value))

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.source) == (self.constant is not None):
            raise ValueError(f"A field takes either {self.word} or a constant. {self.forms}")
        if self.transform and not self.source:
            raise ValueError("A constant takes no transform. Write the value as it should be.")
        return self
