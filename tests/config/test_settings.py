"""What a sound configuration becomes."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest

from connector.config import SignIn, load_settings, locations
from connector.config.document import ConfigDocument
from connector.config.rules.document import RuleDocument
from connector.core.rules.grammar import Channel, Recipient, TriggerObject
from connector.core.terms.errors import ConfigurationError
from connector.core.terms.reviews import ReviewType


def test_the_example_loads_as_it_is():
    settings = load_settings(locations.example_config(), {}, require_secrets=False)

    assert [rule.on for rule in settings.invitations.rules] == list(TriggerObject)
    assert len(settings.missing_secrets) == 6


def keys_of(model):
    """Every key of a section and of the sections inside it."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        for inner in models_in(field.annotation):
            yield from keys_of(inner)


def models_in(annotation):
    if hasattr(annotation, "model_fields"):
        return [annotation]
    parts = getattr(annotation, "__args__", ())
    return [model for part in parts for model in models_in(part)]


@pytest.mark.parametrize("key", sorted(set(keys_of(ConfigDocument)) | set(keys_of(RuleDocument))))
def test_the_example_names_every_key(key):
    text = locations.example_config().read_text(encoding="utf-8")

    assert re.search(rf"(^|[\s{{])(# |- )?{key}:", text), key


def test_the_example_explains_every_key():
    lines = locations.example_config().read_text(encoding="utf-8").splitlines()
    with_value = [line for line in lines if re.match(r"\s+(- )?\w+: \S", line)]

    unexplained = [line for line in with_value if "#" not in line]
    repeated_rule_keys = r"\s+(- )?(name|on|becomes|after|as):"
    assert [line for line in unexplained if not re.match(repeated_rule_keys, line)] == []


def test_what_is_left_out_has_its_default(load, sound):
    settings = load(sound)

    assert settings.salesforce.sign_in is SignIn.CLIENT_CREDENTIALS
    assert settings.salesforce.audience == "https://login.salesforce.com"
    assert settings.trustpilot.api_url == "https://api.trustpilot.com/v1"
    assert settings.reviews.first_run == timedelta(days=30)
    assert settings.reviews.overlap == timedelta(minutes=10)
    assert settings.reviews.write_tags == ()
    assert dataclasses.astuple(settings.invitations.sender) == ("", "", "", "")
    assert dataclasses.astuple(settings.limits) == (833, 10_000, 10.0, 60.0, 4)


def test_a_rule_is_compiled_with_its_defaults(load, sound):
    (rule,) = load(sound).invitations.rules

    assert rule.enabled
    assert rule.business_unit == "shop"  # the only one
    assert rule.stage_field == "Status"
    assert rule.stages == ("Activated",)
    assert rule.to == (Recipient("bill_to"),)
    assert rule.after == timedelta(days=7)
    assert rule.channel is Channel.EMAIL
    assert rule.reference_field == "OrderNumber"
    assert rule.active_from is None


def test_a_rule_keeps_everything_that_is_written(load, sound):
    written = sound.replace("{Status: Activated}", "{Status: [Activated, Shipped]}").replace(
        "      as: email",
        "      as: business_generated_link\n      enabled: false\n      active_from: 2026-11-01\n"
        "      locale: da-DK\n      reference: {field: PoNumber}\n      tags: [Type, Account.Type]",
    )

    (rule,) = load(written.replace("to: bill_to", "to: [field Mail__c, ship_to]")).invitations.rules

    assert not rule.enabled
    assert rule.stages == ("Activated", "Shipped")
    assert rule.to == (Recipient("field", "Mail__c"), Recipient("ship_to"))
    assert rule.active_from == datetime(2026, 11, 1, tzinfo=UTC)
    assert rule.locale == "da-DK"
    assert rule.reference_field == "PoNumber"
    assert rule.tags == ("Type", "Account.Type")


@pytest.mark.parametrize("version", ["66.0", '"66.0"', "66"])
def test_an_api_version_may_be_written_with_or_without_quotes(load, sound, version):
    settings = load(sound.replace("  client_id", f"  api_version: {version}\n  client_id", 1))

    assert settings.salesforce.api_version == "66.0"


@pytest.mark.parametrize("written", ["00D000000000062", "00D000000000062EAA"])
def test_an_organization_id_is_kept_in_eighteen_characters(load, sound, written):
    settings = load(sound.replace("00D000000000062EAA", written))

    assert settings.salesforce.organization_id == "00D000000000062EAA"


def test_an_address_loses_its_trailing_slash(load, sound):
    settings = load(sound.replace("https://org.example", "https://org.example/"))

    assert settings.salesforce.login_url == "https://org.example"


def test_a_business_unit_knows_its_place_in_the_file(load, sound, tmp_path):
    (unit,) = load(sound).business_units

    assert (unit.name, unit.domain, unit.id) == ("shop", "shop.example", "")
    assert unit.place == f"{tmp_path / 'config.yaml'}:11:5"


def test_a_key_with_an_empty_value_counts_as_left_out(load, sound):
    settings = load(sound.replace("invitations:", "reviews:\ninvitations:\n  sender: {name: }"))

    assert settings.invitations.sender.name == ""
    assert settings.reviews.first_run == timedelta(days=30)


def test_the_fields_that_give_tags_are_kept_in_their_order(load, sound):
    section = "reviews: {write_tags: [Order__r.Type, Language__c]}\ninvitations:"
    settings = load(sound.replace("invitations:", section))
    assert settings.reviews.write_tags == ("Order__r.Type", "Language__c")


def test_a_mapping_beside_the_configuration_replaces_the_shipped_one(load, sound, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "object: Trustpilot_Review__c\nexternal_id: External_Id__c\nfields: {External_Id__c: id}\n",
        encoding="utf-8",
    )

    settings = load(
        sound.replace("invitations:", "reviews: {service_mapping: own.yaml}\ninvitations:")
    )

    assert len(settings.reviews.service_mapping.fields) == 1
    assert settings.reviews.service_mapping.types == (ReviewType.SERVICE,)
    assert len(settings.reviews.product_mapping.fields) > 1


def test_copies_are_read_in_their_order_and_held_against_each_other(load, sound, tmp_path):
    one = "object: {}__c\nexternal_id: Id__c\nfields: {{Id__c: {{from: id, type: Text({})}}}}\n"
    for name, text in {"a": one.format("A", 64), "b": one.format("B", 64)}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    named = sound.replace("invitations:", "reviews: {copies: [a.yaml, b.yaml]}\ninvitations:")

    settings = load(named)

    assert [each.object for each in settings.reviews.copies] == ["A__c", "B__c"]
    assert len(settings.reviews.mappings) == 4

    (tmp_path / "b.yaml").write_text("of: product\n" + one.format("A", 80), encoding="utf-8")
    (tmp_path / "a.yaml").write_text("of: service\n" + one.format("A", 64), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refusal:
        load(named)

    (problem,) = refusal.value.problems
    assert problem.file == str(tmp_path / "b.yaml")
    assert "another type in another mapping document" in problem.message


def test_an_installed_connector_finds_its_files_inside_the_package(tmp_path):
    (tmp_path / "connector" / "shipped").mkdir(parents=True)

    assert locations.shipped(tmp_path / "connector") == tmp_path / "connector" / "shipped"


def test_a_checkout_finds_its_files_beside_the_package(tmp_path):
    assert locations.shipped(tmp_path / "connector") == tmp_path


def test_settings_cannot_be_changed(load, sound):
    settings = load(sound)

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.file = "other.yaml"


def test_the_keys_of_a_rule_remember_where_they_stand(load, sound):
    settings = load(sound)
    places = settings.invitations.places

    lines = sound.splitlines()
    for key in ("becomes", "to"):
        file, line, _ = places["orders", key].rsplit(":", 2)
        assert file == settings.file
        assert lines[int(line) - 1].strip().startswith(f"{key}:")
    assert ("orders", "template") not in places
