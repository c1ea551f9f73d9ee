"""The inside of a metadata file is kept as it was written; what is no XML is told by place."""

import pytest

from connector.core.org.metadata_xml import BadXml, SourceXml, read_xml

NAMESPACE = b'xmlns="http://soap.sforce.com/2006/04/metadata"'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def test_the_inside_is_kept_line_by_line_with_its_place():
    content = b'<?xml version="1.0"?>\n<A ' + NAMESPACE + b">\n  <b>1 &amp; 2</b>\n</A>\n"
    assert read_xml(content) == SourceXml(("", "  <b>1 &amp; 2</b>", ""), 2)


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf<a>\nx\n</a>", b"<a>\r\nx\r\n</a>", b"<!-- <a> -->\n<a>\nx\n</a>\n<!-- -->"],
    ids=["a byte order mark", "line ends of Windows", "comments outside"],
)
def test_what_stands_around_the_root_does_not_matter(content):
    assert read_xml(content).lines == ("", "x", "")


def test_the_first_line_counts_the_lines_of_the_start_tag():
    assert read_xml(b"<a\n b='>'\n c='2'>\nx</a>").first_line == 3


@pytest.mark.parametrize("content", [b"<a/>", b"<a></a>", b"<a b='1' />"])
def test_an_empty_root_has_an_empty_inside(content):
    assert read_xml(content).lines == ("",)


def test_namespaces_with_a_prefix_are_told():
    content = b"<a " + NAMESPACE + b" " + XSI.encode() + b">x</a>"
    assert read_xml(content).prefixes == (XSI,)


@pytest.mark.parametrize(
    ("content", "said", "place"),
    [
        (b"", "no well-formed XML", (1, 1)),
        (b"<a>\n  <b>\n</a>", "no well-formed XML: mismatched tag", (3, 3)),
        (b"<a>\xff</a>", "no well-formed XML", (1, 4)),
        (b"<a/><b/>", "no well-formed XML: junk after document element", (1, 5)),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", "Metadata has no document type.", None),
    ],
)
def test_what_is_no_xml_is_told_with_its_place(content, said, place):
    with pytest.raises(BadXml) as refusal:
        read_xml(content)
    assert said in refusal.value.message
    assert place in {None, (refusal.value.line, refusal.value.column)}
