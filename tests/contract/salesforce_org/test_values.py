import pytest

from connector.emulator.salesforce.rows.errors import RowError


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("Title__c", "  spaced  ", "spaced"),  # text is trimmed
        ("Title__c", "   ", None),  # blank text is null
        ("Title__c", 12, "12"),  # a number is text in a text field
        ("Title__c", "x" * 20, "x" * 20),  # exactly the length
        ("Mail__c", "Ada.Example@Example.COM", "ada.example@example.com"),  # stored lower-cased
        ("Mail__c", "", None),
        ("Size__c", "12.5", 12.5),  # numbers may come as text (Bulk CSV)
        ("Size__c", 1.005, 1.01),  # rounded half up to the scale
        ("Size__c", 999.99, 999.99),  # the largest of Number(5,2)
        ("Size__c", "", None),
        ("Flag__c", "false", False),
        ("Flag__c", "1", True),
        ("Flag__c", None, False),  # a checkbox is never null
        ("When__c", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000+0000"),
        ("When__c", "2026-01-01T00:00:00.987Z", "2026-01-01T00:00:00.000+0000"),  # seconds
        ("When__c", "2026-01-01T00:00:00.000+0000", "2026-01-01T00:00:00.000+0000"),
        ("Day__c", "2026-02-03", "2026-02-03"),
        ("Day__c", "2026-02-03T04:05:06Z", "2026-02-03"),
        ("Kind__c", "square", "Square"),  # picklists ignore case and keep the spelling
        ("Kind__c", None, None),
        ("Colours__c", "red;ünique", "Red;Ünique"),
        ("Notes__c", "line\nline", "line\nline"),
    ],
)
def test_a_written_value_reads_back_as(org, add_gadget, field, given, kept):
    gadget = add_gadget(Kind__c="Round")
    org.update("Gadget__c", gadget, {field: given})
    assert org.retrieve("Gadget__c", gadget, [field])[field] == kept


@pytest.mark.parametrize(
    ("field", "given", "code", "words"),
    [
        ("Title__c", "x" * 21, "STRING_TOO_LONG", "(max length=20)"),
        ("Title__c", {"a": 1}, "JSON_PARSER_ERROR", "START_OBJECT"),
        ("Title__c", ["a"], "JSON_PARSER_ERROR", "START_ARRAY"),
        ("Title__c", True, "JSON_PARSER_ERROR", "VALUE_BOOLEAN"),
        ("Size__c", 1000, "NUMBER_OUTSIDE_VALID_RANGE", "outside of valid range"),
        ("Size__c", 999.999, "NUMBER_OUTSIDE_VALID_RANGE", "outside of valid range"),
        ("Size__c", "many", "INVALID_TYPE_ON_FIELD_IN_RECORD", "value not of required type: many"),
        ("Size__c", "NaN", "INVALID_TYPE_ON_FIELD_IN_RECORD", "NaN"),
        ("Size__c", True, "JSON_PARSER_ERROR", "double"),
        ("Flag__c", "maybe", "INVALID_TYPE_ON_FIELD_IN_RECORD", "maybe"),
        ("When__c", "yesterday", "JSON_PARSER_ERROR", "datetime from VALUE_STRING"),
        ("When__c", "2026-01-01", "JSON_PARSER_ERROR", "datetime"),
        ("When__c", "2026-01-01T00:00:00", "JSON_PARSER_ERROR", "datetime"),  # no offset
        ("When__c", 5, "JSON_PARSER_ERROR", "datetime"),
        ("Day__c", "2026-02-30", "JSON_PARSER_ERROR", "date"),
        ("Mail__c", "not an address", "INVALID_EMAIL_ADDRESS", "invalid email address"),
        ("Mail__c", "two@@example.com", "INVALID_EMAIL_ADDRESS", "invalid email address"),
        ("Kind__c", "Oval", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "restricted picklist"),
        ("Colours__c", "Red;Blue", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Blue"),
        ("Shop__c", "nonsense", "MALFORMED_ID", "id value of incorrect type"),
        ("Shop__c", "001Qk0000000001IAA", "FIELD_INTEGRITY_EXCEPTION", "incorrect type"),
        ("Shop__c", "a01Qk0000000099", "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    ],
)
def test_a_bad_value_is_refused(add_gadget, field, given, code, words):
    with pytest.raises(RowError) as caught:
        add_gadget(**{field: given})
    assert caught.value.status_code == code
    assert words in caught.value.message


def test_a_line_break_counts_twice_where_the_org_says_so(org, add_gadget):
    org.settings.newlines_count_double = True
    add_gadget(Notes__c="a" * 998 + "\n")
    with pytest.raises(RowError, match="STRING_TOO_LONG"):
        add_gadget(Notes__c="a" * 998 + "\n" + "a")
