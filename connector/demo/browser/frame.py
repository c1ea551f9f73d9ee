"""The HTML around the built page: its language and direction, the labels, the world's time.

Text only; what it hands over is what the platform gives to a component besides records.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from connector.demo.browser.words import labels

_LOCALES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "da": "da-DK", "es": "es-ES"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def frame(package: Path, language: str, now: datetime) -> str:
    """Return the page in a language; one without translations shows English words."""
    short = language[:2].lower()
    direction = "rtl" if short in _RIGHT_TO_LEFT else "ltr"
    locale = _LOCALES.get(short, "en-GB")
    platform = {
        "labels": labels(package, short),
        "customPermissions": [],
        "i18n": {"lang": short, "dir": direction, "locale": locale, "timeZone": "UTC"},
        "now": now.isoformat(),
    }
    # "<" must not end the script early, whatever a label holds.
    words = json.dumps(platform).replace("<", "\\u003c")
    return (
        f'<!doctype html><html lang="{locale}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Trustpilot | Salesforce, emulated</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/bundle/slds.css">'
        '<link rel="stylesheet" href="/bundle/page.css"></head>'
        f"<body><script>globalThis.platform = {words}</script>"
        '<script type="module" src="/bundle/page.js"></script></body></html>'
    )
