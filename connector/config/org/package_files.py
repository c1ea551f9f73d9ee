"""Reads the Salesforce package from its folder, file by file, for `connector deploy`.

What becomes of the files is for `core.org.source_package`; only what that sends is read.
"""

from __future__ import annotations

import json
from pathlib import Path

from connector.core.org.metadata_package import SourceFiles
from connector.core.org.source_package import is_sent
from connector.core.terms.errors import ConfigurationError, Problem

PROJECT_FILE = "sfdx-project.json"


def read_package(folder: Path) -> SourceFiles:
    """Return the files of the package directories that `sfdx-project.json` names.

    Raises `ConfigurationError` where that file or a file of the package cannot be read, or where
    there is nothing to deploy.
    """
    directories, api_version = _project(folder / PROJECT_FILE)
    try:
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for directory in directories
            for file in sorted((folder / directory).rglob("*"))
            if file.is_file() and is_sent(file.relative_to(folder).as_posix())
        }
    except OSError as error:
        at = str(error.filename or folder)
        raise _unusable("A file of the Salesforce package cannot be read.", at) from error
    if not files:
        raise _unusable("There is nothing to deploy in the Salesforce package.", str(folder))
    return SourceFiles(_shown(folder), api_version, files)


def _project(file: Path) -> tuple[list[str], str]:
    try:
        project = json.loads(file.read_text(encoding="utf-8"))
        directories = [str(each["path"]) for each in project["packageDirectories"]]
        api_version = project["sourceApiVersion"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _unusable("The project file of the package cannot be read.", str(file)) from error
    if not isinstance(api_version, str):
        raise _unusable("`sourceApiVersion` must be text, such as 66.0 in quotes.", str(file))
    return directories, api_version


def _unusable(message: str, file: str) -> ConfigurationError:
    hint = "Install the connector again, or restore this folder."
    return ConfigurationError(
        [Problem(message, file, hint=hint)], next_step="Then type: connector deploy --check"
    )


def _shown(folder: Path) -> str:
    """The folder as an operator would type it from here."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
