"""Puts the page of the browser demo into the wheel where `make ui` has built it before.

A wheel can be built without Node; `connector demo --browser` then says what is missing.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface):
    """Adds `ui/dist` as `connector/shipped/ui`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the built page to what the wheel takes; an editable install reads it in place."""
        page = Path(self.root) / "ui" / "dist"
        if self.target_name == "wheel" and version == "standard" and page.is_dir():
            build_data["force_include"][str(page)] = "connector/shipped/ui"
