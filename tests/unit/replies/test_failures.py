"""Which error a failed deed at Trustpilot is, and what it tells the operator."""

import pytest

from connector.core.replies.failures import Deed, failed
from connector.core.terms.errors import AccessDenied, AllowanceExhausted, VendorUnreachable
from connector.core.terms.outcomes import SendOutcome, Verdict

DEED = Deed(
    verb="reply",
    rights="Check the plan.",
    later="post the replies",
    lost="Trustpilot gave no answer; the reply stays queued.",
    again="The next run looks before it tries again.",
    method="POST",
    path="reply",
)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [(401, "", "401"), (403, "", "403"), (403, "no_role", "no_role")],  # the code where one came
)
def test_a_refused_account_is_told_what_it_may_not_do(status, code, told):
    error = failed(DEED, SendOutcome(Verdict.REFUSED, status, code))
    assert isinstance(error, AccessDenied)
    assert error.message == f"Trustpilot does not let this account reply ({told})."
    assert (error.vendor, error.next_step) == ("Trustpilot", "Check the plan.")


def test_a_spent_allowance_is_told_as_a_wish_to_come_later():
    error = failed(DEED, SendOutcome(Verdict.TRY_LATER, 429))
    assert isinstance(error, AllowanceExhausted)
    assert error.message == "Trustpilot asked to post the replies later."
    assert error.vendor == "Trustpilot"


@pytest.mark.parametrize(
    ("verdict", "status", "maybe"),
    [
        (Verdict.UNKNOWN, None, True),  # no answer at all
        (Verdict.UNKNOWN, 503, True),
        (Verdict.TRY_LATER, None, False),  # the connection was never made
    ],
)
def test_where_no_answer_came_it_says_whether_it_may_have_happened(verdict, status, maybe):
    error = failed(DEED, SendOutcome(verdict, status))
    assert isinstance(error, VendorUnreachable)
    assert error.maybe_processed is maybe
    assert (error.message, error.next_step) == (DEED.lost, DEED.again)
    call = error.facts
    assert (call.vendor, call.method, call.path, call.status) == (
        "Trustpilot",
        "POST",
        "reply",
        status,
    )
