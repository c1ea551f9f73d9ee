"""What a review is about: every situation with its method and its reason, and no guess ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.matching.evidence import make_evidence
from connector.core.matching.hits import Candidates, Hits
from connector.core.matching.plan import LOOKUPS, match

ANNA, BEN = "anna@example.com", "ben@example.org"
OPPORTUNITY = "006Qk000000000wIAA"
CUSTOMER = tuple(name for name in LOOKUPS if name != "Product__c")


def said(reference=None, email=None, sku=None, unit_id="unit"):
    return make_evidence("r1", unit_id=unit_id, reference=reference, emails=[email], sku=sku)


def invitation(id_="i1", reference="1042", status="Accepted", email=ANNA, **fields):
    return {
        "Id": id_,
        "Reference_Number__c": reference,
        "Status__c": status,
        "Recipient_Email__c": email,
        "Contact__c": "c1",
        "Contact__r": {"Email": email, "AccountId": "a1"},
        "Order__c": "o1",
        **fields,
    }


def order(id_="o1", number="1042", account="a1", bill_to=("c1", ANNA), ship_to=(None, None)):
    return {
        "Id": id_,
        "OrderNumber": number,
        "AccountId": account,
        "BillToContactId": bill_to[0],
        "BillToContact": bill_to[0] and {"Email": bill_to[1]},
        "ShipToContactId": ship_to[0],
        "ShipToContact": ship_to[0] and {"Email": ship_to[1]},
    }


def case(id_="k1", number="1042", contact=("c1", ANNA), typed=None):
    return {
        "Id": id_,
        "CaseNumber": number,
        "AccountId": "a1",
        "ContactId": contact[0],
        "Contact": contact[0] and {"Email": contact[1]},
        "SuppliedEmail": typed,
    }


def role(id_, contact, email, *, primary=False):
    return {
        "Id": id_,
        "OpportunityId": OPPORTUNITY,
        "ContactId": contact,
        "Contact": {"Email": email},
        "IsPrimary": primary,
    }


def contact(id_="c1", email=ANNA, account="a1"):
    return {"Id": id_, "Email": email, "AccountId": account}


def person_account(id_="p1", email=ANNA, contact_id="c9"):
    return {"Id": id_, "PersonEmail": email, "PersonContactId": contact_id}


def product(id_, sku=None, code=None):
    return {"Id": id_, "StockKeepingUnit": sku, "ProductCode": code}


def deal():
    return {"Id": OPPORTUNITY, "AccountId": "a1"}


def found(evidence, **rows):
    """Method, lookups that are set, and the reason."""
    decided = match(evidence, Hits(Candidates(**{k: tuple(v) for k, v in rows.items()})))
    assert set(decided.fields) == {*LOOKUPS, "Match_Method__c", "Match_Reason__c"}
    assert decided.fields["Match_Method__c"] == decided.method.value
    assert decided.fields["Match_Reason__c"] == decided.reason
    lookups = {k: decided.fields[k] for k in LOOKUPS if decided.fields[k] is not None}
    return decided.method.value, lookups, decided.reason


def links(**by_object):
    return {f"{name}__c": value for name, value in by_object.items()}


CUSTOMER_OF_ORDER = links(Account="a1", Contact="c1", Order="o1")
AGREES = ", and the e-mail address agrees."
OTHER = ", but the e-mail address is another one: consumers type references themselves."
NEITHER = "The review has neither a reference number nor an e-mail address."
NOTHING = "Nobody and nothing in the org fits its reference number or e-mail address."


@pytest.mark.parametrize(
    ("evidence", "rows", "expected"),
    [
        pytest.param(
            said("1042", ANNA),
            {"invitations": [invitation()], "orders": [order("o2", bill_to=("c2", BEN))]},
            (
                "Invitation",
                CUSTOMER_OF_ORDER | links(Invitation="i1"),
                "The reference number is that of an invitation" + AGREES,
            ),
            id="our invitation comes before an order of the same number",
        ),
        pytest.param(
            said("1042"),
            {"invitations": [invitation()]},
            (
                "Invitation",
                CUSTOMER_OF_ORDER | links(Invitation="i1"),
                "The reference number is that of an invitation.",
            ),
            id="no e-mail address neither confirms nor contradicts",
        ),
        pytest.param(
            said("1042", BEN),
            {"invitations": [invitation()]},
            (
                "Needs Check",
                CUSTOMER_OF_ORDER | links(Invitation="i1"),
                "The reference number is that of an invitation" + OTHER,
            ),
            id="another person gave the number of our invitation",
        ),
        pytest.param(
            said("1042", BEN),
            {"invitations": [invitation(Contact__r={"Email": BEN, "AccountId": "a1"}, email=ANNA)]},
            (
                "Invitation",
                CUSTOMER_OF_ORDER | links(Invitation="i1"),
                "The reference number is that of an invitation" + AGREES,
            ),
            id="a contact with a new address is still the one invited",
        ),
        pytest.param(
            said("1042", ANNA),
            {
                "invitations": [
                    invitation("i1", Business_Unit__r={"External_Id__c": "other"}),
                    invitation("i2", Business_Unit__r={"External_Id__c": "unit"}),
                ]
            },
            (
                "Invitation",
                CUSTOMER_OF_ORDER | links(Invitation="i2"),
                "The reference number is that of an invitation" + AGREES,
            ),
            id="each business unit has its own invitations",
        ),
        pytest.param(
            said("1042", ANNA),
            {"invitations": [invitation(status="Cancelled")], "orders": [order()]},
            (
                "Order Number",
                CUSTOMER_OF_ORDER,
                "The reference number is the number of an order" + AGREES,
            ),
            id="a cancelled invitation led to nothing, its order may have",
        ),
        pytest.param(
            said("1042", ANNA),
            {
                "invitations": [
                    invitation(Contact__c=None, Contact__r=None, Order__c=None, Case__c="k1")
                ],
                "cases": [case()],
            },
            (
                "Invitation",
                links(Account="a1", Case="k1", Invitation="i1"),
                "The reference number is that of an invitation" + AGREES,
            ),
            id="the account of an invitation without contact is that of its case",
        ),
        pytest.param(
            said("1042", ANNA),
            {"invitations": [invitation("i1"), invitation("i2", Order__c="o2")]},
            ("Ambiguous", {}, "The reference number fits 2 invitations."),
            id="two invitations of one number and one person",
        ),
        pytest.param(
            said(" # 10 42 ", ANNA.upper()),
            {"orders": [order()]},
            (
                "Order Number",
                CUSTOMER_OF_ORDER,
                "The reference number is the number of an order" + AGREES,
            ),
            id="blanks, signs and capitals are typed by consumers",
        ),
        pytest.param(
            said("1042", ANNA),
            {"orders": [order(bill_to=("c1", BEN), ship_to=("c2", ANNA))]},
            (
                "Order Number",
                links(Account="a1", Contact="c2", Order="o1"),
                "The reference number is the number of an order" + AGREES,
            ),
            id="whoever got the parcel may write too",
        ),
        pytest.param(
            said("1042", BEN),
            {"orders": [order()], "contacts": [contact("c2", BEN, "a2")]},
            (
                "Needs Check",
                CUSTOMER_OF_ORDER,
                "The reference number is the number of an order" + OTHER,
            ),
            id="somebody else's order",
        ),
        pytest.param(
            said("1042", ANNA),
            {"orders": [order(bill_to=(None, None))], "contacts": [contact()]},
            (
                "Order Number",
                CUSTOMER_OF_ORDER,
                "The reference number is the number of an order" + AGREES,
            ),
            id="an order that names nobody is confirmed by its account",
        ),
        pytest.param(
            said("1042", ANNA),
            {"orders": [order(bill_to=(None, None))], "contacts": [contact(account="a2")]},
            (
                "Needs Check",
                links(Account="a1", Order="o1"),
                "The reference number is the number of an order" + OTHER,
            ),
            id="an order that names nobody is contradicted by another account",
        ),
        pytest.param(
            said("1042"),
            {"orders": [order()], "cases": [case()]},
            ("Ambiguous", {}, "The reference number fits 1 order and 1 case."),
            id="an order and a case of one number",
        ),
        pytest.param(
            said("1042", ANNA),
            {"orders": [order()], "cases": [case(contact=("c2", BEN))]},
            (
                "Order Number",
                CUSTOMER_OF_ORDER,
                "The reference number is the number of an order" + AGREES,
            ),
            id="the e-mail address tells the order from the case",
        ),
        pytest.param(
            said("1042", ANNA),
            {"cases": [case(contact=(None, None), typed="Anna@Example.com ")]},
            (
                "Case Number",
                links(Account="a1", Case="k1"),
                "The reference number is the number of a case" + AGREES,
            ),
            id="a case knows the address that was typed into the web form",
        ),
        pytest.param(
            said(OPPORTUNITY.lower(), BEN),
            {
                "opportunities": [deal()],
                "roles": [role("r1", "c1", ANNA, primary=True), role("r2", "c2", BEN)],
            },
            (
                "Opportunity",
                links(Account="a1", Contact="c2", Opportunity=OPPORTUNITY),
                "The reference number is the id of an opportunity" + AGREES,
            ),
            id="of the contact roles the one with the address",
        ),
        pytest.param(
            said(OPPORTUNITY),
            {
                "opportunities": [deal()],
                "roles": [role("r1", "c1", ANNA), role("r2", "c2", BEN, primary=True)],
            },
            (
                "Opportunity",
                links(Account="a1", Contact="c2", Opportunity=OPPORTUNITY),
                "The reference number is the id of an opportunity.",
            ),
            id="without an address the primary contact",
        ),
        pytest.param(
            said(OPPORTUNITY),
            {"opportunities": [deal()], "roles": [role("r1", "c1", ANNA), role("r2", "c2", BEN)]},
            (
                "Opportunity",
                links(Account="a1", Opportunity=OPPORTUNITY),
                "The reference number is the id of an opportunity.",
            ),
            id="no primary contact, no guess",
        ),
        pytest.param(
            said(OPPORTUNITY, BEN),
            {
                "opportunities": [deal()],
                "roles": [role("r1", "c1", ANNA), role("r2", "c2", BEN), role("r3", "c3", BEN)],
                "contacts": [contact("c2", BEN), contact("c3", BEN, "a2")],
            },
            (
                "Opportunity",
                links(Account="a1", Opportunity=OPPORTUNITY),
                "The reference number is the id of an opportunity" + AGREES,
            ),
            id="two contact roles with the address, no guess",
        ),
        pytest.param(
            said("1042", ANNA),
            {"cases": [case() | {"AccountId": None}], "contacts": [contact()]},
            (
                "Case Number",
                links(Account="a1", Contact="c1", Case="k1"),
                "The reference number is the number of a case" + AGREES,
            ),
            id="the account of a case without one is that of its contact",
        ),
        pytest.param(
            said("1042", ANNA),
            {
                "cases": [case(contact=(None, None), typed=ANNA) | {"AccountId": None}],
                "contacts": [contact(account=None)],
            },
            (
                "Case Number",
                links(Case="k1"),
                "The reference number is the number of a case" + AGREES,
            ),
            id="a case and a contact without accounts have nothing in common",
        ),
        pytest.param(
            said("typed nonsense", ANNA),
            {"contacts": [contact()]},
            (
                "E-mail",
                links(Account="a1", Contact="c1"),
                "One person in the org has the e-mail address.",
            ),
            id="a number that nothing has leaves the e-mail address",
        ),
        pytest.param(
            said(email=ANNA),
            {"contacts": [contact(), contact("c2", account="a2")]},
            ("Ambiguous", {}, "2 people in the org have the e-mail address."),
            id="a shared address",
        ),
        pytest.param(
            said(email=ANNA),
            {"contacts": [contact("c9", account="p1")], "person_accounts": [person_account()]},
            (
                "E-mail",
                links(Account="p1", Contact="c9"),
                "One person in the org has the e-mail address.",
            ),
            id="a person account and the contact in its shadow are one person",
        ),
        pytest.param(
            said(email=ANNA),
            {"contacts": [contact()], "person_accounts": [person_account()]},
            ("Ambiguous", {}, "2 people in the org have the e-mail address."),
            id="a contact and somebody else's person account",
        ),
        pytest.param(
            said(email=ANNA, sku="STOVE-01"),
            {
                "contacts": [contact()],
                "products": [product("x1", "STOVE-01"), product("x2", "stove-01")],
            },
            (
                "E-mail",
                links(Account="a1", Contact="c1", Product="x1"),
                "One person in the org has the e-mail address.",
            ),
            id="SKUs that differ in case are two products",
        ),
        pytest.param(
            said(sku="STOVE-01"),
            {"products": [product("x1", "A", "STOVE-01"), product("x2", "STOVE-01", "B")]},
            (
                "None",
                links(Product="x2"),
                NEITHER,
            ),
            id="a SKU comes before a product code, and a product is no customer",
        ),
        pytest.param(
            said(sku="STOVE-01"),
            {"products": [product("x1", code="STOVE-01"), product("x2", code="STOVE-01")]},
            (
                "None",
                {},
                NEITHER + " 2 products have the SKU, so none is linked.",
            ),
            id="two products of one code",
        ),
        pytest.param(said("1042", ANNA), {}, ("None", {}, NOTHING), id="nothing in the org fits"),
    ],
)
def test_a_review_is_connected_by_the_strongest_evidence(evidence, rows, expected):
    assert found(evidence, **rows) == expected


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("Accepted", "i1"),
        ("Link Ready", "i1"),
        ("Unknown", "i1"),
        ("Reviewed", ""),
        ("Sending", ""),
    ],
)
def test_only_an_invitation_that_ended_and_was_not_reviewed_is_told(status, told):
    hits = Hits(Candidates(invitations=(invitation(status=status),)))
    assert match(said("1042", ANNA), hits).led_by == told


def test_an_invitation_whose_number_somebody_else_gave_is_not_told():
    hits = Hits(Candidates(invitations=(invitation(),)))
    assert match(said("1042", BEN), hits).led_by == ""


@pytest.mark.parametrize("status", ["Scheduled", "Cancelled", "Skipped", "Failed"])
def test_no_review_comes_of_an_invitation_that_reached_nobody(status):
    assert found(said("1042"), invitations=[invitation(status=status)])[0] == "None"


@pytest.mark.parametrize("typed", ["anna@xn--bcher-kva.example", "anna@Bücher.example."])
@pytest.mark.parametrize("held", ["Anna@xn--bcher-kva.example", "anna@bücher.example"])
def test_a_person_is_found_however_the_domain_is_written(typed, held):
    contact = {"Id": "003A", "AccountId": "001A", "Email": held}
    assert found(said(None, email=typed), contacts=[contact])[0] == "E-mail"


FEW = st.integers(0, 2)
MAILS = st.sampled_from([ANNA, BEN, None])
ROWS = {
    "invitations": lambda n, mail: invitation(f"i{n}", email=mail, Contact__c=f"c{n}"),
    "orders": lambda n, mail: order(f"o{n}", bill_to=(f"c{n}", mail)),
    "cases": lambda n, mail: case(f"k{n}", contact=(f"c{n}", mail)),
    "contacts": lambda n, mail: contact(f"c{n}", mail, f"a{n}"),
    "person_accounts": lambda n, mail: person_account(f"p{n}", mail, f"c1{n}"),
    "products": lambda n, mail: product(f"x{n}", "SKU", mail),
}


@st.composite
def orgs(draw):
    """Rows of every kind, all of which fit the number, and some an address."""
    return {kind: [make(n, draw(MAILS)) for n in range(draw(FEW))] for kind, make in ROWS.items()}


EVIDENCE = st.builds(said, st.sampled_from(["1042", None]), MAILS, st.sampled_from(["SKU", None]))


@given(orgs(), EVIDENCE, st.randoms())
def test_the_order_of_the_rows_decides_nothing(org, evidence, chance):
    before = found(evidence, **org)
    shuffled = {kind: chance.sample(rows, len(rows)) for kind, rows in org.items()}
    assert found(evidence, **shuffled) == before


@given(orgs(), EVIDENCE)
def test_what_is_ambiguous_or_unknown_is_never_linked(org, evidence):
    method, lookups, reason = found(evidence, **org)
    if method in {"Ambiguous", "None"}:
        assert not {*CUSTOMER} & {*lookups}
    assert len(reason) <= 255
    assert "@" not in reason
    assert "1042" not in reason
