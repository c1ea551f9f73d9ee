"""Lists of addresses and domains: an entry is understood or refused, and never matches nobody."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.config.terms.listed import listed_address, listed_domain, out_of_reach
from connector.core.invitations.checks import OF_PERSON, first_objection
from connector.core.invitations.facts import Asking, Courtesy, Surroundings
from connector.core.invitations.reach import Reach
from connector.core.invitations.recipients import Candidate
from tests.config.test_refused_rules import told

WRITTEN = [
    '"quoted@customer.example"',
    "'quoted@customer.example'",
    "\u201cquoted@customer.example\u201d",
    "quoted@customer.example,",
    "quoted@customer.example;;",
    '"quoted@customer.example",,',
    "Name <quoted@customer.example>",
    '"Last, First" <quoted@customer.example>;',
    "<mailto:quoted@customer.example>",
    "MailTo:Quoted@Customer.Example",
    "\u00a0quoted@customer.example\u00a0",
    "\ufeffquoted@customer.example",
    "quoted@customer.example.",
]

DOMAINS = ["B\u00fccher.Example", "xn--bcher-kva.example.", '"b\u00fccher.example",']

REFUSED = [
    "@customer.example",
    "*@customer.example",
    "*.customer.example",
    "a*@customer.example",
    "https://customer.example",
    "a@customer.example,Anna",
    "a@customer.example;b@customer.example",
    '"a@customer.example","Anna"',
    "a@customer.example\tAnna",
    "a@customer.example <b@customer.example>",
    "a\u200bb@customer.example",
    "mailto:a@customer.example?subject=Hello",
    "a@customer@example",
    '"a@customer.example',
    "E-mail",
    "",
    None,
    7,
]

AROUND = [*WRITTEN, "quoted@customer.example", "QUOTED@CUSTOMER.EXAMPLE\u3002"]


def objection(email, **reach):
    who = Candidate("bill_to", email, "Anna", "003A", ())
    around = Surroundings("00D", Reach(**{key: frozenset(of) for key, of in reach.items()}))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    found = first_objection(OF_PERSON, Asking(who, around, now, "own", Courtesy()))
    return found.code if found else ""


@pytest.mark.parametrize("entry", WRITTEN)
def test_an_address_is_understood_however_written(entry):
    assert out_of_reach(entry) == listed_address(entry) == "quoted@customer.example"


@pytest.mark.parametrize("entry", DOMAINS)
def test_a_domain_is_understood_however_written(entry):
    assert out_of_reach(entry) == listed_domain(entry) == "xn--bcher-kva.example"


@pytest.mark.parametrize("entry", REFUSED, ids=repr)
@pytest.mark.parametrize("read", [out_of_reach, listed_address, listed_domain])
def test_what_would_match_nobody_is_refused(read, entry):
    with pytest.raises(ValueError, match=r"\w+\.example`") as refused:
        read(entry)

    assert not entry or str(entry).strip("*@") == "customer.example" or (
        str(entry) not in str(refused.value)
    )  # fmt: skip


def test_lists_of_addresses_and_of_domains_are_told_apart():
    with pytest.raises(ValueError, match="not an e-mail address"):
        listed_address("customer.example")
    with pytest.raises(ValueError, match="A domain is written"):
        listed_domain("a@customer.example")


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("*@customer.example", "A whole domain is written without `@` and `*`"),
        ("a@customer.example,Anna", "more here than one entry"),
        ("E-mail", "neither an e-mail address nor a domain"),
    ],
)
def test_a_refusal_shows_how_to_write_it(entry, sentence):
    with pytest.raises(ValueError, match=sentence.replace("*", r"\*")):
        out_of_reach(entry)


NAMES = st.text("aZ0\u00e9\u00c9._+-#'", min_size=1, max_size=6)
HOSTS = st.sampled_from(
    [
        "customer.example",
        "B\u00fccher.example",
        "xn--bcher-kva.example",
        "a_b.example",
        "a--b.example",
    ]
)
SPELLINGS = st.sampled_from(
    [
        str,
        str.upper,
        str.lower,
        "{}.".format,
        " {}\u00a0".format,
        "<{}>".format,
        '"{}"'.format,
        "Anna <{}>".format,
        "mailto:{}".format,
        "{},;".format,
        "\ufeff{}".format,
    ]
)


@given(name=NAMES, host=HOSTS, listed=SPELLINGS, held=st.lists(SPELLINGS, max_size=2))
def test_whoever_is_listed_is_never_asked_however_spelled(name, host, listed, held):
    plain = f"{name}@{host}"
    try:
        address, domain = out_of_reach(listed(plain)), out_of_reach(listed(host))
    except ValueError:
        return
    email = plain
    for each in held:
        email = each(email)

    assert objection(email, suppressed={address}) == "suppressed"
    assert objection(email, suppressed={domain}) == "suppressed"
    assert objection(email, own_domains={domain}) == "own_domain"
    assert not objection(email, canary={address})


@given(entry=st.text("ab@.,;<>\"'*#: \t\u00a0\ufeffmailto"), email=st.text("ab@.", max_size=9))
def test_every_accepted_entry_matches_what_it_names(entry, email):
    try:
        found = out_of_reach(entry)
    except ValueError:
        return

    who = found if "@" in found else f"{email.strip('@.') or 'a'}@{found}"
    assert objection(who, suppressed={found}) == "suppressed"


def test_a_listed_file_of_a_spreadsheet_is_understood(load, sound, tmp_path):
    lines = '"a@customer.example"\nB@customer.example,,\nc#d@customer.example # no\nx.example#y\n'
    (tmp_path / "list.csv").write_text(lines, encoding="utf-8-sig")

    text = sound.replace("invitations:\n", "invitations:\n  suppress: {file: list.csv}\n")

    assert load(text).invitations.reach.suppressed == {
        "a@customer.example",
        "b@customer.example",
        "c#d@customer.example",
        "x.example",
    }


def test_a_file_with_columns_is_refused_line_by_line(problems_of, sound, tmp_path):
    (tmp_path / "list.csv").write_text("email,name\na@customer.example,Anna\n", encoding="utf-8")

    problems = problems_of(
        sound.replace("invitations:\n", "invitations:\n  suppress: {file: list.csv}\n")
    )

    assert told(problems) == [(1, 1), (2, 1)]
    assert "Anna" not in " ".join(each.message for each in problems)


def test_lists_in_the_configuration_are_compared_alike(load, sound):
    lists = (
        "  own_domains: [B\u00fccher.example, 'SHOP.example.']\n"
        "  suppress: ['<A@b\u00fccher.example>']\n  canary: ['Anna <T@Shop.example>,']\n"
    )

    reach = load(sound.replace("invitations:\n", f"invitations:\n{lists}")).invitations.reach

    assert reach.own_domains == {"xn--bcher-kva.example", "shop.example"}
    assert reach.suppressed == {"a@xn--bcher-kva.example"}
    assert reach.canary == {"t@shop.example"}


@pytest.mark.parametrize("key", ["suppress", "own_domains", "canary"])
def test_an_entry_that_is_refused_has_its_place(problems_of, sound, key):
    entries = f"  {key}: ['*@customer.example']\n"

    problems = problems_of(sound.replace("invitations:\n", f"invitations:\n{entries}"))

    assert told(problems) == [(17, len(key) + 6)]
