"""What an exit code means; the table in `docs/exit-codes.md` is held against this one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from connector.core.terms.errors import (
    AllowanceExhausted,
    ConfigurationError,
    ConnectorError,
    SafetyStop,
    SignInError,
    Stopped,
    Terminated,
)


class ExitCode(IntEnum):
    """The number a command ends with, for schedulers and scripts."""

    DONE = 0
    NEEDS_A_LOOK = 1
    CONFIGURATION = 2
    ALLOWANCE = 3
    SIGN_IN = 4
    UNREACHABLE = 5
    SAFETY_STOP = 6
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    ExitCode.DONE: "Done.",
    ExitCode.NEEDS_A_LOOK: "Done, but something needs a look: issues, Unknown or Conflict.",
    ExitCode.CONFIGURATION: "Usage or configuration: correct it and run again.",
    ExitCode.ALLOWANCE: "Stopped by an allowance; the next run resumes.",
    ExitCode.SIGN_IN: "Sign-in or permission: renew or grant it.",
    ExitCode.UNREACHABLE: "A vendor is unreachable or answers nonsense; the next run resumes.",
    ExitCode.SAFETY_STOP: "Safety stop: a person must decide.",
    ExitCode.INTERRUPTED: "Stopped by Ctrl-C; the next run resumes.",
    ExitCode.TERMINATED: "Stopped by SIGTERM; the next run resumes.",
}

_BY_ERROR: tuple[tuple[type[ConnectorError], ExitCode], ...] = (
    (Terminated, ExitCode.TERMINATED),
    (Stopped, ExitCode.INTERRUPTED),
    (SafetyStop, ExitCode.SAFETY_STOP),
    (ConfigurationError, ExitCode.CONFIGURATION),
    (SignInError, ExitCode.SIGN_IN),
    (AllowanceExhausted, ExitCode.ALLOWANCE),
    (ConnectorError, ExitCode.UNREACHABLE),
)
"""Most serious first: with several failures, the first row that fits one of them decides."""


def exit_code(failures: Iterable[ConnectorError], *, issues: int = 0) -> ExitCode:
    """The exit code for what went wrong, the most serious failure deciding."""
    happened = tuple(failures)
    for kind, code in _BY_ERROR:
        if any(isinstance(failure, kind) for failure in happened):
            return code
    return ExitCode.NEEDS_A_LOOK if issues else ExitCode.DONE


def most_serious(codes: Iterable[ExitCode]) -> ExitCode:
    """The exit code that stands for several, in the same order of seriousness."""
    met = frozenset(codes)
    order = (*(code for _, code in _BY_ERROR), ExitCode.NEEDS_A_LOOK)
    return next((code for code in order if code in met), ExitCode.DONE)
