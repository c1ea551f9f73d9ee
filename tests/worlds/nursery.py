"""A program from which `connector` processes are forked: they start at once, everything is loaded.

It reads one order a line, `{"arguments": [...], "environ": {...}}`, forks that process, writes its
id, waits for its end and writes how it ended: an exit code, or minus the signal.
pytest must not fork, because it has threads; so this is a program of its own.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from connector.cli import main


def be(order: dict[str, Any]) -> None:
    """Be the ordered process to its end; what it says goes where the nursery's errors go."""
    os.environ.update(order["environ"])
    os.dup2(2, 1)
    code: object = 70
    try:
        main(order["arguments"])
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - nothing may come back into the nursery
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            be(json.loads(line))
        print(pid, flush=True)  # noqa: T201 - whoever ordered it wants to kill it
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201
