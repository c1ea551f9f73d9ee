"""Where the built page is: in the repository after `make ui`, or inside an installed connector.

It only looks; building needs Node and belongs to `make ui`.
"""

from __future__ import annotations

from pathlib import Path

from connector.core.terms.errors import ConfigurationError, Problem

_PACKAGE = Path(__file__).resolve().parents[2]


def bundle_folder(package: Path = _PACKAGE) -> Path:
    """Return the folder with the built page. Raises `ConfigurationError` with the next command."""
    source = package.parent / "ui"
    for folder in (source / "dist", package / "shipped" / "ui"):
        if (folder / "page.js").is_file():
            return folder
    if source.is_dir():
        raise ConfigurationError(
            [Problem("The page of the browser demo is not built yet.")],
            next_step="Type: make ui",
        )
    raise ConfigurationError(
        [Problem("This connector was installed without the page of the browser demo.")],
        next_step="Get the connector's repository, and type there: make browser-demo",
    )
