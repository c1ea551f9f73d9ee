"""Secrets stand outside the configuration file, which only says where.

`{env: NAME}` is a variable of the environment, `{file: PATH}` a file (relative to the
configuration's folder). A literal secret is refused. No message here repeats a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretBytes, SecretStr, model_validator

from connector.config.terms.section import Section
from connector.config.terms.yaml_source import DocumentPath, YamlSource
from connector.core.invitations.sending.links import decode_key
from connector.core.terms.errors import Problem

_LITERAL = "A secret never stands in this file. Say where it is: `{env: NAME}` or `{file: PATH}`."
_ONE_OF_TWO = "A secret is named by exactly one of `env` and `file`."

EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class SecretReference(Section):
    """Where a secret is: in a variable of the environment, or in a file."""

    env: EnvironmentName | None = None
    file: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_a_literal(cls, value: Any) -> Any:
        if not isinstance(value, dict | SecretReference):
            raise ValueError(_LITERAL)  # noqa: TRY004 - pydantic collects ValueError only
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError(_ONE_OF_TWO)
        return self


@dataclass(frozen=True)
class Secrets:
    """Every secret that could be read, by its place in the document, and those that could not."""

    values: Mapping[DocumentPath, SecretStr]
    missing: tuple[Problem, ...]

    def get(self, path: DocumentPath) -> SecretStr:
        """Return the secret at a place, empty where it is missing."""
        return self.values.get(path, SecretStr(""))


def read_secrets(
    references: Iterable[tuple[DocumentPath, SecretReference]],
    environ: Mapping[str, str],
    source: YamlSource,
) -> Secrets:
    """Read every referenced secret; what is absent, empty or unreadable is listed as missing."""
    values: dict[DocumentPath, SecretStr] = {}
    missing: list[Problem] = []
    folder = Path(source.file).parent
    for path, reference in references:
        value, trouble = _read(reference, environ, folder)
        if trouble:
            message = f"The secret `{path[-1]}` is missing: {trouble}."
            missing.append(source.problem(path, message, _remedy(reference)))
        else:
            values[path] = SecretStr(value)
    return Secrets(values, tuple(missing))


def read_link_key(secret: SecretStr) -> SecretBytes:
    """Return the 32 bytes of a link key (Trustpilot 11), empty where the secret is missing.

    Raises ValueError with a sentence that tells the length, never the key.
    """
    text = secret.get_secret_value()
    return SecretBytes(decode_key(text) if text else b"")


def _remedy(reference: SecretReference) -> str:
    if reference.env is not None:
        return "Set it in the environment of the connector."
    return "Check the path and that the connector may read it."


def _read(reference: SecretReference, environ: Mapping[str, str], folder: Path) -> tuple[str, str]:
    """Return the value and, where there is none, why."""
    if reference.env is not None:
        value = environ.get(reference.env, "").strip()
        return value, "" if value else f"the environment variable {reference.env} is not set"
    return _read_file(folder / (reference.file or ""), reference.file or "")


def _read_file(path: Path, written: str) -> tuple[str, str]:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):  # ValueError: not UTF-8, or a path no file can have
        return "", f"the file {written} cannot be read"
    return value, "" if value else f"the file {written} is empty"
