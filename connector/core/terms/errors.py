"""Every way the connector can stop, grouped by what a person does next.

```
ConnectorError
├── ConfigurationError   correct the YAML or the environment       exit 2
├── SafetyStop           a person must decide                      exit 6
├── SignInError          renew or grant a credential               exit 4
│   └── AccessDenied     signed in, but this is not allowed        exit 4
├── EndedEarly           wait: the next run resumes
│   ├── AllowanceExhausted   a vendor lets no more through         exit 3
│   └── Stopped              a person or the machine stopped it    exit 130
│       └── Terminated       the same by SIGTERM                   exit 143
└── VendorError          the other side misbehaved                 exit 5
    ├── VendorUnreachable    no usable answer came back
    ├── VendorAnswerUnreadable   an answer came back and is not what the vendor documents
    ├── RequestRefused       the vendor understood and said no
    └── NotFound             the vendor does not know the thing asked for
```

A row that the org refuses is not an exception: it is a `RowResult` with a `RowError`,
because one bad row must not stop the others.
No message may hold an e-mail address, a name, review text or a secret.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a document, placed where a person can find it."""

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        sentence = f"{place}: {self.message}" if place else self.message
        return f"{sentence} {self.hint}".rstrip()


class ConnectorError(Exception):
    """The base of everything the connector raises on purpose.

    `message` is a sentence for the operator; `next_step` is what to do or type next.
    """

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class ConfigurationError(ConnectorError):
    """The configuration cannot be used; every problem found is listed, not only the first."""

    def __init__(
        self, problems: list[Problem] | tuple[Problem, ...], *, next_step: str = ""
    ) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(lines, next_step=next_step or "Correct it, then type: connector validate")


class SafetyStop(ConnectorError):
    """Going on could do harm, so a person decides first (another org, for example)."""


class SignInError(ConnectorError):
    """A vendor does not accept the credential; repeating would not help."""

    def __init__(self, vendor: str, message: str, *, next_step: str = "") -> None:
        self.vendor = vendor
        super().__init__(message, next_step=next_step)


class AccessDenied(SignInError):
    """The credential is good, but it may not do this (role, plan or permission set)."""


class EndedEarly(ConnectorError):
    """Work ended cleanly before its end, all of it and not one part; the next run resumes."""


class Stopped(EndedEarly):
    """Somebody stopped the run by Ctrl-C: what was under way ended, and nothing new began."""

    by = "Ctrl-C"

    def __init__(self) -> None:
        super().__init__(f"Stopped by {self.by}: what is left waits for the next run.")


class Terminated(Stopped):
    """The machine or a scheduler stopped the run, by SIGTERM."""

    by = "SIGTERM"


class AllowanceExhausted(EndedEarly):
    """A vendor's allowance is used up; work stopped cleanly and the next run resumes."""

    def __init__(self, vendor: str, message: str, *, next_step: str = "") -> None:
        self.vendor = vendor
        super().__init__(message, next_step=next_step)


@dataclass(frozen=True)
class CallFacts:
    """Which call went wrong: enough to look it up at the vendor, nothing personal."""

    vendor: str
    method: str
    path: str
    status: int | None = None
    code: str = ""
    correlation_id: str = ""


class VendorError(ConnectorError):
    """The other side did not do its part; `facts` says in which call."""

    def __init__(self, message: str, facts: CallFacts, *, next_step: str = "") -> None:
        self.facts = facts
        super().__init__(message, next_step=next_step)


class VendorUnreachable(VendorError):
    """No usable answer came back, after every repeat that was safe.

    `maybe_processed` is true when the request may have taken effect all the same.
    """

    def __init__(
        self, message: str, facts: CallFacts, *, maybe_processed: bool, next_step: str = ""
    ) -> None:
        self.maybe_processed = maybe_processed
        super().__init__(message, facts, next_step=next_step)


class VendorAnswerUnreadable(VendorError):
    """An answer came back with a success status, but its body is not what the vendor documents."""


class RequestRefused(VendorError):
    """The vendor understood the request and said no (a 4xx other than sign-in and allowance)."""


class NotFound(RequestRefused):
    """The vendor does not know what was asked for (404 or 410)."""
