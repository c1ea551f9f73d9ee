"""Which calls and rows an armed fault strikes, and how often."""

import pytest

from connector.emulator.faults import Fault, Faults, custom_row_error, expired_session, row_lock


@pytest.fixture
def faults():
    return Faults()


def strikes(faults, count, vendor="trustpilot", method="GET", path="/v1/x"):
    return [faults.take(vendor, method, path) is not None for _ in range(count)]


def test_a_fault_strikes_once_by_default(faults):
    faults.add(Fault("trustpilot", status=500))
    assert strikes(faults, 3) == [True, False, False]


def test_a_fault_skips_calls_before_it_strikes(faults):
    faults.add(Fault("trustpilot", status=500, skip=2, times=2))
    assert strikes(faults, 5) == [False, False, True, True, False]


def test_a_fault_without_a_number_strikes_until_cleared(faults):
    faults.add(Fault("trustpilot", status=500, times=None))
    assert all(strikes(faults, 50))
    faults.clear()
    assert strikes(faults, 1) == [False]


@pytest.mark.parametrize(
    ("fault", "call", "struck"),
    [
        (Fault("trustpilot"), ("trustpilot", "GET", "/v1/x"), True),
        (Fault("trustpilot"), ("invitations", "GET", "/v1/x"), False),  # another door
        (Fault("*"), ("invitations", "GET", "/v1/x"), True),
        (Fault("trustpilot", method="POST"), ("trustpilot", "GET", "/v1/x"), False),
        (Fault("trustpilot", path="*/reply"), ("trustpilot", "POST", "/v1/a/reply"), True),
        (Fault("trustpilot", path="*/reply"), ("trustpilot", "POST", "/v1/a/reply/b"), False),
    ],
)
def test_a_fault_strikes_by_door_method_and_path(faults, fault, call, struck):
    faults.add(fault)
    assert (faults.take(*call) is not None) is struck


def test_faults_strike_in_the_order_in_which_they_were_added(faults):
    for name in ("first", "second"):
        faults.add(Fault("trustpilot", status=500, name=name))
    assert [faults.take("trustpilot", "GET", "/").name for _ in range(2)] == ["first", "second"]


def test_an_expired_session_leaves_the_sign_in_alone():
    sign_in = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
    assert not expired_session(vendor="trustpilot").strikes("trustpilot", "POST", sign_in)
    assert not expired_session().strikes("salesforce", "POST", "/services/oauth2/token")
    assert expired_session().strikes("salesforce", "GET", "/services/data/v66.0/limits")


def test_a_row_fault_counts_rows_of_its_object_only(faults):
    faults.add(row_lock("Trustpilot_Review__c", times=2))
    assert faults.take_row("Trustpilot_Issue__c", "insert") is None
    codes = [faults.take_row("trustpilot_review__c", "upsert") for _ in range(3)]
    assert [bool(code) for code in codes] == [True, True, False]
    assert codes[0].status_code == "UNABLE_TO_LOCK_ROW"


def test_a_custom_row_error_carries_code_message_and_fields(faults):
    faults.add(custom_row_error("Case", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.", fields=("A",)))
    row = faults.take_row("Case", "update")
    found = (row.status_code, row.message, row.fields)
    assert found == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.", ("A",))


def test_a_row_fault_can_wait_for_one_operation(faults):
    faults.add(custom_row_error("Case", "X", "No."))
    faults.clear()
    assert faults.take_row("Case", "insert") is None
