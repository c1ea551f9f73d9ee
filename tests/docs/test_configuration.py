"""docs/configuration.md has every key of the configuration and no other, with its default."""

import ast
import inspect
import re
from datetime import date, timedelta
from enum import Enum
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from connector.config import load_settings
from connector.config.document import ConfigDocument, Method
from connector.config.mapping import CopyDocument, MappingDocument
from connector.config.products import ProductMappingDocument
from connector.config.rules.checks import PlacedRule, UnitFacts, rule_checks
from connector.config.rules.document import RuleDocument
from connector.config.rules.parts import Leads, SharedKeys
from connector.config.secrets import SecretReference
from connector.config.settings import SignIn
from connector.config.terms.yaml_source import YamlSource
from connector.config.terms.zones import find_zone
from connector.core.cases.rules import TEMPLATE_WORDS, UNIT_WORD
from connector.core.mapping.declarations import OBJECT_OF, TYPES
from connector.core.mapping.faults import SOURCES, WRITTEN_BY_FLOWS
from connector.core.mapping.transforms import EXAMPLES, TRANSFORMS, parse_transform
from connector.core.products.mapping import CUSTOM, TRUSTPILOT_FIELDS
from connector.core.rules.grammar import (
    PRODUCT_LINES,
    PRODUCT_WORDS,
    RECIPIENT_WORDS,
    REFERENCE_FIELDS,
    STAGE_FIELDS,
    Channel,
    ConsentSource,
    Hold,
    IfLeft,
    Include,
    Send,
    TriggerObject,
    parse_duration,
    parse_sample,
)
from connector.core.terms.reviews import ReviewType
from connector.gateways.trustpilot import product_wire as trustpilot_product_wire
from connector.gateways.trustpilot import service_wire as trustpilot_service_wire

PAGE = "docs/configuration.md"
RULES = "docs/rules.md"


def model_in(annotation):
    """The section that a key holds, and whether it holds a list of them."""
    if isinstance(annotation, type):
        section = issubclass(annotation, BaseModel) and annotation is not SecretReference
        return (annotation, False) if section else (None, False)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return model_in(arguments[0])
    if origin in (Union, UnionType, tuple):
        found = next((model for each in arguments if (model := model_in(each)[0])), None)
        return found, origin is tuple
    return None, False


def keys_of(model, prefix=""):
    """Every key below a section, by its path; a list shows as `[]`."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        yield path, field
        inner, is_list = model_in(field.annotation)
        if inner:
            yield from keys_of(inner, f"{path}[]." if is_list else f"{path}.")


def is_told_with_the_rules(path):
    """Whether this is the long form of a key that rules and their defaults share."""
    section, _, key = path.partition("invitations.defaults.")
    return not section and key.partition(".")[0] in SharedKeys.model_fields and "." in key


KEYS = {path: key for path, key in keys_of(ConfigDocument) if not is_told_with_the_rules(path)}
SECTIONS = (
    "salesforce",
    "trustpilot",
    "business_units",
    "reviews",
    "invitations",
    "replies",
    "cases",
    "products",
    "limits",
)


def documented(page):
    """Every documented key by its path, with the cells of its row."""
    found = {
        f"{table.heading}.{row[0].strip('`')}": row
        for table in page(PAGE).tables
        if table.header == ("key", "meaning", "default")
        for row in table.rows
    }
    return found | {f"invitations.rules[].{row[0].strip('`')}": row for row in rows_of_rules(page)}


def rows_of_rules(page):
    """The rows of all tables of keys in the page of the rules."""
    tables = page(RULES).tables
    return [row for each in tables if each.header[-1] == "example" for row in each.rows]


def test_every_key_is_documented_and_every_documented_key_exists(page):
    assert set(documented(page)) | set(SECTIONS) == set(KEYS)


def test_every_key_of_a_rule_is_documented_once(page):
    names = [row[0] for row in rows_of_rules(page)]
    assert sorted(names) == sorted(set(names))


ORDER_RULE = {
    "name": "orders",
    "on": "Order",
    "becomes": {"Status": "Activated"},
    "to": "bill_to",
    "after": "7 days",
    "as": "email",
}


def test_the_example_of_every_key_holds_the_key_and_is_a_sound_rule(page):
    for key, *_, cell in rows_of_rules(page):
        example = YAML(typ="safe").load(cell.strip("`"))
        top, *below = key.strip("`").split(".")
        assert all(word in str(example) for word in (top, *below)), key
        document = RuleDocument.model_validate(ORDER_RULE | as_configured(example))
        unit = UnitFacts("shop", None, has_link_keys=True)
        placed = PlacedRule(YamlSource("", {}, CommentedMap()), (), document, [unit])
        assert list(rule_checks(placed)) == [], key


def as_configured(example):
    """A day is text in a configuration, whatever another reader of YAML makes of it."""
    return {key: str(each) if isinstance(each, date) else each for key, each in example.items()}


def test_every_condition_that_the_page_shows_is_one(page):
    for cell in page(RULES).table("written").column():
        assert RuleDocument.model_validate(ORDER_RULE | YAML(typ="safe").load(cell)).conditions


def test_the_words_of_products_stand_in_the_page(page):
    lines = page(RULES).prose.splitlines()
    (line,) = [line for line in lines if line.startswith("Words for `products.fields`:")]
    assert tuple(re.findall(r"`(\w+)`", line)) == PRODUCT_WORDS


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("send", Send),
        ("consent.source", ConsentSource),
        ("consent.leads", Leads),
        ("if_left", IfLeft),
        ("hold", Hold),
    ],
)
def test_the_words_of_a_rule_stand_in_the_page(key, words, page):
    cell = documented(page)[f"invitations.rules[].{key}"][1]
    assert re.findall(r"`(\w+)`", cell) == [each.value for each in words]


def test_the_methods_of_a_business_unit_stand_in_the_page(page):
    cell = documented(page)["business_units[].method"][1]
    assert re.findall(r"`(\w+)`", cell)[:-1] == [each.value for each in Method]


def test_what_a_rule_may_include_stands_in_the_page(page):
    cell = documented(page)["invitations.rules[].include"][1]
    assert [word for word in re.findall(r"`(\w+)`", cell) if "_" in word] == list(Include)


@pytest.mark.parametrize("path", sorted(set(KEYS) - set(SECTIONS)))
def test_the_last_column_tells_which_keys_are_needed(path, page):
    cell = documented(page)[path][2]
    assert cell.startswith("needed") == KEYS[path].is_required()


@pytest.mark.parametrize("path", sorted(set(KEYS) - set(SECTIONS)))
def test_the_default_in_the_page_is_the_default(path, page):
    cell, default = documented(page)[path][2], KEYS[path].default
    written = re.fullmatch(r"`(.*)`", cell)
    if path.endswith(".sample"):
        assert parse_sample(written[1]) == default
    elif isinstance(default, timedelta):
        assert parse_duration(written[1]) == default
    elif isinstance(default, bool):
        assert written[1] == str(default).lower()
    elif isinstance(default, Enum):
        assert written[1] == default.value
    elif isinstance(default, int) or (isinstance(default, str) and default):
        assert written[1] == str(default)
    else:
        assert written is None


def test_every_key_stands_in_the_example_also_those_that_are_not_needed_there(root):
    text = (root / "config.example.yaml").read_text(encoding="utf-8")
    names = {path.split(".")[-1].removesuffix("[]") for path in KEYS}
    assert names <= set(re.findall(r"(?:^|[\s{#-])([a-z_0-9]+):", text, re.MULTILINE))


def test_the_example_loads(root):
    settings = load_settings(root / "config.example.yaml", {}, require_secrets=False)
    assert len(settings.invitations.rules) == len(TriggerObject)


def test_a_secret_is_named_by_the_words_in_the_page(page):
    assert page(PAGE).under("Secrets").column() == list(SecretReference.model_fields)


def test_the_ways_to_sign_in_stand_in_the_page(page):
    cell = documented(page)["salesforce.sign_in"][1]
    assert re.findall(r"`(\w+)`", cell) == [each.value for each in SignIn]


def test_the_channels_stand_in_the_page(page):
    cell = documented(page)["invitations.rules[].as"][1]
    assert re.findall(r"`(\w+)`", cell) == [each.value for each in Channel]


def test_the_objects_of_rules_stand_in_the_page(page):
    table = page(RULES).table("`on`")
    assert table.column() == [each.value for each in TriggerObject]
    assert table.column(1) == [STAGE_FIELDS[each] for each in TriggerObject]
    assert table.column(3) == [REFERENCE_FIELDS[each] for each in TriggerObject]
    assert table.column(4) == [PRODUCT_LINES.get(each, "none") for each in TriggerObject]


def test_the_recipients_of_each_object_stand_in_the_page(page):
    cells = page(RULES).table("`on`").column(2)
    assert [tuple(cell.split(", ")) for cell in cells] == list(RECIPIENT_WORDS.values())


def test_every_recipient_is_explained(page):
    words = {word for each in RECIPIENT_WORDS.values() for word in each}
    assert set(page(RULES).table("recipient").column()) == words


def test_the_words_of_templates_stand_in_the_page(page):
    lines = page(PAGE).prose.splitlines()
    (line,) = [line for line in lines if line.startswith("Words for templates:")]
    assert re.findall(r"`(\w+)`", line) == sorted([*TEMPLATE_WORDS, UNIT_WORD])


def test_every_word_of_templates_but_the_unit_is_a_word_of_a_review():
    assert set(TEMPLATE_WORDS) <= set(SOURCES)


def test_the_keys_of_a_mapping_stand_in_the_page(page):
    table = page(PAGE).under("Mapping documents")
    assert table.column() == list(CopyDocument.model_fields)


def test_the_keys_of_a_product_document_stand_in_the_page(page):
    table = page(PAGE).table("key of a product document")
    assert table.column() == list(ProductMappingDocument.model_fields)


def test_every_line_that_the_page_shows_for_a_product_document_is_yaml(page):
    for line in page(PAGE).table("a line of a product document").column():
        assert ProductMappingDocument.model_validate({"fields": YAML(typ="safe").load(line)})


def test_the_fields_of_the_catalogue_stand_in_the_page(page):
    lines = page(PAGE).prose.splitlines()
    (line,) = [line for line in lines if line.startswith("Fields of the catalogue:")]
    assert re.findall(r"`([\w.]+)`", line) == [*TRUSTPILOT_FIELDS, f"{CUSTOM}NAME"]


def test_every_line_that_the_page_shows_for_a_field_is_yaml(page):
    lines = page(PAGE).table("a field's line").column()
    fields = {key: each for line in lines for key, each in YAML(typ="safe").load(line).items()}
    mapping = {"object": "Trustpilot_Review__c", "external_id": "External_Id__c", "fields": fields}
    assert len(MappingDocument.model_validate(mapping).fields) == len(lines)


def test_every_word_of_a_review_is_documented_with_its_kind(page):
    rows = page(PAGE).under("Words of a review").rows
    words = {row[0].strip("`"): row[1].partition(":")[0] for row in rows}
    assert words == {word: source.kind.value for word, source in SOURCES.items()}


@pytest.mark.parametrize("kind", ReviewType)
def test_the_page_tells_which_words_each_type_of_review_has(kind, page):
    rows = page(PAGE).under("Words of a review").rows
    column = 2 if kind is ReviewType.SERVICE else 3
    assert {row[column] for row in rows} == {"yes", "no"}
    claimed = {row[0].strip("`") for row in rows if row[column] == "yes"}
    assert claimed == words_filled_by(kind)


def words_filled_by(kind):
    """The words that the wire module of this type makes or replaces, read from its source."""
    wire = trustpilot_service_wire if kind is ReviewType.SERVICE else trustpilot_product_wire
    calls = [each for each in ast.walk(ast.parse(inspect.getsource(wire))) if called(each)]
    return {keyword.arg for each in calls for keyword in each.keywords}


def called(node):
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return is_call and node.func.id in {"Review", "replace"}


def test_every_transform_is_documented_with_what_it_takes(page):
    rows = page(PAGE).under("Transforms").rows
    takes = {row[0].strip("`"): row[1] for row in rows}
    assert set(takes) == {*TRANSFORMS, *EXAMPLES}
    assert takes == {name: parse_transform(name, find_zone).takes.value for name in takes}


def test_every_type_of_an_own_field_is_documented(page):
    assert page(PAGE).under("Fields of your own").column() == list(TYPES)


def test_every_record_that_a_lookup_may_take_is_documented(page):
    table = page(PAGE).under("Lookups")
    assert table.column() == [each.value for each in OBJECT_OF]
    assert [cell.split()[-1] for cell in table.column(1)] == list(OBJECT_OF.values())


def test_the_fields_that_a_mapping_must_not_write_stand_in_the_page(page):
    (line,) = [line for line in page(PAGE).prose.splitlines() if "are refused in a mapping" in line]
    assert set(re.findall(r"`(\w+)`", line)) == WRITTEN_BY_FLOWS
