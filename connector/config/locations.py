"""Where the files that ship with the connector are: mappings, Salesforce package, example.

An installed connector carries them inside the package (`connector/shipped`, made by the wheel);
in a checkout they stand beside it. This module looks at paths and reads no content.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(package: Path = _PACKAGE) -> Path:
    """Return the folder that holds `mappings`, `salesforce` and `config.example.yaml`."""
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent


def mappings() -> Path:
    """Return the folder of the shipped mapping documents."""
    return shipped() / "mappings"


def salesforce() -> Path:
    """Return the folder of the Salesforce package in source format."""
    return shipped() / "salesforce"


def example_config() -> Path:
    """Return the commented example configuration."""
    return shipped() / "config.example.yaml"


def find_document(written: str, beside: Path) -> Path | None:
    """Return the file that a path in the configuration means, or None where there is none.

    The folder of the configuration file comes first, then what is shipped, so that a copy
    beside the configuration replaces the shipped document.
    """
    candidates = (beside / written, shipped() / written)
    return next((candidate for candidate in candidates if candidate.is_file()), None)
