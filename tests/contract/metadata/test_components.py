"""What the components name is there: fields, list views, labels, each other; in all languages."""

import re
from pathlib import Path

import pytest
from graphql import parse
from lxml import etree

from connector.core.replies.lint import LintRules

SALESFORCE = Path(__file__).parents[3] / "salesforce"
PACKAGE = SALESFORCE / "main" / "default"
COMPONENTS = PACKAGE / "lwc"
TRANSLATIONS = SALESFORCE / "translations" / "main" / "default" / "translations"
LANGUAGES = ("da", "de", "es", "fr")
PLACED = ("trustpilotHome", "trustpilotInvitationLink", "trustpilotReply", "trustpilotUnit")
STANDARD = {"Contact__r", "Account__r", "Order__r", "Opportunity__r", "Case__r", "Product__r"}
NAMESPACE = {"m": "http://soap.sforce.com/2006/04/metadata"}
MOST_OBJECTS_OF_A_QUERY = 10


def sources(pattern):
    return {path.name: path.read_text(encoding="utf-8") for path in COMPONENTS.glob(pattern)}


def texts(path, each, key, value):
    root = etree.parse(path).getroot()
    return {
        label.findtext(f"m:{key}", namespaces=NAMESPACE): label.findtext(
            f"m:{value}", namespaces=NAMESPACE
        )
        for label in root.iterfind(f"m:{each}", NAMESPACE)
    }


@pytest.fixture(scope="module")
def labels():
    path = PACKAGE / "labels" / "CustomLabels.labels-meta.xml"
    return texts(path, "labels", "fullName", "value")


@pytest.fixture(scope="module")
def imported():
    source = sources("trustpilotLabels/*.js")["trustpilotLabels.js"]
    return dict(re.findall(r"import (\w+) from '@salesforce/label/c\.(\w+)'", source))


def test_every_field_that_a_component_names_exists(objects, fields):
    known = {name for each in fields.values() for name in each} | set(objects)
    for name, source in sources("*/*.js").items():
        used = set(re.findall(r"\b\w+__[cr]\b", source))
        parents = {each for each in used if each.endswith("__r")}
        assert {each for each in used - parents if each not in known} == set(), name
        assert parents <= STANDARD, name


def test_every_query_stays_below_the_limit_of_objects():
    source = sources("trustpilotHome/queries.js")["queries.js"]
    queries = re.findall(r"gql`(.*?)`", source, re.DOTALL)
    assert len(queries) == source.count("export const")
    for query in queries:
        (operation,) = parse(query).definitions
        (uiapi,) = operation.selection_set.selections
        (part,) = uiapi.selection_set.selections
        assert 1 <= len(part.selection_set.selections) <= MOST_OBJECTS_OF_A_QUERY


def test_every_list_view_that_is_opened_exists(list_views):
    known = {name for _, name in list_views}
    opened = re.findall(r'view="(\w+)"', "".join(sources("*/*.html").values()))
    scripts = sources("*/*.js")
    opened += re.findall(r"listPage\('\w+', '(\w+)'\)", "".join(scripts.values()))
    opened += re.findall(r"\], '(\w+)'\]", scripts["trustpilotFigures.js"])
    opened += re.findall(r"labels\.\w+, '(\w+)'\]", scripts["trustpilotHome.js"])
    assert len(opened) == 10
    assert set(opened) <= known


def test_labels_are_imported_once_and_all_of_them_are_used(labels, imported):
    assert sorted(imported.values()) == sorted(labels)
    words = "".join(sources("*/*.js").values()) + "".join(sources("*/*.html").values())
    used = set(re.findall(r"\blabels\.(?!\w+__c)(\w+)", words))
    parents = set(re.findall(r"\['(\w+)', '\w+__c', '\w+__r'", words))
    assert {name.replace("caseLabel", "case") for name in imported} == used | parents


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_has_its_words_and_places_in_every_language(labels, language):
    path = TRANSLATIONS / f"{language}.translation-meta.xml"
    translated = texts(path, "customLabels", "name", "label")
    assert sorted(translated) == sorted(labels)
    for name, words in translated.items():
        assert words.strip(), name
        assert sorted(re.findall(r"\{\d\}", words)) == sorted(
            re.findall(r"\{\d\}", labels[name])
        ), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_follow_the_metadata_types_of_salesforce(metadata_types, language):
    root = etree.parse(TRANSLATIONS / f"{language}.translation-meta.xml").getroot()
    assert metadata_types.problems(root, "Translations") == []


def test_only_the_agreed_components_can_be_placed_on_pages():
    exposed = {
        path.parent.name
        for path in COMPONENTS.glob("*/*.js-meta.xml")
        if "<isExposed>true</isExposed>" in path.read_text(encoding="utf-8")
    }
    assert exposed == set(PLACED)


def test_every_component_is_placed_or_used_by_another():
    words = "".join(sources("*/*.html").values())
    tags = {
        re.sub("-(.)", lambda found: found[1].upper(), tag)
        for tag in re.findall(r"<c-([\w-]+)", words)
    }
    modules = set(re.findall(r"from 'c/(\w+)'", "".join(sources("*/*.js").values())))
    modules |= set(re.findall(r"@import 'c/(\w+)'", "".join(sources("*/*.css").values())))
    assert tags | modules | set(PLACED) == {path.name for path in COMPONENTS.iterdir()}


def test_no_component_is_written_in_apex_or_brings_tests_along():
    assert list(PACKAGE.rglob("*.cls*")) == []
    assert list(COMPONENTS.rglob("__tests__")) == []


def test_what_permits_an_approval_exists():
    source = sources("trustpilotReplyBox/*.js")["trustpilotReplyBox.js"]
    (name,) = re.findall(r"@salesforce/customPermission/(\w+)", source)
    assert (PACKAGE / "customPermissions" / f"{name}.customPermission-meta.xml").is_file()


def test_the_checks_while_typing_know_the_usual_length_of_the_connector():
    source = sources("trustpilotReplyChecks/*.js")["trustpilotReplyChecks.js"]
    assert re.findall(r"LONGEST = (\d+)", source) == [str(LintRules().longest)]


def test_styles_are_written_for_both_directions():
    physical = re.compile(r"^\s*(?:margin|padding|border)?-?(?:left|right)\b\s*:", re.MULTILINE)
    assert {name for name, css in sources("*/*.css").items() if physical.search(css)} == set()
