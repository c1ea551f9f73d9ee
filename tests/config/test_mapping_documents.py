"""The shipped mappings fit the shipped schema, and a wrong one is refused at its place."""

from datetime import UTC, datetime

import pytest

from connector.config import locations
from connector.config.mapping import read_copy, read_mapping
from connector.config.org.schema import read_schema
from connector.config.terms.zones import find_zone
from connector.core.terms.errors import ConfigurationError
from connector.core.terms.reviews import ReviewType
from connector.core.terms.unknown_words import UnknownWord

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
         "`Titlee__c` is not a field",
         "Did you mean `Title__c`? A field of your own says its type: `Titlee__c: {from: title, "),
        ("  Title__c: title", "  Title__c: {from: title, type: Text(80)}", (5, 33),
         "`Title__c` is a field of the package", "Write `Title__c` without `type`."),
        ("  Title__c: title", "  Region: {from: title, type: Text(80)}", (5, 3),
         "`Region` is not the name of a field of your own", "Its name ends with `__c`."),
        ("  Title__c: title", "  Region__c: {from: title, type: Txt(80)}", (5, 34),
         "is not a type that a field can have here.",
         "Did you mean `Text(80)`?"),
        ("  Title__c: title", "  Region__c: {from: title, type: Text(800)}", (5, 34),
         "`Text` holds 1 to 255 characters", ""),
        ("  Title__c: title", "  Region__c: {from: stars, type: Text(80)}", (5, 21),
         "A field of type Text cannot hold `stars`", ""),
        ("  Title__c: title", "  Day__c: {from: created_at, type: Date}", (5, 18),
         "A field of type Date cannot hold `created_at`", "Add `transform: local_date ZONE`"),
        ("join}", "join}\n  Day__c: {from: created_at, transform: local_date Berlin, type: Date}",
         (8, 41), "does not know the time zone", ""),
        ("join}", "join}\n  Day__c: {from: created_at, transform: local_date, type: Date}",
         (8, 41), "`local_date` needs a time zone", ""),
        ("join}", "join}\n  A__c: {from: stars, transform: stars_to_picklist a;b, type: Picklist}",
         (8, 34), "takes five different labels", ""),
        ("join}", "join}\nlookups: {Account__c: account}", (8, 11),
         "`Account__c` is written by the connector itself.", "Remove the line."),
        ("join}", "join}\nlookups: {Payer__c: accounts}", (8, 21),
         "`accounts` is not a value of `Payer__c`.", "Did you mean `account`?"),
        ("join}", "join}\nlookups: {Payer: account}", (8, 11),
         "`Payer` is not the name of a field of your own.", "ends with `__c`"),
        ("join}", "join}\nlookups: [account]", (8, 10), "`lookups` must hold keys", ""),
        ("fields:", "of: service\nfields:", (3, 1), "`of` is not a key", ""),
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


COPY = """\
object: Feedback__c
external_id: Review_Id__c
of: both
fields:
  Review_Id__c: {from: id, type: Text(64)}
  Headline__c: {from: title, type: Text(80)}
lookups:
  Customer__c: account
"""


@pytest.mark.parametrize(
    "row",
    [
        ("Feedback__c", "Trustpilot_Review__c", (1, 9), "is an object of the package", ""),
        ("Feedback__c", "my feedback", (1, 9), "`my feedback` is not the name of an object.", ""),
        ("external_id: Review_Id__c", "external_id: Name", (2, 14),
         "`Name` is not the name of a field of your own.", "a unique external id"),
        ("external_id: Review_Id__c\n", "", (1, 1), "`external_id` is missing.", ""),
        ("Review_Id__c: {from: id,", "Review_Id__c: {from: title,", (2, 14),
         "must take the word `id`", "{from: id, type: Text(64)}"),
        ("{from: id, type: Text(64)}", "id", (5, 3), "`Review_Id__c` needs its type", "type: Text"),
        ("Text(64)", "Text(18)", (5, 34), "must hold the 24 characters", "Text(64)"),
        ("{from: title, type: Text(80)}", "title", (6, 3), "`Headline__c` needs its type",
         "`Headline__c: {from: title, type: Text(80)}`"),
        ("from: title", "from: titlee", (6, 23), "`titlee` is not a word", "`title`?"),
        ("of: both", "of: all", (3, 5), "`all` is not a value of `of`.", "service, product, both"),
        ("Customer__c: account", "Customer__c: owner", (8, 16), "is not a value of", "`order`?"),
        ("Customer__c: account", "headline__C: account", (8, 3), "is filled twice", "Keep one."),
        ("object: Feedback__c", "objects: Feedback__c", (1, 1), "`objects` is not", "`object`"),
    ],
)  # fmt: skip
def test_a_wrong_copy_document_is_refused_at_its_place(tmp_path, schema, row):
    old, new, place, message, hint = row
    assert old in COPY
    path = tmp_path / "copy.yaml"
    path.write_text(COPY.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refusal:
        read_copy(path, schema)

    problems = refusal.value.problems
    at_place = [each for each in problems if (each.line, each.column) == place]
    assert any(message in each.message and hint in each.hint for each in at_place), problems


def test_every_line_of_a_document_knows_its_place(tmp_path, schema):
    path = tmp_path / "copy.yaml"
    path.write_text(COPY, encoding="utf-8")

    copy = read_copy(path, schema)

    places = [each.place.removeprefix(f"{path}:") for each in copy.lines]
    assert places == ["5:3", "6:3", "8:3"]
    assert copy.place == f"{path}:1:1"


@pytest.mark.parametrize(
    ("of", "types"),
    [("service", ["Service"]), ("product", ["Product"]), ("both", ["Service", "Product"])],
)
def test_a_copy_document_says_of_which_reviews_it_is(tmp_path, schema, of, types):
    path = tmp_path / "copy.yaml"
    path.write_text(COPY.replace("of: both", f"of: {of}"), encoding="utf-8")

    assert list(read_copy(path, schema).types) == types


def test_the_shipped_example_of_a_copy_has_no_fault_and_shows_every_key(schema):
    copy = read_copy(locations.mappings() / "copy_example.yaml", schema)

    assert copy.types == (ReviewType.SERVICE,)
    assert copy.lookups
    assert "Date" in {each.own.type for each in copy.fields}


@pytest.mark.parametrize("name", ["Europe", "../etc/passwd", "/etc/passwd", "", "x\0y", "Éire"])
def test_what_is_no_time_zone_is_refused(name):
    with pytest.raises(UnknownWord):
        find_zone(name)


def test_a_time_zone_is_found_by_its_iana_name():
    winter = datetime(2026, 1, 1, tzinfo=UTC)

    assert winter.astimezone(find_zone("Europe/Berlin")).hour == 1


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
