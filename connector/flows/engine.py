"""One run: open, go through the flows in order of priority, close, report.

A flow that fails does not stop the others, unless the org itself cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.core.policy import RunPolicy
from connector.core.products.mapping import ProductPush
from connector.core.products.plan import FLOW as PRODUCTS
from connector.core.reviews.estimate import ImportEstimate, ImportRange
from connector.core.reviews.reconciliation import Reconciliation
from connector.core.run.report import FlowReport, RunReport
from connector.core.terms.errors import ConnectorError, Stopped, VendorUnreachable
from connector.core.terms.reviews import ReviewType
from connector.flows.invitations import claims
from connector.flows.invitations import flow as invitations_out
from connector.flows.ports import NeverStopping, Org, Reporter, Stopping, Trustpilot
from connector.flows.privacy import deletions as erasure
from connector.flows.products import push as products_push
from connector.flows.replies import flow as replies_out
from connector.flows.replies import tags as tags_out
from connector.flows.reviews import backfill as import_reviews
from connector.flows.reviews import check as check_reviews
from connector.flows.reviews import flow as reviews_in
from connector.flows.reviews import summary
from connector.flows.reviews import told as review_told
from connector.flows.run.closing import complete_through, record_end
from connector.flows.run.context import RunContext
from connector.flows.run.opening import read_opening, refuse_other_org, resolve_units
from connector.flows.run.package import package_report, startable

_RUNS: Mapping[str, Callable[[RunContext], FlowReport]] = {
    erasure.FLOW: erasure.run,
    replies_out.FLOW: replies_out.run,
    tags_out.FLOW: tags_out.run,
    claims.FLOW: invitations_out.run,
    review_told.FLOW: reviews_in.run,
}

FLOWS = (*_RUNS, summary.FLOW)
"""The flows in order of priority: when an allowance ends, the later ones wait."""

_NEEDS_CURRENT_PACKAGE = frozenset({claims.FLOW})
"""Flows whose rows hold fields that an older package may lack."""


@dataclass(frozen=True)
class World:
    """The two sides and the means of a run.

    `calls` returns how many calls each vendor has been sent so far.
    """

    org: Org
    trustpilot: Trustpilot
    reporter: Reporter
    calls: Callable[[], Mapping[str, int]]
    new_iv: Callable[[], bytes]
    stopping: Stopping = field(default_factory=NeverStopping)


@dataclass(frozen=True)
class RunRequest:
    """Which run is wanted: its id, which flows (all where empty), and whether it may write."""

    run_id: str
    only: Collection[str] = ()
    dry_run: bool = False


def run(world: World, policy: RunPolicy, request: RunRequest) -> RunReport:
    """Do one pass and return what it did.

    Raises `SafetyStop` for another org, `ConfigurationError` for an unknown business unit,
    and whatever keeps the run from opening; failures inside flows are in the report.
    """

    def work(context: RunContext, meter: _Meter) -> list[FlowReport]:
        wanted = [name for name in FLOWS if not request.only or name in request.only]
        may = startable(wanted, context, _NEEDS_CURRENT_PACKAGE)
        return _flows(may, context, meter, [])

    return _whole(world, policy, request, work)


def looking(world: World, policy: RunPolicy, run_id: str) -> RunContext:
    """The surroundings of a command that looks and writes to neither side. Raises as `run`."""
    return _open(world, policy, RunRequest(run_id, dry_run=True))


def import_since(
    world: World,
    policy: RunPolicy,
    request: RunRequest,
    wanted: ImportRange,
    announce: Callable[[ImportEstimate], object],
) -> RunReport:
    """Import the reviews from a day until now, then update the summary; `announce` comes first.

    Moves no mark. Raises what `run` raises, and `ConfigurationError` for a day in the future.
    """

    def work(context: RunContext, meter: _Meter) -> list[FlowReport]:
        start = wanted.start(context.now)
        estimate = import_reviews.estimate(context, start)
        meter.stop("estimate")
        context.reporter.event(
            "import_estimated", trustpilot=estimate.trustpilot, salesforce=estimate.salesforce
        )
        announce(estimate)
        context.reporter.event("flow_started", flow=import_reviews.FLOW)
        flows = [import_reviews.run(context, start)]
        meter.stop(import_reviews.FLOW)
        ends = _org_is_gone(flows[0]) or _was_stopped(flows[0])
        return flows if ends else _flows([summary.FLOW], context, meter, flows)

    return _whole(world, policy, request, work)


def check_since(
    world: World, policy: RunPolicy, request: RunRequest, wanted: ImportRange
) -> tuple[RunReport, Reconciliation]:
    """Compare Trustpilot's lists with the org from a day until now, and heal what differs.

    Moves no mark. Raises what `import_since` raises.
    """
    found: list[Reconciliation] = []

    def work(context: RunContext, meter: _Meter) -> list[FlowReport]:
        flow, reconciliation = check_reviews.run(context, wanted.start(context.now))
        meter.stop(check_reviews.FLOW)
        found.append(reconciliation)
        return [flow]

    report = _whole(world, policy, request, work)
    return report, found[0]


def refresh(
    world: World, policy: RunPolicy, request: RunRequest, wanted: Sequence[tuple[ReviewType, str]]
) -> RunReport:
    """Fetch single reviews by id and store each as it is now. Raises what `run` raises."""

    def work(context: RunContext, meter: _Meter) -> list[FlowReport]:
        flows = [reviews_in.refresh(context, wanted)]
        meter.stop(review_told.FLOW)
        return flows

    return _whole(world, policy, request, work)


def push_products(
    world: World, policy: RunPolicy, request: RunRequest, wanted: ProductPush
) -> RunReport:
    """Bring Trustpilot's catalogue in line with the org's products. Raises what `run` raises."""

    def work(context: RunContext, meter: _Meter) -> list[FlowReport]:
        context.reporter.event("flow_started", flow=PRODUCTS)
        try:
            flows = [products_push.run(context, wanted)]
        except ConnectorError as failure:
            flows = [FlowReport(PRODUCTS, failures=(failure,))]
        meter.stop(PRODUCTS)
        return flows

    return _whole(world, policy, request, work)


def _whole(
    world: World,
    policy: RunPolicy,
    request: RunRequest,
    work: Callable[[RunContext, _Meter], list[FlowReport]],
) -> RunReport:
    meter = _Meter(world.calls)
    context = _open(world, policy, request)
    meter.stop("opening")
    with world.stopping.heeded():
        flows = [*package_report(context), *work(context, meter)]
        flows += _stopped_late(context, flows)
        flows += _close(context, flows, meter)
    complete = complete_through(context, flows)
    return RunReport(
        run_id=request.run_id,
        started_at=context.now,
        finished_at=world.org.now(),
        dry_run=request.dry_run,
        flows=tuple(flows),
        calls=meter.parts,
        complete_through=complete,
        open_issues=_open_issues(context, flows),
    )


def _flows(
    names: Iterable[str], context: RunContext, meter: _Meter, before: list[FlowReport]
) -> list[FlowReport]:
    flows = list(before)
    for name in names:
        flows.append(_flow(name, context, flows))
        meter.stop(name)
        if _org_is_gone(flows[-1]) or _was_stopped(flows[-1]):
            break
    return flows


def _was_stopped(flow: FlowReport) -> bool:
    return any(isinstance(failure, Stopped) for failure in flow.failures)


def _stopped_late(context: RunContext, flows: list[FlowReport]) -> list[FlowReport]:
    """Tell of a stop that no flow has told of: the last one was at its end."""
    stop = context.stopping.wanted()
    if stop is None or any(_was_stopped(flow) for flow in flows):
        return []
    return [FlowReport("closing", failures=(stop,))]


def _open(world: World, policy: RunPolicy, request: RunRequest) -> RunContext:
    refuse_other_org(world.org, policy)
    opening = read_opening(world.org)
    units = resolve_units(world.org, world.trustpilot, policy, opening, dry_run=request.dry_run)
    return RunContext(
        run_id=request.run_id,
        now=world.org.now(),
        dry_run=request.dry_run,
        org=world.org,
        trustpilot=world.trustpilot,
        reporter=world.reporter,
        policy=policy,
        opening=opening,
        units=units,
        new_iv=world.new_iv,
        stopping=world.stopping,
    )


def _flow(name: str, context: RunContext, before: list[FlowReport]) -> FlowReport:
    try:
        context.heed_stop()
        context.reporter.event("flow_started", flow=name)
        if name == summary.FLOW:
            return summary.run(context, recount=any(flow.did_something for flow in before))
        return _RUNS[name](context)
    except ConnectorError as failure:
        return FlowReport(name, failures=(failure,))


def _org_is_gone(flow: FlowReport) -> bool:
    return any(
        isinstance(failure, VendorUnreachable) and failure.facts.vendor == "Salesforce"
        for failure in flow.failures
    )


def _close(context: RunContext, flows: list[FlowReport], meter: _Meter) -> list[FlowReport]:
    """Record the end; what goes wrong here is reported as a flow of its own."""
    if context.dry_run or (flows and _org_is_gone(flows[-1])):
        return []
    try:
        end = record_end(context, flows, meter.parts, complete_through(context, flows))
    except ConnectorError as failure:
        return [FlowReport("closing", failures=(failure,))]
    finally:
        meter.stop("closing")
    return [end] if end.issues else []


def _open_issues(context: RunContext, flows: list[FlowReport]) -> int:
    known = context.opening.issues
    found = {issue.key for flow in flows for issue in flow.issues}
    passed = {key for flow in flows for key in flow.passed}
    dropped = {key for key, issue in known.items() if issue.dropped}
    return len((found | (set(known) - passed)) - dropped)


@dataclass
class _Meter:
    """Tells which part of a run cost how many calls."""

    calls: Callable[[], Mapping[str, int]]
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = dict(self.calls())

    def stop(self, part: str) -> None:
        """Book everything since the last stop on this part."""
        after = dict(self.calls())
        self.parts[part] = {
            vendor: count - self.before.get(vendor, 0) for vendor, count in after.items()
        }
        self.before = after
