import pytest

from connector.emulator.salesforce.rows.errors import ApiError

# Keys of the recorded answers; a client may read any of them.
FIELD_KEYS = """aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula
cascadeDelete caseSensitive compoundFieldName controllerName createable custom defaultValue
defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits
displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo
formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup inlineHelpText label
length mask maskType name nameField namePointing nillable permissionable picklistValues
polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName
relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable
type unique updateable writeRequiresMasterRead"""
GLOBAL_KEYS = """activateable associateEntityType associateParentEntity createable custom
customSetting deepCloneable deletable deprecatedAndHidden feedEnabled hasSubtypes isInterface
isSubtype keyPrefix label labelPlural layoutable mergeable mruEnabled name queryable replicateable
retrieveable searchable triggerable undeletable updateable urls"""


def fields_of(org, sobject):
    return {field["name"]: field for field in org.describe(sobject)["fields"]}


def test_a_described_field_has_every_recorded_key(org):
    for field in org.describe("Gadget__c")["fields"]:
        assert sorted(field) == sorted(FIELD_KEYS.split())


def test_the_global_describe_has_every_recorded_key(org):
    answer = org.describe_global()
    assert (answer["encoding"], answer["maxBatchSize"]) == ("UTF-8", 200)
    for sobject in answer["sobjects"]:
        assert sorted(sobject) == sorted(GLOBAL_KEYS.split())


@pytest.mark.parametrize(
    ("sobject", "field", "facts"),
    [
        ("Opportunity", "StageName", {"restrictedPicklist": False, "nillable": False}),
        ("Opportunity", "Name", {"length": 120, "byteLength": 360, "idLookup": True}),
        ("Opportunity", "ContactId", {"createable": True, "updateable": False}),
        ("Opportunity", "Amount", {"precision": 18, "scale": 2, "groupable": False}),
        ("Opportunity", "IsWon", {"createable": False, "type": "boolean", "aggregatable": False}),
        ("OpportunityContactRole", "OpportunityId", {"nillable": False, "updateable": False}),
        ("Case", "ContactEmail", {"createable": False, "updateable": False, "filterable": True}),
        ("Case", "SuppliedEmail", {"createable": True, "type": "email", "length": 80}),
        ("Case", "OwnerId", {"referenceTo": ["Group", "User"], "polymorphicForeignKey": True}),
        ("Case", "Description", {"filterable": False, "sortable": False, "groupable": False}),
        ("Contact", "Email", {"idLookup": True, "length": 80, "externalId": False}),
        ("Gadget__c", "Key__c", {"externalId": True, "unique": True, "caseSensitive": True}),
        ("Gadget__c", "Name", {"autoNumber": True, "nameField": True, "createable": False}),
    ],
)
def test_describe_tells_the_facts_of_a_field(org, sobject, field, facts):
    found = fields_of(org, sobject)[field]
    assert {key: found[key] for key in facts} == facts


def test_a_picklist_lists_its_values(org):
    values = fields_of(org, "Gadget__c")["Kind__c"]["picklistValues"]
    assert [(one["value"], one["defaultValue"]) for one in values] == [
        ("Round", True),
        ("Square", False),
    ]


def test_child_relationships_name_what_a_sub_query_takes(org):
    children = org.describe("Opportunity")["childRelationships"]
    names = {(one["childSObject"], one["field"]): one["relationshipName"] for one in children}
    assert names["OpportunityContactRole", "OpportunityId"] == "OpportunityContactRoles"
    assert names["OpportunityFieldHistory", "OpportunityId"] == "Histories"


def test_hidden_fields_and_objects_are_not_described(org):
    assert "HasOptedOutOfEmail" not in fields_of(org, "Contact")
    org.hide_field("Product2", "StockKeepingUnit")
    assert "StockKeepingUnit" not in fields_of(org, "Product2")
    org.hide_object("Case")
    with pytest.raises(ApiError) as caught:
        org.describe("Case")
    assert caught.value.http_status == 404
    children = org.describe("Contact")["childRelationships"]
    assert "Case" not in {one["childSObject"] for one in children}


def test_urls_carry_the_asked_version(org):
    path = "/services/data/v58.0/sobjects/Account"
    assert org.describe("Account", version="58.0")["urls"]["sobject"] == path


@pytest.mark.parametrize("name", ["Bogus", "Bogus__c", ""])
def test_an_unknown_object_is_not_found(org, name):
    with pytest.raises(ApiError) as caught:
        org.describe(name)
    assert (caught.value.http_status, caught.value.error_code) == (404, "NOT_FOUND")


def test_retrieve_gives_the_asked_fields_or_all_visible_ones(org):
    account = org.insert("Account", {"Name": "Acme"})
    assert list(org.retrieve("Account", account[:15], ["name", "NAME"])) == ["attributes", "Name"]
    everything = set(org.retrieve("Account", account)) - {"attributes"}
    assert everything == set(fields_of(org, "Account"))


@pytest.mark.parametrize("record_id", ["001Qk0000000099", "junk", "a00Qk0000000001"])
def test_retrieving_nothing_is_not_found(org, record_id):
    with pytest.raises(ApiError) as caught:
        org.retrieve("Account", record_id)
    assert (caught.value.http_status, caught.value.error_code) == (404, "NOT_FOUND")


def test_retrieving_an_unknown_field_is_refused(org):
    account = org.insert("Account", {"Name": "Acme"})
    with pytest.raises(ApiError) as caught:
        org.retrieve("Account", account, ["Bogus"])
    assert caught.value.error_code == "INVALID_FIELD"


def test_a_new_org_has_an_organization_and_its_integration_user(org):
    (organization,) = org.query("SELECT Id, IsSandbox, OrganizationType FROM Organization")
    assert organization["Id"] == org.org_id
    assert org.org_id.startswith("00D")
    user = org.retrieve("User", org.user_id)
    assert (user["IsActive"], user["Username"]) == (True, "integration@connector.example")
