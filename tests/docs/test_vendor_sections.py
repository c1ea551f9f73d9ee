"""A section that a comment names is one that docs/vendors.md explains."""

import ast
import io
import re
import tokenize

import pytest

PAGE = "docs/vendors.md"
VENDORS = ("Salesforce", "Trustpilot")
NUMBER = r"\d+(?:\.\d+)?"
WORD = rf"(?<!of )\b({'|'.join(VENDORS)}|(?i:reference)(?: section)?)"
NAMED = re.compile(rf"{WORD} ({NUMBER})(?: and ({NUMBER}))?(?=[:.,;)]|$| \()")
"""A number that ends a clause, `Salesforce 4.4:`, and counts nothing: "ids of Trustpilot 24."."""


@pytest.fixture(scope="module")
def sections(page):
    return {vendor: page(PAGE).table(vendor).column() for vendor in VENDORS}


@pytest.fixture(scope="module")
def named(root):
    files = sorted(root.glob("connector/**/*.py"))
    return [
        (path.relative_to(root).as_posix(), word, number)
        for path in files
        for remark in remarks(path.read_text(encoding="utf-8"))
        for word, *numbers in NAMED.findall(remark)
        for number in filter(None, numbers)
    ]


def remarks(source):
    """Every comment, those of following lines as one, and every text that stands by itself."""
    lines = io.StringIO(source).readline
    found = [each for each in tokenize.generate_tokens(lines) if each.type == tokenize.COMMENT]
    yield " ".join(each.string.lstrip("# ") for each in found)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield " ".join(text.split())


def meant(path, word):
    """The vendors that a word can mean: "reference" means the one that the folder names."""
    if word in VENDORS:
        return {word}
    return {vendor for vendor in VENDORS if f"/{vendor.lower()}/" in path} or {*VENDORS}


def test_every_section_that_a_comment_names_exists(named, sections):
    wrong = [
        (path, word, number)
        for path, word, number in named
        if not any(number in sections[vendor] for vendor in meant(path, word))
    ]
    assert wrong == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_comments_name_sections_of_both_vendors(vendor, named):
    assert vendor in {word for _, word, _ in named}


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_section_stands_once_in_its_order(vendor, sections):
    numbers = [tuple(map(int, number.split("."))) for number in sections[vendor]]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_section_says_what_it_is_about(vendor, page):
    assert all(subject for _, subject, *_ in page(PAGE).table(vendor).rows)
