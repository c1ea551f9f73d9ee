"""The templates of a business unit, and lists tried with one review."""

from __future__ import annotations

import pytest

from connector.core.invitations.sending.outgoing import Template
from connector.core.terms.errors import AccessDenied, NotFound, VendorAnswerUnreadable
from connector.core.terms.reviews import ReviewType
from connector.emulator.faults import Fault, html_page

TEMPLATES = "*/templates"
LISTS = {
    ReviewType.SERVICE: "*/business-units/*/reviews",
    ReviewType.PRODUCT: "*/product-reviews/*",
}


def answering(emulator, path, body):
    emulator.faults.add(Fault("*", "GET", path, status=200, body=body, times=None))


def test_templates_come_from_the_invitations_host(trustpilot, emulator, unit):
    added = emulator.trustpilot.add_template(unit.id, "After a case")
    first, second = trustpilot.templates(unit.id)

    assert first.is_default
    assert second == Template(added.id, "After a case")
    assert emulator.calls.counts("invitations", "GET", TEMPLATES) == 1


@pytest.mark.parametrize("body", [{}, [], {"templates": {}}, {"templates": [{"name": "no id"}]}])
def test_templates_that_cannot_be_read_are_an_error(trustpilot, emulator, unit, body):
    answering(emulator, TEMPLATES, body)
    with pytest.raises(VendorAnswerUnreadable):
        trustpilot.templates(unit.id)


@pytest.mark.parametrize("templates", [None, [], [None]])
def test_no_templates_are_none(trustpilot, emulator, unit, templates):
    answering(emulator, TEMPLATES, {"templates": templates})
    assert trustpilot.templates(unit.id) == ()


def test_a_template_may_lack_all_but_its_id(trustpilot, emulator, unit):
    answering(emulator, TEMPLATES, {"templates": [{"id": 7, "isDefaultTemplate": None}]})
    assert trustpilot.templates(unit.id) == (Template("7", ""),)


@pytest.mark.parametrize("review_type", ReviewType)
class TestTryingAList:
    def test_an_empty_list_is_a_list(self, trustpilot, unit, review_type):
        assert trustpilot.probe_reviews(unit.id, review_type) is None

    def test_it_is_one_call_for_one_review(self, trustpilot, emulator, unit, review_type):
        emulator.trustpilot.add_service_review(unit.id, stars=5)
        emulator.trustpilot.add_service_review(unit.id, stars=5)
        trustpilot.probe_reviews(unit.id, review_type)
        assert emulator.calls.counts("trustpilot", "GET", "*/reviews") == 1

    def test_a_unit_of_another_account_is_denied(self, trustpilot, emulator, unit, review_type):
        emulator.faults.add(Fault("trustpilot", "GET", LISTS[review_type], status=403))
        with pytest.raises(AccessDenied):
            trustpilot.probe_reviews(unit.id, review_type)

    def test_an_unknown_unit_is_not_found(self, trustpilot, unit, review_type):
        with pytest.raises(NotFound):
            trustpilot.probe_reviews(unit.id[::-1], review_type)

    def test_a_page_of_somebody_in_between_is_no_list(
        self, trustpilot, emulator, unit, review_type
    ):
        emulator.faults.add(html_page(200, path=LISTS[review_type], times=None))
        with pytest.raises(VendorAnswerUnreadable):
            trustpilot.probe_reviews(unit.id, review_type)

    def test_an_answer_without_the_list_is_unreadable(
        self, trustpilot, emulator, unit, review_type
    ):
        answering(emulator, LISTS[review_type], {"links": []})
        with pytest.raises(VendorAnswerUnreadable):
            trustpilot.probe_reviews(unit.id, review_type)
