"""What a flow has done so far: kept while it works, so that a later failure loses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connector.core.run.issues import Issue
from connector.core.run.report import Action, FlowReport, Mark
from connector.core.terms.errors import ConnectorError, EndedEarly, Stopped
from connector.core.terms.records import Row


@dataclass
class Tally:
    """Counts, actions, marks, issues and notes of one flow, gathered as it goes."""

    flow: str
    counts: Counter[str] = field(default_factory=Counter)
    actions: list[Action] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[ConnectorError] = field(default_factory=list)
    unit_rows: list[Row] = field(default_factory=list)

    @property
    def is_stopped(self) -> bool:
        """True when an allowance is used up, or somebody stopped the run."""
        return any(isinstance(failure, EndedEarly) for failure in self.failures)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Note a failure of one part and go on with the next; what ends all is raised."""
        try:
            yield
        except EndedEarly:
            raise
        except ConnectorError as failure:
            self.failures.append(failure)

    @contextmanager
    def until_allowance(self) -> Iterator[None]:
        """Note once what ends all work early, and end this part of the work there."""
        try:
            yield
        except EndedEarly as stop:
            if not self.is_stopped:
                self.failures.append(stop)

    def report(self) -> FlowReport:
        """Everything gathered, as a frozen value."""
        return FlowReport(
            self.flow,
            counts=dict(self.counts),
            actions=tuple(self.actions),
            marks=tuple(self.marks),
            issues=tuple(self.issues),
            passed=tuple(dict.fromkeys(self.passed)),
            notes=tuple(dict.fromkeys(self.notes)),
            failures=tuple(self._failures()),
            unit_rows=tuple(self.unit_rows),
        )

    def _failures(self) -> Iterator[ConnectorError]:
        """All of them, but a stop once: several calls side by side meet the same one."""
        stops = 0
        for failure in self.failures:
            stops += isinstance(failure, Stopped)
            if stops <= 1 or not isinstance(failure, Stopped):
                yield failure
