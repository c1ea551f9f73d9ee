"""Works on several things at once, a few at a time; what comes back is dealt with one by one.

It decides nothing: whether more may begin is asked before each, and again and again whether what is
under way is waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Trustpilot 10.1: calls in a time are limited, nothing is said of calls at once; four is ours.
ABREAST = 4
"""So many calls to Trustpilot are under way at once."""

_A_MOMENT = 0.25
"""Seconds after which it is asked again whether what is under way is waited for."""


def abreast(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    may_begin: Callable[[], bool] = lambda: True,
    room: Callable[[], int] = lambda: ABREAST,
    is_over: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with what the work on it returned, as it comes; begun in their order.

    `room` says for how many there is room side by side, `ABREAST` at most. Once `may_begin` says
    no, what is under way ends and the rest is left. Once `is_over`, what is under way is left to
    itself and never yielded. What the work raises is raised here, after what is under way has
    ended.
    """
    waiting = iter(items)
    under_way: dict[Future[Result], Item] = {}
    pool = ThreadPoolExecutor(ABREAST, "abreast")
    try:
        while True:
            while len(under_way) < room() and may_begin():
                for item in waiting:
                    under_way[pool.submit(work, item)] = item
                    break
                else:
                    break
            if not under_way or is_over():
                return
            for future in wait(under_way, _A_MOMENT, FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
    finally:
        pool.shutdown(wait=not is_over())
