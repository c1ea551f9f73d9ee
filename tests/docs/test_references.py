"""What a page refers to is there: files, headings, make targets, statuses; and nothing private."""

import re
from pathlib import PurePosixPath

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
RESERVED = re.compile(r"(?:.*\.)?(?:example\.(?:com|org|net)|[\w-]+\.example|example)")
MACHINE = re.compile(r"(?:/(?:home|root|Users|work|tmp|mnt)/|\b[A-Z]:\\)")


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_relative_link_leads_to_a_file(each_page, root):
    targets = [link.partition("#")[0] for link in LINK.findall(each_page.prose)]
    local = [target for target in targets if target and "://" not in target]
    folder = (root / each_page.name).parent
    assert [target for target in local if not (folder / target).exists()] == []


def test_every_link_to_a_heading_finds_it(each_page, root, page):
    folder = PurePosixPath(each_page.name).parent
    for link in LINK.findall(each_page.prose):
        target, _, wanted = link.partition("#")
        if not wanted or "://" in link:
            continue
        path = (root / folder / target).resolve() if target else root / each_page.name
        headings = page(path.relative_to(root).as_posix()).headings
        assert wanted in [anchor(heading) for heading in headings], link


def test_every_page_below_docs_can_be_reached_from_the_readme(pages):
    links = {page.name: linked_from(page) for page in pages}
    reached, waiting = set(), {"README.md"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= (links.get(name, set()) & set(links)) - reached
    assert {name for name in links if name.startswith("docs/")} <= reached


def linked_from(page):
    folder = PurePosixPath(page.name).parent
    targets = [link.partition("#")[0] for link in LINK.findall(page.prose) if "://" not in link]
    return {normal(folder / target) for target in targets if target}


def normal(path):
    parts = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def test_every_make_target_that_a_page_names_exists(each_page, root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    typed = re.compile(r"^(?:\S+ )*make ([a-z-]+)$", re.MULTILINE)
    named = {name for piece in each_page.code for name in typed.findall(piece)}
    assert named <= targets


def test_every_make_target_is_explained_to_contributors(page, root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)) - {"help"}
    listed = page("CONTRIBUTING.md").table("command").column()
    assert set(listed) == {f"make {target}" for target in targets}


def test_every_object_and_field_that_a_page_names_is_in_the_package(each_page, root):
    package = root / "salesforce" / "main" / "default"
    known = {path.name.split(".")[0] for path in package.rglob("*-meta.xml")}
    named = {name for piece in each_page.code for name in re.findall(r"\b\w+__c\b", piece)}
    assert named - {"Number__c", "Region__c", "Review_Id__c"} <= known


def test_every_permission_set_that_a_page_names_is_in_the_package(each_page, root):
    folder = root / "salesforce" / "main" / "default" / "permissionsets"
    known = {path.name.split(".")[0] for path in folder.iterdir()}
    named = re.findall(r"permset --name (\w+)", each_page.text)
    assert set(named) <= known


def test_every_path_of_the_repository_that_a_page_names_exists(each_page, root):
    folders = "connector|mappings|salesforce|tests|docs"
    spans = [span for span in each_page.code if re.fullmatch(rf"(?:{folders})/[\w./-]*", span)]
    assert [span for span in spans if not (root / span).exists()] == []


def test_no_page_holds_an_address_outside_the_reserved_domains(each_page):
    domains = EMAIL.findall(each_page.text)
    assert [domain for domain in domains if not RESERVED.fullmatch(domain)] == []


def test_the_example_configuration_holds_no_address_outside_the_reserved_domains(root):
    domains = EMAIL.findall((root / "config.example.yaml").read_text(encoding="utf-8"))
    assert domains
    assert [domain for domain in domains if not RESERVED.fullmatch(domain)] == []


def test_no_page_holds_a_path_of_somebodys_machine(each_page):
    assert MACHINE.findall(each_page.text) == []


def test_prose_has_one_sentence_a_line(each_page):
    lines = [line for line in each_page.prose.splitlines() if not line.startswith(("|", "<!--"))]
    ends = re.compile(r"[a-z)`][.!?] [A-Z]")
    listed = re.compile(r"^\s*(?:[-*]|\d+\.) ")
    assert [line for line in lines if ends.search(line) and not listed.match(line)] == []


def test_where_things_go_names_a_place_and_what_follows_for_each(page):
    rows = page("CONTRIBUTING.md").table("what you add").rows
    assert {row[0].partition(" ")[2] for row in rows} >= {
        "transform",
        "word of a review",
        "command",
    }
    for what, where, follows in rows:
        assert re.search(r"`connector/[\w/.]+`", where), what
        assert re.findall(r"`[\w/.]+`", follows), what


def test_every_name_that_contributors_are_sent_to_stands_in_its_file(page, root):
    sent = re.compile(r"`(\w+)` in `(connector/[\w/.]+\.py)`")
    named = sent.findall(page("CONTRIBUTING.md").prose)
    assert named
    assert [
        (name, path)
        for name, path in named
        if not re.search(
            rf"^(?:class |def )?{name}\b", (root / path).read_text("utf-8"), re.MULTILINE
        )
    ] == []
