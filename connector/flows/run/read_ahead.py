"""Reads on while what was read is being dealt with: one side waits less for the other.

It knows nothing of what it reads. The source is asked by one thread at a time, in its order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_Item = TypeVar("_Item")

_END: Any = object()


def read_ahead(source: Iterable[_Item], *, items: int) -> Iterator[_Item]:
    """Yield the items of `source` in order, up to `items` of them read before they are wanted.

    Whatever the source raises is raised here, after the items before it. When the caller stops
    early, no further item is asked for.
    """
    iterator = iter(source)
    with ThreadPoolExecutor(1, "read-ahead") as pool:
        waiting = deque(pool.submit(next, iterator, _END) for _ in range(items))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(pool.submit(next, iterator, _END))
                yield item
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
