"""Products out: what the org sells becomes Trustpilot's product catalogue, only what changed.

The org keeps no state for this: Trustpilot's own list is what is compared with. Nothing is ever
taken out of the catalogue, because Trustpilot has no call for it (Trustpilot 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from connector.core.products.mapping import ProductPush
from connector.core.products.plan import (
    FLOW,
    Change,
    Offer,
    count,
    offers,
    plan_push,
    refused,
)
from connector.core.run.report import Action, FlowReport
from connector.core.terms.errors import RequestRefused
from connector.core.terms.units import Unit
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

MOST_IN_A_CALL = 100
"""Uncertain what Trustpilot takes (Trustpilot 8), so batches are small and are cut on refusal."""

_MOST_REFUSED = 10
# Trustpilot 8: uncertain: how too large a batch is refused.
_ABOUT_THE_BATCH = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_UNNAMED = "Trustpilot's answer does not name it."


def run(context: RunContext, wanted: ProductPush) -> FlowReport:
    """Bring the catalogue of each wanted business unit in line with the org's products.

    A product that cannot be sent is an issue, and the others are sent. Raises what keeps the org
    from answering; what Trustpilot does not do for one business unit is in the report.
    """
    tally = Tally(FLOW)
    answers = context.org.read(wanted.mapping.selects())
    found = offers(wanted.mapping, *(answer.rows for answer in answers))
    tally.counts.update(found.counts)
    tally.issues += found.issues
    tally.notes += found.notes
    done = {""}
    with tally.until_allowance():
        for unit in context.units:
            if not wanted.units or unit.name in wanted.units:
                with tally.going_on():
                    _push(context, tally, unit, found.offers)
                    done.add(unit.id)
    _close_what_passed(context, tally, done)
    return tally.report()


def _push(context: RunContext, tally: Tally, unit: Unit, wanted: Sequence[Offer]) -> None:
    held = context.trustpilot.products(unit.id, [offer.sku for offer in wanted])
    plan = plan_push(wanted, held)
    tally.counts["products_unchanged"] += plan.unchanged
    if context.dry_run:
        tally.counts.update(count(plan.changes))
        tally.actions += [_action(unit, change) for change in plan.changes]
        return
    sending = _Sending(context, tally, unit, len(plan.changes))
    sending.send(plan.changes)


def _action(unit: Unit, change: Change) -> Action:
    facts = {} if change.is_new else {"fields": " ".join(change.fields)}
    what = "create product" if change.is_new else "change product"
    return Action(what, change.offer.sku, {"unit": unit.name, **facts})


def _close_what_passed(context: RunContext, tally: Tally, done: set[str]) -> None:
    """Close the issues of earlier pushes that this one did not meet again where it looked."""
    again = {issue.key for issue in tally.issues}
    tally.passed += [
        key
        for key, issue in context.opening.issues.items()
        if issue.flow == FLOW and issue.business_unit_id in done and key not in again
    ]


class _Sending:
    """The changes of one business unit on their way, in batches that get smaller on refusal."""

    def __init__(self, context: RunContext, tally: Tally, unit: Unit, total: int) -> None:
        self.context, self.tally, self.unit, self.total = context, tally, unit, total
        self.sent = 0
        self.refusals = 0

    def send(self, changes: Sequence[Change]) -> None:
        """Send all of them; one that Trustpilot refuses alone is an issue.

        Raises what stops the whole business unit, a refusal of everything among it.
        """
        waiting, most = [*changes], MOST_IN_A_CALL
        halves: list[int] = []
        while waiting:
            batch = waiting[: halves.pop() if halves else most]
            try:
                confirmed = self._push(batch)
            except RequestRefused as error:
                if error.facts.status not in _ABOUT_THE_BATCH:
                    raise
                half = len(batch) // 2
                if half and error.facts.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    most, halves = half, []
                elif half:
                    halves += [len(batch) - half, half]
                else:
                    self._refused(batch[0], error)
                    waiting = waiting[1:]
                continue
            self._count(batch, confirmed)
            waiting = waiting[len(batch) :]

    def _push(self, batch: Sequence[Change]) -> frozenset[str]:
        items = [change.offer.item for change in batch]
        return self.context.trustpilot.push_products(self.unit.id, items)

    def _count(self, batch: Sequence[Change], confirmed: frozenset[str]) -> None:
        taken = [change for change in batch if change.offer.sku in confirmed]
        self.tally.counts.update(count(taken))
        self.sent += len(taken)
        for change in batch:
            if change.offer.sku not in confirmed:
                self._issue(change, _UNNAMED)
        self._progress()

    def _refused(self, change: Change, error: RequestRefused) -> None:
        self.refusals += 1
        if self.refusals >= _MOST_REFUSED and not self.sent:
            # Trustpilot 10.1: failed calls count against the allowance, and here are thousands.
            raise error
        self._issue(change, error.message)
        self._progress()

    def _issue(self, change: Change, why: str) -> None:
        self.tally.counts["products_refused"] += 1
        self.tally.issues.append(refused(change.offer, self.unit.id, self.unit.name, why))

    def _progress(self) -> None:
        done = self.sent + self.refusals
        self.context.reporter.progress(f"products of {self.unit.name}", done, self.total)
