"""What agents see in lists, buttons and headers has its words in every language of the package."""

import json
from pathlib import Path

import pytest
from lxml import etree

SALESFORCE = Path(__file__).parents[3] / "salesforce"
PACKAGE = SALESFORCE / "main" / "default"
PROJECT = SALESFORCE / "translations"
OF = "{http://soap.sforce.com/2006/04/metadata}"
FORMS = {  # which forms of an object's name each language takes, as the Metadata API lists them
    "de": {("caseType", form) for form in ("Nominative", "Accusative", "Genitive", "Dative")},
    "fr": {(None, None)},
    "da": {("article", form) for form in ("None", "Indefinite", "Definite")},
    "es": {(None, None)},
}
TABS = sorted(path.name.partition(".")[0] for path in PACKAGE.glob("tabs/*"))
FILES = [f"{name}-{language}" for name in TABS for language in FORMS]


def root_of(name):
    path = PROJECT / "main" / "default" / "objectTranslations" / name
    return etree.parse(path / f"{name}.objectTranslation-meta.xml").getroot()


def texts(element, path):
    return [
        found.text for found in element.iterfind("/".join(OF + part for part in path.split("/")))
    ]


def shown_in_lists(object_name, fields):
    """The fields that agents meet without opening a record's details."""
    shown = set()
    for pattern in ("listViews", "compactLayouts"):
        for path in PACKAGE.glob(f"objects/{object_name}/{pattern}/*"):
            root = etree.parse(path).getroot()
            shown |= {*texts(root, "columns"), *texts(root, "fields")}
    for path in PACKAGE.glob(f"quickActions/{object_name}.*"):
        root = etree.parse(path).getroot()
        columns = "quickActionLayout/quickActionLayoutColumns/quickActionLayoutItems"
        shown |= set(texts(root, f"{columns}/field"))
    return shown & set(fields[object_name])


def test_each_object_with_a_tab_is_translated_into_each_language_and_nothing_else_is_there():
    folders = (PROJECT / "main" / "default").glob("objectTranslations/*")
    labels = (PROJECT / "main" / "default").glob("translations/*")

    assert sorted(path.name for path in folders) == sorted(FILES)
    assert sorted(path.name.partition(".")[0] for path in labels) == sorted(FORMS)


@pytest.mark.parametrize("name", FILES)
def test_a_translation_follows_the_metadata_types_of_salesforce(metadata_types, name):
    assert metadata_types.problems(root_of(name), "CustomObjectTranslation") == []


@pytest.mark.parametrize("name", FILES)
def test_the_name_of_an_object_comes_in_every_form_that_its_language_has(name):
    root, language = root_of(name), name.rpartition("-")[2]
    found = set()
    for case in root.iterfind(f"{OF}caseValues"):
        forms = [child for child in case if child.tag.removeprefix(OF) in {"article", "caseType"}]
        kind = (forms[0].tag.removeprefix(OF), forms[0].text) if forms else (None, None)
        found.add((*kind, *texts(case, "plural")))

    assert found == {(*form, plural) for form in FORMS[language] for plural in ("true", "false")}
    assert len(texts(root, "gender")) == len(texts(root, "nameFieldLabel")) == 1
    assert (language == "fr") == bool(texts(root, "startsWith"))


@pytest.mark.parametrize("name", FILES)
def test_what_agents_meet_in_lists_and_buttons_is_translated(name, fields):
    object_name = name.rpartition("-")[0]
    root = root_of(name)
    translated = texts(root, "fields/name")

    assert len(translated) == len(set(translated))
    assert set(translated) <= set(fields[object_name])
    technical = {"Run_Id__c", "Business_Unit_Id__c"}
    assert shown_in_lists(object_name, fields) - technical <= set(translated)
    buttons = {p.name.split(".")[1] for p in PACKAGE.glob(f"quickActions/{object_name}.*")}
    assert set(texts(root, "quickActions/name")) == buttons


@pytest.mark.parametrize("name", FILES)
def test_every_value_of_a_translated_list_is_translated(name, fields):
    object_name = name.rpartition("-")[0]
    for field in root_of(name).iterfind(f"{OF}fields"):
        (field_name,) = texts(field, "name")
        listed = fields[object_name][field_name].get("valueSet", [])
        values = [v["label"][0] for each in listed for v in each["valueSetDefinition"][0]["value"]]
        assert texts(field, "picklistValues/masterLabel") == values, field_name
        assert all(texts(field, "picklistValues/translation")), field_name


@pytest.mark.parametrize("name", FILES)
def test_labels_fit_where_salesforce_shows_them(name):
    root = root_of(name)
    labels = texts(root, "fields/label") + texts(root, "quickActions/label")

    assert max(map(len, labels)) <= 40
    assert all(label == label.strip() for label in labels)


def test_the_languages_translate_the_same_fields():
    for object_name in TABS:
        names = [texts(root_of(f"{object_name}-{lang}"), "fields/name") for lang in FORMS]
        assert all(each == names[0] for each in names), object_name


def test_translations_are_a_project_of_their_own():
    # an org without the language refuses them, and everything that is deployed with them
    own = json.loads((PROJECT / "sfdx-project.json").read_text(encoding="utf-8"))
    main = json.loads((SALESFORCE / "sfdx-project.json").read_text(encoding="utf-8"))

    assert [each["path"] for each in own["packageDirectories"]] == ["main"]
    assert own["sourceApiVersion"] == main["sourceApiVersion"]
    assert "translations" not in [each["path"] for each in main["packageDirectories"]]
    assert not list(PACKAGE.glob("objectTranslations"))
