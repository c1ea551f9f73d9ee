"""The business unit's record mirrors the public profile and is written only when it changed."""

from datetime import UTC, datetime

from connector.core.reviews.summary import SUMMARY_FIELDS, plan_summary, profile_row
from connector.core.terms.reviews import BusinessUnitProfile

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PROFILE = BusinessUnitProfile(
    "u1", "Shop", "shop.example", 4.3, 4.5, 10, {1: 1, 2: 0, 3: 2, 4: 3, 5: 4}, "GB", "active"
)


def test_a_profile_becomes_the_fields_of_the_record():
    row = profile_row(PROFILE)
    assert row["Trust_Score__c"] == 4.3
    assert [row[f"{n}_Star_Reviews__c"] for n in ("One", "Two", "Three", "Four", "Five")] == [
        1,
        0,
        2,
        3,
        4,
    ]
    assert set(row) == set(SUMMARY_FIELDS)


def test_a_unit_without_a_display_name_is_called_by_its_domain():
    assert profile_row(BusinessUnitProfile("u1", "", "shop.example"))["Name"] == "shop.example"


def test_what_the_org_says_already_is_not_written():
    wanted = profile_row(PROFILE)
    assert plan_summary(wanted, dict(wanted), NOW) is None


def test_numbers_that_come_back_as_floats_are_the_same_numbers():
    wanted = profile_row(PROFILE)
    assert plan_summary(wanted, {**wanted, "Reviews_Total__c": 10.0}, NOW) is None


def test_one_changed_number_writes_the_record_with_its_time():
    wanted = profile_row(PROFILE)
    row = plan_summary(wanted, {**wanted, "Trust_Score__c": 4.2}, NOW)
    assert row is not None
    assert row["Summary_Updated_At__c"] == NOW


def test_a_unit_without_a_record_is_written():
    assert plan_summary(profile_row(PROFILE), None, NOW) is not None
