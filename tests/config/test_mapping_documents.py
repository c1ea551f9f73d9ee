"""The shipped mappings fit the shipped schema, and a wrong one is refused at its place."""

import pytest

from connector.config import locations
from connector.config.mapping_document import read_mapping
from connector.config.metadata import read_schema
from connector.core.errors import ConfigurationError
from connector.core.reviews import ReviewType

SOUND = """\
object: Trustpilot_Review__c
external_id: External_Id__c
fields:
  External_Id__c: id
  Title__c: title
  Stars__c: stars
  Tags__c: {from: tags, transform: join}
"""


@pytest.fixture(scope="module")
def schema():
    return read_schema(locations.salesforce())


@pytest.fixture
def problems_of(tmp_path, schema):
    def find(text):
        path = tmp_path / "mapping.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError) as refusal:
            read_mapping(path, ReviewType.SERVICE, schema)
        return refusal.value.problems

    return find


@pytest.mark.parametrize("review_type", ReviewType)
def test_a_shipped_mapping_has_no_fault(schema, review_type):
    path = locations.mappings() / f"{review_type.lower()}_review.yaml"

    mapping = read_mapping(path, review_type, schema)

    assert mapping.object == "Trustpilot_Review__c"
    assert {"Type__c", "Stars__c", "Text__c"} <= {each.target for each in mapping.fields}


@pytest.mark.parametrize(
    "row",
    [
        ("object: Trustpilot_Review__c", "object: Trustpilot_Revew__c", (1, 9),
         "`Trustpilot_Revew__c` is not an object", "Did you mean `Trustpilot_Review__c`?"),
        ("object: Trustpilot_Review__c", "object: Trustpilot_Run__c", (1, 9),
         "cannot hold reviews", "Map to `Trustpilot_Review__c`."),
        ("external_id: External_Id__c", "external_id: Title__c", (2, 14),
         "not a unique external id", "Keys of Trustpilot_Review__c: `External_Id__c`."),
        ("external_id: External_Id__c\n", "", (1, 1), "`external_id` is missing.", ""),
        ("External_Id__c: id", "External_Id__c: reference_number", (2, 14),
         "must take the word `id`", "Write `External_Id__c: id`"),
        ("  Title__c: title", "  Titlee__c: title", (5, 3),
         "`Titlee__c` is not a field", "Did you mean `Title__c`?"),
        ("Title__c: title", "Title__c: titlee", (5, 13),
         "`titlee` is not a word", "Did you mean `title`?"),
        ("Title__c: title", "Title__c: {from: titlee}", (5, 20),
         "`titlee` is not a word", "Did you mean `title`?"),
        ("Stars__c: stars", "Stars__c: title", (6, 13),
         "A field of type Number cannot hold `title`", ""),
        ("transform: join", "transform: jion", (7, 36),
         "`jion` is not a transform.", "Did you mean `join`?"),
        ("transform: join", "transformm: join", (7, 25),
         "`transformm` is not a key", "Did you mean `transform`?"),
        ("transform: join", "transform: upper", (7, 36),
         "`upper` takes text; `tags` is a list.", "Add `transform: join`."),
        ("{from: tags, transform: join}", "{transform: join}", (7, 12),
         "either a word or a constant", ""),
        ("{from: tags, transform: join}", "{constant: a, transform: upper}", (7, 12),
         "A constant takes no transform.", ""),
        ("{from: tags, transform: join}", "5", (7, 12), "says nothing about the field", ""),
        ("{from: tags, transform: join}", "", (7, 3), "says nothing about the field", ""),
        ("Stars__c: stars", "Reply_Status__c: status", (6, 3),
         "written by the connector itself", "Remove the line."),
        ("Stars__c: stars", "Type__c: {constant: Servicee}", (6, 23),
         "is not a value of the picklist", "Did you mean `Service`?"),
        ("  Stars__c: stars", "  7: stars", (6, 3), "`7` is not a field of Trustpilot_Review", ""),
        ("  Stars__c: stars", "  Title__c: text", (6, 3), "`Title__c` stands here twice.", ""),
        ("fields:", "field:", (3, 1), "`field` is not a key", "Did you mean `fields`?"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_at_its_place(problems_of, row):
    old, new, place, message, hint = row
    assert old in SOUND

    problems = problems_of(SOUND.replace(old, new, 1))

    at_place = [each for each in problems if (each.line, each.column) == place]
    assert any(message in each.message and hint in each.hint for each in at_place), problems


def test_a_broken_field_does_not_hide_the_faults_of_the_others(problems_of):
    wrong = SOUND.replace("transform: join", "transform: jion").replace("title", "titlee")

    assert [each.line for each in problems_of(wrong)] == [7, 5]


def test_a_field_remembers_where_it_stands_and_is_the_same_wherever(tmp_path, schema):
    sound, moved = tmp_path / "mapping.yaml", tmp_path / "moved.yaml"
    sound.write_text(SOUND, encoding="utf-8")
    moved.write_text(f"# first\n{SOUND}", encoding="utf-8")
    mapping = read_mapping(sound, ReviewType.SERVICE, schema)

    assert [each.place for each in mapping.fields][:2] == [f"{sound}:4:3", f"{sound}:5:3"]
    assert mapping == read_mapping(moved, ReviewType.SERVICE, schema)
