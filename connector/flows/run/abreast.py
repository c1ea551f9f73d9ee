"""Works on several things at once, a few at a time; what comes back is dealt with one by one.

It decides nothing: whether more may begin is asked before each.
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


def abreast(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    may_begin: Callable[[], bool] = lambda: True,
    room: Callable[[], int] = lambda: ABREAST,
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with what the work on it returned, as it comes; begun in their order.

    `room` says for how many there is room side by side, `ABREAST` at most. Once `may_begin` says
    no, what is under way ends and the rest is left. What the work raises is
    raised here, after what is under way has ended.
    """
    waiting = iter(items)
    under_way: dict[Future[Result], Item] = {}
    with ThreadPoolExecutor(ABREAST, "abreast") as pool:
        while True:
            while len(under_way) < room() and may_begin():
                for item in waiting:
                    under_way[pool.submit(work, item)] = item
                    break
                else:
                    break
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
