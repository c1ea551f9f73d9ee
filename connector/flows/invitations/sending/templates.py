"""Finds the templates that e-mail invitations name, once for each business unit and run.

Trustpilot accepts an invitation with a template that does not exist, and sends nothing
(Invitation API): so an invitation whose template cannot be found waits.
"""

from __future__ import annotations

from connector.core.invitations.sending.due import DueInvitation, Wait
from connector.core.invitations.sending.outgoing import Template
from connector.core.invitations.sending.templates import is_template_id, template_id
from connector.core.run.issues import Issue, issue_key
from connector.core.terms.errors import ConnectorError
from connector.core.terms.units import Unit
from connector.flows.invitations.claims import FLOW
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

_CODE = "template_unknown"
_NEXT_STEP = (
    "Name a template so at Trustpilot, or correct Template on the invitations that wait and "
    "template in the rule."
)


class InvitationTemplates:
    """The templates of the business units, read when the first invitation names one."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._known: dict[str, tuple[Template, ...] | ConnectorError] = {}
        self._told: set[str] = set()

    def prepare(self, due: DueInvitation, unit: Unit) -> None:
        """Ask Trustpilot now where the invitation will need it: nothing is asked after the look."""
        if due.text("Template_Id__c") and not due.is_link:
            self._of(unit)

    def find(self, due: DueInvitation, unit: Unit, tally: Tally) -> str | Wait:
        """The id of the template that the invitation names; empty for the account's default."""
        written = due.text("Template_Id__c")
        if not written or due.is_link:
            return ""
        known = self._of(unit)
        if isinstance(known, ConnectorError):
            return written if is_template_id(written) else _unseen(unit, known)
        record = f"{unit.id} {written}"
        try:
            found = template_id(written, known)
        except ValueError as error:
            return self._missing(record, f"Invitations of {unit.name} wait: {error}.", tally)
        if (key := issue_key(_CODE, record)) in self._context.opening.issues:
            tally.passed.append(key)
        return found

    def _missing(self, record: str, sentence: str, tally: Tally) -> Wait:
        if record not in self._told:
            self._told.add(record)
            tally.issues.append(Issue(_CODE, sentence, _NEXT_STEP, FLOW, record))
        return Wait(sentence)

    def _of(self, unit: Unit) -> tuple[Template, ...] | ConnectorError:
        if unit.id not in self._known:
            try:
                self._known[unit.id] = self._context.trustpilot.templates(unit.id)
            except ConnectorError as error:
                self._known[unit.id] = error
        return self._known[unit.id]


def _unseen(unit: Unit, error: ConnectorError) -> Wait:
    return Wait(
        f"Invitations of {unit.name} wait: the names of its templates cannot be read "
        f"({error.message}) An id instead of a name needs no look."
    )
