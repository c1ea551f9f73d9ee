"""What a configuration asks of its org: package, mappings, rules."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from connector.core.cases.rules import CaseRule
from connector.core.mapping.rows import FieldMap, Mapping
from connector.core.org.needs import org_needs
from connector.core.org.shapes import Access
from connector.core.policy import ReviewPolicy, RunPolicy
from connector.core.privacy.plan import OnDelete
from connector.core.rules.grammar import (
    Channel,
    ConsentSource,
    FieldCondition,
    ProductSource,
    QuietHours,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.objects import BUSINESS_UNIT, REVIEW
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema

KEY = FieldDefinition("External_Id__c", "Text", 64, unique=True, external_id=True)
TITLE = FieldDefinition("Title__c", "Text", 255)
HASH = FieldDefinition("Content_Hash__c", "Text", 64)
PAUSE = FieldDefinition("Pause_Replies__c", "Checkbox")
NUMBERED = FieldDefinition("Name", "AutoNumber", 80)
SCHEMA = Schema(
    {
        name: ObjectDefinition(name, {each.name: each for each in fields})
        for name, fields in {
            REVIEW: (KEY, TITLE, HASH, NUMBERED),
            BUSINESS_UNIT: (KEY, PAUSE),
        }.items()
    }
)


def mapping(name, *targets):
    fields = (FieldMap(each, "id", place=f"{name}.yaml:{n}:3") for n, each in enumerate(targets, 4))
    return Mapping(REVIEW, "External_Id__c", ReviewType.SERVICE, tuple(fields))


POLICY = RunPolicy(
    organization_id="00D",
    units=(),
    schema=SCHEMA,
    reviews=ReviewPolicy(
        service_mapping=mapping("service", "External_Id__c", "Title__c"),
        product_mapping=mapping("product", "External_Id__c"),
    ),
)


def a_rule(on=TriggerObject.OPPORTUNITY, to="primary_contact", **more):
    stages = {"stage_field": "StageName" if on is TriggerObject.OPPORTUNITY else "Status"}
    return Rule(
        name="a-rule",
        on=on,
        stages=("Won",),
        to=tuple(parse_recipient(each) for each in to.split(", ")),
        after=timedelta(days=1),
        channel=Channel.EMAIL,
        business_unit="shop",
        **stages | more,
    )


def needs_of(*rules, places=None):
    return org_needs(replace(POLICY, rules=rules), places or {})


def standard(needs, *, critical=True):
    return {f"{each.object}.{each.path}" for each in needs.standard if each.critical is critical}


def test_every_field_is_asked_for_once_for_each_document_that_names_it():
    asked = [(each.object, each.field, each.place) for each in needs_of().fields]
    assert sorted(asked) == [
        (BUSINESS_UNIT, "External_Id__c", ""),
        (BUSINESS_UNIT, "Pause_Replies__c", ""),
        (REVIEW, "Content_Hash__c", ""),
        (REVIEW, "External_Id__c", "product.yaml:4:3"),
        (REVIEW, "External_Id__c", "service.yaml:4:3"),
        (REVIEW, "Name", ""),
        (REVIEW, "Title__c", "service.yaml:5:3"),
    ]


def test_what_belongs_to_people_or_the_org_is_only_read():
    read = {each.field for each in needs_of().fields if each.needs is Access.READ}
    assert read == {"Pause_Replies__c", "Name"}


def test_external_ids_are_keys():
    assert {each.field for each in needs_of().fields if each.is_key} == {"External_Id__c"}


@pytest.mark.parametrize("choice", OnDelete)
def test_reviews_are_deleted_only_where_that_is_configured(choice):
    reviews = replace(POLICY.reviews, on_delete=choice)
    needs = org_needs(replace(POLICY, reviews=reviews), {})
    may = {each.object for each in needs.objects if each.delete}
    assert may == ({REVIEW} if choice is OnDelete.DELETE else set())


def test_without_rules_nothing_standard_is_critical_and_no_history_is_asked_for():
    needs = needs_of()
    assert standard(needs) == set()
    assert not [each for each in needs.standard if each.object.endswith("History")]
    assert needs.words == ()


def test_a_rule_asks_for_all_that_it_reads_of_its_record():
    rule = a_rule(
        TriggerObject.CASE,
        "supplied_email, field Asset.Owner__c",
        tags=("Type",),
        consent=ConsentSource.NONE,
    )
    assert standard(needs_of(rule)) == {
        "Case.Status",
        "Case.CaseNumber",
        "Case.Type",
        "Case.SuppliedEmail",
        "Case.SuppliedName",
        "Case.Asset.Owner__c",
    }


def test_contacts_and_their_opt_out_matter_where_contacts_are_invited():
    asked = needs_of(a_rule(TriggerObject.ORDER, "bill_to"))
    assert {"Contact.Id", "Order.BillToContactId", "Contact.HasOptedOutOfEmail"} <= standard(asked)
    assert {"Contact.IsEmailBounced"} <= standard(asked, critical=False)


@pytest.mark.parametrize(
    ("on", "to", "fields"),
    [
        (
            TriggerObject.OPPORTUNITY,
            "primary_contact",
            {"OpportunityHistory.StageName", "Opportunity.LastStageChangeDate"},
        ),
        (TriggerObject.CASE, "contact", {"CaseHistory.NewValue", "Case.ClosedDate"}),
    ],
)
def test_without_a_history_a_rule_loses_only_some_entries(on, to, fields):
    assert fields <= standard(needs_of(a_rule(on, to)), critical=False)


TENT = ProductSource("OrderItem", "Product2.ProductCode", fields=(("name", "Product2.Name"),))
QUIET = QuietHours(time(20), time(8), zone_field="Account.Zone__c")


@pytest.mark.parametrize(
    ("key", "changes", "asked"),
    [
        ("products", {"products": TENT}, ("OrderItem", "OrderId", True)),
        ("products", {"products": TENT}, ("OrderItem", "Product2.ProductCode", True)),
        ("products", {"products": TENT}, ("OrderItem", "Product2.Name", False)),
        ("quiet_hours", {"quiet_hours": QUIET}, ("Order", "Account.Zone__c", False)),
        ("write_link_to", {"write_link_to": "Link__c"}, ("Order", "Link__c", True)),
        ("only_if", {"only_if": (FieldCondition("A__c", ("x",)),)}, ("Order", "A__c", True)),
        ("business_unit", {"business_unit_field": "U__c"}, ("Order", "U__c", True)),
        ("locale", {"locale_field": "L__c"}, ("Order", "L__c", False)),
    ],
)
def test_every_path_of_a_rule_is_asked_for_at_the_place_of_its_key(key, changes, asked):
    rule = a_rule(TriggerObject.ORDER, "bill_to", **changes)
    needs = org_needs(replace(POLICY, rules=(rule,)), {("a-rule", key): "config.yaml:7:7"})
    found = {
        (each.object, each.path, each.critical): each
        for each in needs.standard
        if each.place == "config.yaml:7:7"
    }
    assert asked in found
    assert found[asked].written is (key == "write_link_to")


def test_the_org_is_asked_for_consents_only_where_a_rule_wants_them():
    def objects(consent):
        rules = (a_rule(consent=consent),)
        return {each.object for each in org_needs(replace(POLICY, rules=rules), {}).standard}

    assert "ContactPointTypeConsent" in objects(ConsentSource.SALESFORCE)
    assert "ContactPointTypeConsent" not in objects(ConsentSource.FLAGS)


CONTACTS = {"Contact.Email", "Contact.HasOptedOutOfEmail"}
ACCOUNTS = {"Account.PersonEmail", "Account.PersonHasOptedOutOfEmail"}
LEADS = {"Lead.Email", "Lead.HasOptedOutOfEmail"}
CONSENTS = {
    f"ContactPointTypeConsent.{each}"
    for each in ("PartyId", "ContactPointType", "PrivacyConsentStatus")
}


@pytest.mark.parametrize(
    ("consent", "leads", "expected"),
    [
        (ConsentSource.FLAGS, True, CONTACTS | ACCOUNTS | LEADS),
        (ConsentSource.FLAGS, False, CONTACTS | ACCOUNTS),
        (ConsentSource.SALESFORCE, True, CONTACTS | ACCOUNTS | LEADS | CONSENTS),
        (ConsentSource.SALESFORCE, False, CONTACTS | ACCOUNTS | CONSENTS),
        # Nothing that cannot be read makes such a rule wait.
        (ConsentSource.NONE, True, set()),
        (ConsentSource.NONE, False, set()),
    ],
)
def test_what_a_rule_asks_of_consent_must_be_readable(consent, leads, expected):
    needs = needs_of(a_rule(to="field Email__c", consent=consent, leads=leads))
    asked = {name for name in standard(needs) if not name.startswith("Opportunity")}
    assert asked == expected


def test_consent_stands_where_it_is_written_and_else_where_the_recipient_does():
    places = {("a-rule", "to"): "config.yaml:20:7", ("a-rule", "consent"): "config.yaml:21:7"}
    (said, *_) = [each for each in needs_of(a_rule(), places=places).standard if each.fix]
    del places["a-rule", "consent"]
    (unsaid, *_) = [each for each in needs_of(a_rule(), places=places).standard if each.fix]
    assert (said.place, unsaid.place) == ("config.yaml:21:7", "config.yaml:20:7")


def test_stages_and_roles_carry_the_places_of_their_rule():
    places = {("a-rule", "becomes"): "config.yaml:20:7", ("a-rule", "to"): "config.yaml:21:7"}
    words = needs_of(a_rule(to="contact_role Buyer"), places=places).words
    assert [(each.field, each.value, each.place, each.ignore_case) for each in words] == [
        ("StageName", "Won", "config.yaml:20:7", False),
        ("Role", "Buyer", "config.yaml:21:7", True),
    ]


def test_every_object_is_described_once():
    described = needs_of(a_rule(), a_rule(TriggerObject.CASE, "contact")).described
    assert len(described) == len(set(described))
    assert {REVIEW, BUSINESS_UNIT, "Opportunity", "OpportunityHistory", "CaseHistory"} <= {
        *described
    }


@pytest.mark.parametrize(
    ("case_rules", "needs"), [((), Access.READ), ((CaseRule(name="all"),), Access.WRITE)]
)
def test_what_the_package_adds_is_written_only_by_rules_for_cases(case_rules, needs):
    added = {"Case": ObjectDefinition("Case", {KEY.name: KEY})}
    policy = replace(POLICY, schema=replace(SCHEMA, added=added), case_rules=case_rules)
    (field,) = [each for each in org_needs(policy, {}).fields if each.object == "Case"]
    assert (field.name, field.needs, field.is_key) == ("Case.External_Id__c", needs, True)
