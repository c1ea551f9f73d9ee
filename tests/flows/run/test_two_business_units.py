# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""Each business unit's reviews, marks and failures are its own."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import drop_before
from connector.report.run.report import code_of


class TestTwoBusinessUnits:
    """Each unit's reviews, marks and failures are its own."""

    @pytest.fixture
    def other(self, emulator):
        return emulator.trustpilot.add_business_unit("second.example.com", display_name="Second")

    @pytest.fixture
    def both(self, configured, other):
        lines = "reviews:\n  first_run"
        added = f"  - name: second\n    domain: {other.domain}\n{lines}"
        rules = "      as: email\n"
        return configured(
            lambda text: (
                text.replace(lines, added)
                .replace(rules, f"{rules}      business_unit: shop\n")
                .replace(
                    "business_generated_link\n",
                    "business_generated_link\n      business_unit: shop\n",
                )
            )
        )

    def test_reviews_of_both_arrive_under_their_own_record(
        self, one_run, both, other, emulator, soql, differences
    ):
        mine = emulator.trustpilot.add_service_review(other.id)["id"]

        one_run(settings=both)

        assert differences() == []
        rows = soql(
            "SELECT External_Id__c FROM Trustpilot_Review__c "
            "WHERE Business_Unit__r.External_Id__c = '{}'",
            other.id,
        )
        assert [row["External_Id__c"] for row in rows] == [mine]

    def test_an_idle_run_costs_three_calls_to_trustpilot_for_each(
        self, one_run, both, emulator, idle
    ):
        idle(lambda: one_run(settings=both))

        one_run(settings=both)

        assert emulator.calls.counted("trustpilot") == 6
        assert emulator.calls.counted("salesforce") == 3

    def test_one_that_fails_does_not_stop_the_other(
        self, one_run, both, other, emulator, world, marks, soql
    ):
        one_run(settings=both)
        before = marks()
        emulator.clock.advance(timedelta(hours=1))
        emulator.trustpilot.add_service_review(world.business_unit_id)
        arrived = emulator.trustpilot.add_service_review(other.id)["id"]
        path = f"*{world.business_unit_id}*"
        emulator.faults.add(drop_before(vendor="trustpilot", path=path, times=None))

        report = one_run(settings=both)

        assert code_of(report) is ExitCode.UNREACHABLE
        assert soql("SELECT Id FROM Trustpilot_Review__c WHERE External_Id__c = '{}'", arrived)
        changed = {key for key, at in marks().items() if at != before[key]}
        moved = {key for key in changed if "reviews" in key and "deleted" not in key}
        assert moved == {f"service_reviews:{other.id}", f"product_reviews:{other.id}"}
        assert report.complete_through["second"] > report.complete_through["shop"]
