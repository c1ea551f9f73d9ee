"""A page like the public one: what anybody would read at Trustpilot about the emulated business.

It reads the emulated Trustpilot and changes nothing; it wears nobody's trademark.
"""

from __future__ import annotations

import html
from typing import Any

from connector.emulator.trustpilot import TrustpilotState
from connector.emulator.trustpilot.reviews.service import Bounds

_SHOWN = 60
_STYLE = """
body { font: 15px/1.5 "Open Sans", Arial, sans-serif; margin: 0; color: #1c1c1c; background: #fff }
header { background: #f3f7f5; padding: 1.5rem 2rem; border-bottom: 1px solid #d9e2de }
main { max-width: 46rem; padding: 1rem 2rem }
article { border: 1px solid #dcdce6; border-radius: .5rem; padding: 1rem 1.25rem; margin: 1rem 0 }
article:target { border-color: #04875f; box-shadow: 0 0 0 2px #04875f }
.stars { color: #04875f; letter-spacing: .1em } .weak { color: #60607a }
h1, h2 { margin: .25rem 0 } h2 { font-size: 1.05rem }
.reply { border-inline-start: 3px solid #04875f; padding-inline-start: 1rem; margin-top: .75rem }
p { white-space: pre-line; overflow-wrap: anywhere; margin: .25rem 0 }
"""


def public_page(state: TrustpilotState) -> str:
    """Return the page as HTML: the score and the newest reviews with their replies."""
    with state.lock:
        unit = next(iter(state.units.values()))
        reviews = state.service.of_unit(unit.id, Bounds(None, None))[-_SHOWN:]
        shown = [_article(state.service_review(each["id"])) for each in reversed(reviews)]
        total = sum(state.service.stars(unit.id).values())
    name = html.escape(unit.display_name)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f'<style>{_STYLE}</style></head><body><header><p class="weak">Emulated public page</p>'
        f"<h1>{name}</h1><p>{html.escape(unit.domain)} · {total} reviews</p></header>"
        f"<main>{''.join(shown)}</main>"
        "<script>setTimeout(() => location.reload(), 5000)</script></body></html>"
    )


def _article(review: dict[str, Any]) -> str:
    stars = int(review["stars"])
    reply = review.get("companyReply")
    answered = (
        f'<div class="reply"><strong>Reply from the business</strong>'
        f"<p>{html.escape(reply['text'])}</p></div>"
        if reply
        else ""
    )
    author = html.escape(review["consumer"].get("displayName") or "")
    return (
        f'<article id="{html.escape(review["id"])}">'
        f'<span class="stars" role="img" aria-label="{stars} of 5 stars">'
        f"{'★' * stars}{'☆' * (5 - stars)}</span>"
        f'<h2 dir="auto">{html.escape(review.get("title") or "")}</h2>'
        f'<p dir="auto">{html.escape(review.get("text") or "")}</p>'
        f'<p class="weak">{author} · {html.escape(str(review["createdAt"])[:10])}</p>'
        f"{answered}</article>"
    )
