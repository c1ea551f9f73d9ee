"""Composite and batch calls: several requests for the price of one."""

import pytest

V = "/services/data/v66.0"


def sub(reference, method, url, body=None):
    entry = {"referenceId": reference, "method": method, "url": V + url}
    return entry if body is None else {**entry, "body": body}


def run(api, *subs, **options):
    answer = api.post("composite", {"compositeRequest": list(subs), **options})
    assert answer.status_code == 200, answer.text
    return answer.json()["compositeResponse"]


def test_a_later_request_may_refer_to_an_earlier_answer(api):
    account, gadget = run(
        api,
        sub("account", "POST", "/sobjects/Account", {"Name": "Acme"}),
        sub("gadget", "POST", "/sobjects/Gadget__c", {"Account__c": "@{account.id}"}),
    )
    assert (account["httpStatusCode"], gadget["httpStatusCode"]) == (201, 201)
    assert account["httpHeaders"]["Location"].endswith(account["body"]["id"])
    row = api.soql("SELECT Account__c FROM Gadget__c")["records"][0]
    assert row["Account__c"] == account["body"]["id"]


def test_a_reference_may_reach_into_rows_and_stand_in_an_address(api):
    api.post("sobjects/Account", {"Name": "Acme"})
    _, read = run(
        api,
        sub("found", "GET", "/query?q=SELECT+Id+FROM+Account"),
        sub("read", "GET", "/sobjects/Account/@{found.records[0].Id}"),
    )
    assert read["body"]["Name"] == "Acme"


def test_a_reference_to_nothing_halts_that_request_only(api):
    found, halted, last = run(
        api,
        sub("found", "GET", "/query?q=SELECT+Id+FROM+Account"),
        sub("read", "GET", "/sobjects/Account/@{found.records[0].Id}"),
        sub("last", "GET", "/limits"),
    )
    assert [found["httpStatusCode"], last["httpStatusCode"]] == [200, 200]
    assert halted["httpStatusCode"] == 400
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_a_reference_to_a_failed_request_halts(api):
    _, halted = run(
        api,
        sub("account", "POST", "/sobjects/Account", {}),
        sub("gadget", "POST", "/sobjects/Gadget__c", {"Account__c": "@{account.id}"}),
    )
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_by_default_a_failure_leaves_the_others_alone(api):
    run(
        api,
        sub("good", "POST", "/sobjects/Account", {"Name": "Acme"}),
        sub("bad", "POST", "/sobjects/Account", {}),
    )
    assert api.soql("SELECT COUNT() FROM Account")["totalSize"] == 1


def test_all_or_none_undoes_everything(api):
    good, bad = run(
        api,
        sub("good", "POST", "/sobjects/Account", {"Name": "Acme"}),
        sub("bad", "POST", "/sobjects/Account", {}),
        allOrNone=True,
    )
    assert good["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert bad["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert api.soql("SELECT COUNT() FROM Account")["totalSize"] == 0


def test_the_outer_all_or_none_overrides_that_of_a_collection(api):
    rows = [
        {"attributes": {"type": "Account"}, "Name": "Acme"},
        {"attributes": {"type": "Account"}},
    ]
    body = {"allOrNone": False, "records": rows}
    run(api, sub("rows", "POST", "/composite/sobjects", body), allOrNone=True)
    assert api.soql("SELECT COUNT() FROM Account")["totalSize"] == 0


def test_an_inner_all_or_none_undoes_only_its_own_rows(api):
    rows = [
        {"attributes": {"type": "Account"}, "Name": "Acme"},
        {"attributes": {"type": "Account"}},
    ]
    run(
        api,
        sub("one", "POST", "/sobjects/Account", {"Name": "Other"}),
        sub("rows", "POST", "/composite/sobjects", {"allOrNone": True, "records": rows}),
    )
    assert api.soql("SELECT COUNT() FROM Account")["totalSize"] == 1


def test_a_whole_composite_counts_as_one_call(api, side, emulator):
    run(api, *(sub(f"r{number}", "GET", "/limits") for number in range(25)))
    assert side.allowance.used(emulator.clock.now()) == 1
    assert emulator.calls.counted("salesforce") == 1


@pytest.mark.parametrize(
    ("subs", "code"),
    [
        # one more than the most
        ([sub(f"r{number}", "GET", "/limits") for number in range(26)], "LIMIT_EXCEEDED"),
        # six queries
        (
            [sub(f"r{number}", "GET", "/query?q=x") for number in range(6)],
            "LIMIT_EXCEEDED",
        ),
        # collections count together with queries
        (
            [sub(f"q{number}", "GET", "/queryAll?q=x") for number in range(3)]
            + [sub(f"c{number}", "POST", "/composite/sobjects") for number in range(3)],
            "LIMIT_EXCEEDED",
        ),
        ([sub("a", "GET", "/limits")] * 2, "INVALID_INPUT"),  # one name twice
        ([sub("a-b", "GET", "/limits")], "INVALID_INPUT"),  # a dash in a name
        ([sub("", "GET", "/limits")], "INVALID_INPUT"),  # no name
        ([], "INVALID_INPUT"),  # nothing to do
    ],
)
def test_a_composite_that_breaks_the_rules_is_refused_as_a_whole(api, subs, code):
    answer = api.post("composite", {"compositeRequest": subs})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_five_queries_travel_in_one_call(api):
    answers = run(
        api,
        *(sub(f"r{number}", "GET", "/query?q=select Id from Account") for number in range(5)),
    )
    assert [answer["httpStatusCode"] for answer in answers] == [200] * 5


def test_raw_spaces_in_an_address_are_accepted(api):
    (answer,) = run(api, sub("count", "GET", "/query/?q=select count() from Account"))
    assert answer["body"] == {"totalSize": 0, "done": True, "records": []}


def test_an_upsert_inside_tells_its_own_status(api):
    made, again = run(
        api,
        sub("made", "PATCH", "/sobjects/Gadget__c/Key__c/a", {"Name": "x"}),
        sub("again", "PATCH", "/sobjects/Gadget__c/Key__c/a", {"Name": "y"}),
    )
    assert (made["httpStatusCode"], again["httpStatusCode"]) == (201, 200)


def test_a_delete_inside_has_a_null_body(api):
    record_id = api.post("sobjects/Account", {"Name": "Acme"}).json()["id"]
    (answer,) = run(api, sub("gone", "DELETE", f"/sobjects/Account/{record_id}"))
    assert (answer["httpStatusCode"], answer["body"]) == (204, None)


def batch(api, *urls, **options):
    requests = [{"method": "GET", "url": url} for url in urls]
    return api.post("composite/batch", {"batchRequests": requests, **options}).json()


def test_a_batch_answers_each_request_with_its_status(api):
    body = batch(api, "v66.0/limits", "v66.0/sobjects/Foo")
    assert body["hasErrors"] is True
    assert [result["statusCode"] for result in body["results"]] == [200, 404]
    assert "DailyApiRequests" in body["results"][0]["result"]


def test_a_batch_that_halts_gives_the_rest_a_412(api):
    body = batch(api, "v66.0/sobjects/Foo", "v66.0/limits", haltOnError=True)
    assert [result["statusCode"] for result in body["results"]] == [404, 412]
    assert body["results"][1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
