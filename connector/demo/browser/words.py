"""The package's custom labels in one language, as the platform hands them to a component.

Read from the metadata files; a label without a translation keeps its own words.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


def labels(package: Path, language: str) -> dict[str, str]:
    """Return label name -> words in a language such as `de`."""
    folder = package / "main" / "default"
    words = _pairs(folder / "labels" / "CustomLabels.labels-meta.xml", "labels/fullName/value")
    folder = package / "translations" / "main" / "default" / "translations"
    translated = folder / f"{language}.translation-meta.xml"
    if translated.is_file():
        words |= _pairs(translated, "customLabels/name/label")
    return words


def _pairs(path: Path, names: str) -> dict[str, str]:
    each, key, value = (f"{_NAMESPACE}{name}" for name in names.split("/"))
    root = ET.parse(path).getroot()  # noqa: S314  the package's own files
    return {label.findtext(key) or "": label.findtext(value) or "" for label in root.findall(each)}
