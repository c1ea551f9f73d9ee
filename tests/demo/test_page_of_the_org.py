"""What the local page is told of the emulated org, in the shapes of Salesforce's UI API."""

import pytest

from connector.config.locations import salesforce
from connector.demo.browser import graphql, pages, records
from connector.demo.browser.frame import frame
from connector.demo.browser.list_views import Filter, ListView, list_views
from connector.demo.browser.public_page import public_page
from connector.demo.browser.soql import literal, order_of, where_of
from connector.demo.browser.words import labels
from connector.emulator.app import Emulator
from connector.emulator.world import seed

UNIT = "Trustpilot_Business_Unit__c"
REVIEW = "Trustpilot_Review__c"


@pytest.fixture(scope="module")
def emulator():
    emulator = Emulator()
    emulator.world = seed(emulator, service_reviews=20, product_reviews=5, people=20)
    return emulator


@pytest.fixture
def org(emulator):
    return emulator.org


@pytest.fixture
def review(org):
    unit = org.insert(UNIT, {"Name": "shop", "External_Id__c": f"unit-{org.count(UNIT)}"})
    values = {
        "External_Id__c": f"review-{org.count(REVIEW)}",
        "Type__c": "Service",
        "Stars__c": 2,
        "Title__c": "</script><b>Late</b>",
        "Business_Unit__c": unit,
        "Public_Url__c": "https://www.trustpilot.com/reviews/5f0c",
        "Review_Created__c": "2026-11-20T10:00:00Z",
    }
    return org.insert(REVIEW, values)


def ask(org, body, **variables):
    return graphql.answer(org, f"query q($unit: ID) {{ uiapi {{ {body} }} }}", variables)


def test_a_record_has_the_fields_that_exist_and_leaves_out_the_others(org, review):
    found = records.read(org, review, ["Title__c", "Business_Unit__r.Name", "Gone__c", "Gone__r.X"])
    assert set(found["fields"]) == {"Title__c", "Business_Unit__r"}
    assert found["fields"]["Business_Unit__r"]["value"]["fields"]["Name"]["value"] == "shop"


def test_a_parent_that_is_not_there_is_nothing(org, review):
    found = records.read(org, review, ["Contact__r.Name"])
    assert found["fields"]["Contact__r"] == {"value": None, "displayValue": None}


def test_times_end_as_in_the_ui_api(org, review):
    found = records.read(org, review, ["Review_Created__c"])
    assert found["fields"]["Review_Created__c"]["value"] == "2026-11-20T10:00:00.000Z"


def test_the_public_page_of_an_emulated_review_is_on_this_machine(org, review):
    found = records.read(org, review, ["Public_Url__c"])
    assert found["fields"]["Public_Url__c"]["value"] == "/trustpilot/#5f0c"


@pytest.mark.parametrize(
    ("record_id", "values", "status"),
    [
        pytest.param("000", {}, 404, id="no such object"),
        pytest.param("a04000000000000AAA", {"Reply__c": "x"}, 400, id="no such record"),
        pytest.param(None, {"Reply_Status__c": "Whatever"}, 400, id="no such status"),
        pytest.param(None, {"Gone__c": "x"}, 400, id="no such field"),
    ],
)
def test_a_change_that_the_org_refuses_comes_back_with_its_words(
    org, review, record_id, values, status
):
    with pytest.raises(records.Refused) as refused:
        records.change(org, record_id or review, values, person=org.user_id)
    assert refused.value.status == status
    assert refused.value.body["message"]


def test_a_connection_has_nodes_and_a_count_of_all(org, review):
    where = "where: {Business_Unit__c: {eq: $unit}}"
    body = f"query {{ some: {REVIEW}(first: 1, {where}) {{ totalCount edges {{ node {{ Id Stars__c {{ value }} }} }} }} }}"  # noqa: E501  GraphQL
    unit = org.retrieve(REVIEW, review, ["Business_Unit__c"])["Business_Unit__c"]
    some = ask(org, body, unit=unit)["data"]["uiapi"]["query"]["some"]
    assert some["totalCount"] == 1
    assert some["edges"][0]["node"]["Stars__c"]["value"] == 2
    assert some["edges"][0]["node"]["Id"] == review


@pytest.mark.usefixtures("review")
def test_an_aggregate_counts_and_averages_by_group(org):
    body = (
        f"aggregate {{ {REVIEW}(groupBy: {{Type__c: {{group: true}}}}) {{ edges {{ node {{ "
        "aggregate { Type__c { value } Id { count { value } } Stars__c { avg { value } } } } } } }"
    )
    (group,) = ask(org, body)["data"]["uiapi"]["aggregate"][REVIEW]["edges"]
    counted = group["node"]["aggregate"]
    assert counted["Type__c"] == {"value": "Service"}
    assert counted["Id"]["count"]["value"] == org.count(REVIEW)
    assert counted["Stars__c"]["avg"]["value"] == 2


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="nothing"),
        pytest.param("{ uiapi {", id="half a query"),
        pytest.param("mutation { uiapi { AccountCreate { Id } } }", id="a mutation"),
        pytest.param(f"{{ uiapi {{ query {{ {REVIEW} {{ totalCount }} }} }} }}", id="no nodes"),
        pytest.param(
            "{ uiapi { query { Gone__c { edges { node { Id } } } } } }", id="no such object"
        ),
        pytest.param(
            f"{{ uiapi {{ query {{ {REVIEW} {{ edges {{ node {{ Gone__c }} }} }} }} }} }}",
            id="no such field",
        ),
        pytest.param(
            f"{{ uiapi {{ query {{ {REVIEW}(where: {{Id: {{near: 1}}}}) {{ edges {{ node {{ Id }} }} }} }} }} }}",  # noqa: E501  GraphQL
            id="no such operator",
        ),
        pytest.param("fragment f on Account { Id }", id="a fragment"),
    ],
)
def test_what_cannot_be_answered_says_what_is_wrong(org, query):
    answer = graphql.answer(org, query, None)
    assert answer["data"] is None
    assert answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("filters", "soql"),
    [
        ({}, ""),
        ({"A__c": {"eq": None}}, " WHERE A__c = null"),
        ({"A__c": {"eq": True}, "B__c": {"gt": 2}}, " WHERE A__c = true AND B__c > 2"),
        ({"A__c": {"in": ["x", "y'"]}}, " WHERE A__c IN ('x', 'y\\'')"),
        ({"A__c": {"gte": {"range": {"last_n_days": 30}}}}, " WHERE A__c >= LAST_N_DAYS:30"),
        ({"A__c": {"lt": {"literal": "TODAY"}}}, " WHERE A__c < TODAY"),
        ({"A__c": {"lt": {"value": "2026-01-01T00:00:00Z"}}}, " WHERE A__c < 2026-01-01T00:00:00Z"),
        (
            {"or": [{"A__c": {"eq": 1}}, {"not": {"B__c": {"eq": 2}}}]},
            " WHERE ((A__c = 1) OR ((NOT (B__c = 2))))",
        ),
    ],
)
def test_filters_become_soql(filters, soql):
    assert where_of(filters) == soql


def test_words_cannot_end_a_text_of_soql_early():
    assert literal("' OR Id != '") == "'\\' OR Id != \\''"
    assert literal("a\\") == "'a\\\\'"


def test_orders_become_soql():
    assert order_of({"A__c": {"order": "DESC"}}) == " ORDER BY A__c DESC NULLS LAST"
    assert order_of(None) == ""


def test_every_list_view_of_the_package_can_be_shown(org):
    views = list_views(salesforce())
    shown = [
        pages.list_page(org, views, sobject, view.name)["view"]
        for sobject, offered in views.items()
        for view in offered
    ]
    assert len(shown) > 15


def test_a_list_view_that_is_not_there_shows_the_first(org):
    assert pages.list_page(org, list_views(salesforce()), REVIEW, "Gone")["view"] == "All"


def test_a_record_page_names_parents_and_stages(org, emulator, review):
    page = pages.record_page(org, emulator.world.opportunity_id)
    assert page["stage"] in page["stages"]
    assert "Closed Won" in page["stages"]
    details = {each["name"]: each["text"] for each in pages.record_page(org, review)["details"]}
    assert details["Business_Unit__c"] == "shop"


def test_the_public_page_shows_reviews_and_escapes_their_words(emulator):
    unit = emulator.world.business_unit_id
    emulator.trustpilot.add_service_review(unit, stars=1, title="<script>bad()</script>", text="&")
    page = public_page(emulator.trustpilot)
    assert "bad()" in page
    assert "<script>bad()" not in page


def test_the_frame_speaks_the_language_and_its_direction(emulator):
    german = frame(salesforce(), "de-AT", emulator.clock.now())
    assert '<html lang="de-DE" dir="ltr">' in german
    assert "Antwort ver" in german
    assert 'dir="rtl"' in frame(salesforce(), "ar", emulator.clock.now())
    assert "</script><" not in german.partition("globalThis.platform")[2].partition("</script>")[0]


def test_a_language_without_translations_shows_english():
    assert labels(salesforce(), "nl") == labels(salesforce(), "en")
    assert labels(salesforce(), "de") != labels(salesforce(), "en")


@pytest.mark.parametrize(
    ("each", "field_type", "soql"),
    [
        (Filter("A__c", "equals", ""), "picklist", "A__c = null"),
        (Filter("A__c", "equals", "0"), "boolean", "A__c = false"),
        (Filter("A__c", "notEqual", "0"), "double", "A__c != 0"),
        (Filter("A__c", "notEqual", "X,Y"), "picklist", "A__c NOT IN ('X', 'Y')"),
        (Filter("A__c", "greaterOrEqual", "LAST_N_DAYS:7"), "datetime", "A__c >= LAST_N_DAYS:7"),
    ],
)
def test_a_filter_of_a_list_view_becomes_soql_by_the_type_of_its_field(each, field_type, soql):
    view = ListView("V", "V", ("Name",), (each, Filter("B__c", "someNewWord", "x")))
    assert view.where({"A__c": field_type}) == f" WHERE {soql}"
