# ruff: noqa: S608 - this is SOQL for the emulated org
"""Formula fields of custom objects: constants are evaluated, nothing can be written."""

import pytest

from connector.emulator.salesforce.rows.errors import RowError


@pytest.fixture
def tent(org):
    return org.insert("Tent__c", {"Weight__c": 3, "Emptied__c": org.insert("Town__c", {})})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Seats__c", 2.0),
        ("Debt__c", -1.5),
        ("Dry__c", True),
        ("Word__c", "it's dry"),
        ("Twice__c", None),  # more than a constant: not evaluated
    ],
)
def test_a_constant_formula_has_its_value(org, tent, field, value):
    (row,) = org.query(f"SELECT {field} FROM Tent__c ORDER BY {field}")
    assert row[field] == org.retrieve("Tent__c", tent)[field] == value


@pytest.mark.usefixtures("tent")
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Seats__c = 2", 1),
        ("Seats__c > 2", 0),
        ("Dry__c = TRUE", 1),
        ("Word__c = 'it\\'s dry'", 1),
        ("Word__c LIKE 'it%'", 1),
        ("Twice__c = null", 1),
    ],
)
def test_a_formula_can_be_filtered(org, where, found):
    soql = f"SELECT COUNT() FROM Tent__c WHERE {where}"
    assert org.run(soql).total_size == found


@pytest.mark.usefixtures("tent")
@pytest.mark.parametrize("field", ["Seats__c", "Twice__c"])
def test_a_formula_cannot_be_written(org, tent, field):
    for write in (
        lambda: org.insert("Tent__c", {field: 2}),
        lambda: org.update("Tent__c", tent, {field: 2}),
    ):
        with pytest.raises(RowError) as caught:
            write()
        assert caught.value.status_code == "INVALID_FIELD_FOR_INSERT_UPDATE"
        assert caught.value.fields == (field,)


@pytest.mark.parametrize(
    ("field", "kind", "formula"),
    [
        ("Seats__c", "double", "2"),
        ("Twice__c", "double", "Weight__c * 2"),
        ("Word__c", "string", '"it\'s dry"'),
        ("Dry__c", "boolean", "TRUE"),
    ],
)
def test_a_formula_is_described_as_calculated(org, field, kind, formula):
    (found,) = [one for one in org.describe("Tent__c")["fields"] if one["name"] == field]
    assert (found["type"], found["calculatedFormula"]) == (kind, formula)
    assert [found[key] for key in ("calculated", "createable", "updateable")] == [
        True,
        False,
        False,
    ]


def test_a_plain_field_is_not_calculated(org):
    fields = {one["name"]: one for one in org.describe("Tent__c")["fields"]}
    assert fields["Weight__c"]["calculated"] is False
    assert fields["Weight__c"]["calculatedFormula"] is None
