"""What a refusal means, and that nothing personal is in what is said about it."""

from __future__ import annotations

import pytest

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    NotFound,
    RequestRefused,
    SignInError,
    VendorUnreachable,
)
from connector.core.terms.records import RowError
from connector.gateways.salesforce.errors import (
    Meaning,
    Refusal,
    is_locked,
    is_lost_race,
    read_refusal,
    row_error,
    shown,
    to_error,
)

FACTS = CallFacts("Salesforce", "POST", "composite/sobjects", 400)


@pytest.mark.parametrize(
    ("status", "code", "message", "meaning"),
    [
        (401, "INVALID_SESSION_ID", "Session expired or invalid", Meaning.EXPIRED),
        (
            401,
            "INVALID_SESSION_ID",
            "This session is not valid for use with the REST API",
            Meaning.DENIED,
        ),
        (401, "", "", Meaning.EXPIRED),  # an edge that answers in HTML
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Meaning.EXHAUSTED),
        (
            403,
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
            Meaning.BUSY,
        ),
        (403, "STORAGE_LIMIT_EXCEEDED", "", Meaning.EXHAUSTED),
        (403, "API_DISABLED_FOR_ORG", "", Meaning.DENIED),
        (403, "SOMETHING_NEW", "", Meaning.DENIED),
        (400, "UNABLE_TO_LOCK_ROW", "", Meaning.BUSY),
        (500, "UNABLE_TO_LOCK_ROW", "", Meaning.BUSY),  # one stub answers so
        (400, "QUERY_TIMEOUT", "", Meaning.BUSY),
        (400, "INVALID_FIELD", "No such column 'X' on entity 'Y'", Meaning.NO_FIELD),
        (400, "INVALID_FIELD", "Didn't understand relationship 'X__r'", Meaning.NO_FIELD),
        (400, "INVALID_FIELD", "field 'X' can not be filtered", Meaning.REFUSED),
        (400, "INVALID_TYPE", "sObject type 'X' is not supported.", Meaning.NO_OBJECT),
        (400, "MALFORMED_QUERY", "", Meaning.REFUSED),
        (404, "NOT_FOUND", "The requested resource does not exist", Meaning.UNKNOWN_THING),
        (410, "UNSUPPORTED_API_VERSION", "", Meaning.UNKNOWN_THING),
        (406, "", "", Meaning.BUSY),
        (420, "", "", Meaning.BUSY),
        (429, "", "", Meaning.EXHAUSTED),
        (503, "SERVER_UNAVAILABLE", "", Meaning.UNAVAILABLE),
        (500, "UNKNOWN_EXCEPTION", "", Meaning.UNAVAILABLE),
        (502, "", "", Meaning.UNAVAILABLE),
        (300, "", "", Meaning.REFUSED),
        (302, "", "", Meaning.REFUSED),
    ],
)
def test_code_and_message_decide_what_is_done(status, code, message, meaning):
    assert Refusal(status, code, message).meaning is meaning


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([{"errorCode": "NOT_FOUND", "message": "m"}], "NOT_FOUND"),
        ({"error": "invalid_grant", "error_description": "x"}, "invalid_grant"),
        ({"exceptionCode": "InvalidVersion", "exceptionMessage": "m"}, "InvalidVersion"),
        ("<html>Service unavailable</html>", ""),
        ("", ""),
        ([], ""),
        (["/services/data/v23.0/sobjects/X/1"], ""),  # the body of a 300
        ([{"errorCode": None}], ""),
        (None, ""),
    ],
)
def test_an_error_body_of_any_shape_is_read(content, code):
    assert read_refusal(500, content).code == code


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            (
                "\nSELECT Id FROM Contact WHERE Email = 'ann@example.com'\n   ^\n"
                "ERROR at Row:1:Column:21\nNo such column 'X__c' on entity 'Contact'."
            ),
            "No such column 'X__c' on entity 'Contact'.",
        ),
        (
            "Title: data value too large: Dear Ann,\nyou were great (max length=255)",
            "Title: data value too large: [hidden] (max length=255)",
        ),
        (
            "Title: data value too large: I said (max length) is a lie (max length=255)",
            "Title: data value too large: [hidden] (max length=255)",
        ),
        (
            "Stage: bad value for restricted picklist field: Ann Smith",
            "Stage: bad value for restricted picklist field: [hidden]",
        ),
        ("Email: invalid email address: ann@", "Email: invalid email address: [hidden]"),
        ("Duplicate external id specified: Ann", "Duplicate external id specified: [hidden]"),
        (
            (
                "Cannot deserialize instance of double from VALUE_STRING value Ann S or request "
                "may be missing a required field at [line:1, column:77]"
            ),
            (
                "Cannot deserialize instance of double from VALUE_STRING value [hidden] or request "
                "may be missing a required field at [line:1, column:77]"
            ),
        ),
        ("Call Ann at ann@example.com", "Call Ann at [hidden]"),
    ],
)
def test_what_is_said_holds_no_query_and_no_value(message, said):
    assert shown(message) == said


def test_a_row_error_is_read_with_its_code_sentence_and_fields():
    raw = [{"statusCode": "REQUIRED_FIELD_MISSING", "message": "missing: [X]", "fields": ["X"]}]
    assert row_error(raw) == RowError("REQUIRED_FIELD_MISSING", "missing: [X]", ("X",))


def test_a_lock_at_the_end_of_a_long_story_is_still_known():
    message = "trigger after trigger " * 30 + "first error: UNABLE_TO_LOCK_ROW, unable"
    error = row_error([{"statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": message}])
    assert is_locked(error)
    assert len(error.message) <= 255


@pytest.mark.parametrize("raw", [None, [], ["text"], {}, [{}], [{"fields": "X"}]])
def test_a_row_error_of_another_shape_is_unknown(raw):
    assert row_error(raw).code == "UNKNOWN_EXCEPTION"


@pytest.mark.parametrize(
    ("error", "locked"),
    [
        (RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"), True),
        (RowError("CANNOT_EXECUTE_FLOW_TRIGGER", "... UNABLE_TO_LOCK_ROW, unable ..."), True),
        (RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger: boom"), False),
        (RowError("DUPLICATE_VALUE", "duplicate value found: K__c"), False),
    ],
)
def test_a_lock_is_known_even_inside_a_triggers_error(error, locked):
    assert is_locked(error) is locked


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (RowError("DUPLICATE_VALUE", "duplicate value found: K__c duplicates value on"), True),
        (RowError("DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates"), True),
        (RowError("DUPLICATE_VALUE", "", ("K__c",)), True),
        (RowError("DUPLICATE_VALUE", "duplicate value found: Other__c duplicates"), False),
        (RowError("DUPLICATES_DETECTED", "Use one of these records? K__c"), False),
    ],
)
def test_only_a_duplicate_of_the_key_itself_is_a_lost_race(error, lost):
    assert is_lost_race(error, "K__c") is lost


@pytest.mark.parametrize(
    ("refusal", "kind", "words"),
    [
        (Refusal(401, "INVALID_SESSION_ID", "Session expired"), SignInError, "just granted"),
        (
            Refusal(401, "INVALID_SESSION_ID", "is not valid for use with the REST API"),
            AccessDenied,
            "REST API",
        ),
        (
            Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
            AllowanceExhausted,
            "24 hours",
        ),
        (Refusal(403, "STORAGE_LIMIT_EXCEEDED", ""), AllowanceExhausted, "storage"),
        (Refusal(429), AllowanceExhausted, "fewer calls"),
        (Refusal(400, "INVALID_FIELD", "No such column 'X__c'"), AccessDenied, "X__c"),
        (Refusal(404, "NOT_FOUND", "no"), AccessDenied, "NOT_FOUND"),
        (Refusal(410, "UNSUPPORTED_API_VERSION", ""), NotFound, "UNSUPPORTED_API_VERSION"),
        (Refusal(400, "JSON_PARSER_ERROR", ""), RequestRefused, "JSON_PARSER_ERROR"),
        (Refusal(503, "SERVER_UNAVAILABLE", ""), VendorUnreachable, "SERVER_UNAVAILABLE"),
        (Refusal(502), VendorUnreachable, "HTTP 502"),
    ],
)
def test_a_refused_write_is_said_by_what_to_do_next(refusal, kind, words):
    error = to_error(refusal, FACTS, effect=True)
    assert type(error) is kind
    assert words in error.message


def test_a_missing_permission_names_the_permission_set():
    error = to_error(Refusal(400, "INVALID_TYPE", "sObject type 'X__c'"), FACTS, effect=True)
    assert "Trustpilot_Connector" in error.next_step


@pytest.mark.parametrize(
    ("refusal", "effect", "maybe"),
    [
        (Refusal(503), True, True),  # a write that may have gone through
        (Refusal(503), False, False),  # a read changes nothing
        (Refusal(406), True, False),  # the edge never let it in
    ],
)
def test_an_unavailable_org_may_have_processed_a_write(refusal, effect, maybe):
    assert to_error(refusal, FACTS, effect=effect).maybe_processed is maybe


def test_a_refusals_text_is_not_in_its_repr():
    assert "secret words" not in repr(Refusal(400, "CODE", "secret words"))
