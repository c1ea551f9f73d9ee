"""JSON as commands print it: a document on one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_line(document: Mapping[str, Any]) -> str:
    """A document as JSON on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
