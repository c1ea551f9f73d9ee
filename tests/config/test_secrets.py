"""Secrets come from the environment or from files, and never out again in a message."""

import base64

import pytest

from connector.core.terms.errors import ConfigurationError
from connector.wiring import run_policy

LITERAL = "tpk-0a1b2c3d4e5f"


def test_a_literal_secret_is_refused_and_not_repeated(problems_of, sound):
    (problem,) = problems_of(sound.replace("{env: TP_KEY}", LITERAL))

    assert (problem.line, problem.column) == (7, 12)
    assert "never stands in this file" in problem.message
    assert LITERAL not in str(problem)


@pytest.mark.parametrize(
    ("reference", "place", "message"),
    [
        ("{}", (7, 12), "exactly one of `env` and `file`"),
        ("{env: A, file: b}", (7, 12), "exactly one of `env` and `file`"),
        (f"{{env: {LITERAL}}}", (7, 18), "must be the name of an environment variable"),
        (f"{{environ: {LITERAL}}}", (7, 13), "`environ` is not a key"),
        (f"[{LITERAL}]", (7, 12), "never stands in this file"),
        ("12345", (7, 12), "never stands in this file"),
    ],
)
def test_a_secret_is_named_by_exactly_one_place(problems_of, sound, reference, place, message):
    (problem, *_) = problems_of(sound.replace("{env: TP_KEY}", reference))

    assert (problem.line, problem.column) == place
    assert message in problem.message
    assert LITERAL not in str(problem)


def test_secrets_are_read_from_the_environment_and_hidden(load, sound, environ):
    settings = load(sound)

    assert settings.trustpilot.api_secret.get_secret_value() == "emulated-api-secret"
    assert settings.missing_secrets == ()
    assert not [value for value in environ.values() if value in repr(settings)]


def test_a_secret_file_stands_beside_the_configuration(load, sound, tmp_path):
    (tmp_path / "key.txt").write_text("from-a-file\n", encoding="utf-8")

    settings = load(sound.replace("{env: TP_KEY}", "{file: key.txt}"))

    assert settings.trustpilot.api_key.get_secret_value() == "from-a-file"


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_secret_file_without_a_secret_is_missing(problems_of, sound, tmp_path, content, trouble):
    if content is not None:
        (tmp_path / "key.txt").write_bytes(content)

    (problem,) = problems_of(sound.replace("{env: TP_KEY}", "{file: key.txt}"))

    assert problem.message == f"The secret `api_key` is missing: the file key.txt {trouble}."


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_absent_or_empty_variable_is_missing(problems_of, sound, environ, value):
    environ.pop("SF_SECRET")
    changed = environ if value is None else {**environ, "SF_SECRET": value}

    (problem,) = problems_of(sound, changed)

    assert (problem.line, problem.column) == (5, 18)
    assert "the environment variable SF_SECRET is not set" in problem.message


def test_missing_secrets_are_listed_when_they_are_not_required(load, sound):
    settings = load(sound, {}, require_secrets=False)

    assert [each.line for each in settings.missing_secrets] == [4, 5, 7, 8, 14, 15]
    assert settings.salesforce.client_secret.get_secret_value() == ""
    assert settings.business_units[0].link_keys.encryption == b""


def test_only_the_secrets_of_the_chosen_sign_in_are_needed(load, sound, environ, tmp_path):
    (tmp_path / "org.pem").write_text("an emulated key", encoding="utf-8")
    jwt = "sign_in: jwt\n  username: c@shop.example\n  private_key: {file: org.pem}\n  client_id"
    environ.pop("SF_SECRET")

    settings = load(sound.replace("client_id", jwt, 1), environ)

    assert settings.salesforce.private_key.get_secret_value() == "an emulated key"
    assert settings.salesforce.client_secret.get_secret_value() == ""


def test_link_keys_are_decoded_when_read(load, sound):
    keys = load(sound).business_units[0].link_keys

    assert keys.encryption == b"a" * 32
    assert keys.authentication == b"b" * 32


def test_link_keys_show_in_no_repr(load, sound):
    settings = load(sound)

    shown = repr(settings) + repr(run_policy(settings))
    assert "UnitPolicy(" in shown
    assert "aaaa" not in shown
    assert "bbbb" not in shown


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (base64.b64encode(b"k" * 24).decode(), "decodes to 24 bytes"),
        (base64.b64encode(b"k" * 33).decode(), "decodes to 33 bytes"),
        ("not base64!", "is not base64"),
    ],
)
def test_a_wrong_link_key_is_refused_without_showing_it(
    problems_of, sound, environ, value, message
):
    changed = {**environ, "LINK_B": value}

    (problem,) = problems_of(sound, changed, require_secrets=False)

    assert (problem.line, problem.column) == (15, 23)
    assert message in problem.message
    assert value not in str(problem)


def test_no_message_repeats_an_address_or_a_password(load, sound, environ):
    wrong = sound.replace("bill_to", "someone@example.com").replace(
        "https://org.example", "https://user:hunter2@org.example"
    )

    with pytest.raises(ConfigurationError) as refusal:
        load(wrong, environ)

    assert "someone" not in str(refusal.value)
    assert "hunter2" not in str(refusal.value)
