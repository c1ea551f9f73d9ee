# ruff: noqa: S608 - this is SOQL for the emulated org
import pytest

from connector.emulator.salesforce.rows.errors import ApiError


@pytest.fixture
def shelf(org, add_gadget, clock):
    """Four gadgets, one minute apart; the last one is empty."""
    shop = org.insert("Shop__c", {"Name": "Corner", "Key__c": "s1"})
    made = [
        add_gadget(Key__c="a", Title__c="Apple", Size__c=1, Day__c="2026-03-09", Shop__c=shop),
        add_gadget(Key__c="b", Title__c="apple pie", Size__c=2, Day__c="2026-03-10"),
        add_gadget(Key__c="c", Title__c="50% off_it's", Size__c=3, Colours__c="Red;Ünique"),
    ]
    clock.advance(60)
    made.append(add_gadget(Flag__c=False, Kind__c="Square"))
    return dict(zip("abcd", made, strict=True))


def found(org, where, names="abcd", **options):
    rows = org.query(f"SELECT Name FROM Gadget__c WHERE {where}", **options)
    return "".join(sorted(names[int(row["Name"][2:]) - 1] for row in rows))


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Title__c = 'APPLE'", "a"),  # text ignores case
        ("Key__c = 'A'", ""),  # a case-sensitive key does not
        ("Key__c != 'a'", "bcd"),  # not equal finds empty fields
        ("Key__c <> 'a'", "bcd"),
        ("Size__c > 1", "bc"),
        ("Size__c >= 1.0 AND Size__c < 3", "ab"),
        ("Size__c <= 1", "a"),
        ("Size__c = null", "d"),
        ("Size__c != NULL", "abc"),
        ("Title__c = ''", "d"),  # empty text is null
        ("Size__c < null", ""),
        ("Title__c LIKE 'apple%'", "ab"),
        ("Title__c LIKE '_pple'", "a"),
        (r"Title__c LIKE '50\% off\_it\'s'", "c"),  # LIKE's own escapes
        (r"Title__c LIKE '%\\%'", ""),  # a literal backslash
        ("NOT Title__c LIKE 'apple%'", "cd"),  # so does a negation
        ("(NOT (Size__c > 1))", "ad"),
        ("Key__c IN ('a', 'c', 'zz')", "ac"),
        ("Key__c IN ('a', null)", "ad"),
        ("Key__c NOT IN ('a')", "bcd"),
        ("Size__c IN (1, 3)", "ac"),
        ("Flag__c = TRUE", "abc"),
        ("Flag__c != true", "d"),
        ("Size__c = 1 OR Size__c = 2", "ab"),
        ("(Size__c = 1 OR Size__c = 2) AND Key__c = 'b'", "b"),
        ("Day__c = 2026-03-10", "b"),
        ("Day__c = TODAY", "b"),
        ("Day__c = YESTERDAY", "a"),
        ("Day__c < TODAY", "a"),
        ("Day__c >= TODAY", "b"),
        ("Day__c > TODAY", ""),
        ("Day__c <= TODAY", "ab"),
        ("Day__c != TODAY", "acd"),
        ("Day__c = LAST_N_DAYS:1", "ab"),
        ("Day__c = N_DAYS_AGO:1", "a"),
        ("Day__c = NEXT_N_DAYS:3", ""),
        ("Day__c = TOMORROW", ""),
        ("CreatedDate = TODAY", "abcd"),
        ("CreatedDate > 2026-03-10T12:00:00Z", "d"),
        ("CreatedDate > 2026-03-10T13:00:00+01:00", "d"),
        ("CreatedDate >= 2026-03-10T13:00:00+0100", "abcd"),
        ("CreatedDate > 2026-03-10T12:00:00.500Z", "d"),  # stamps have whole seconds
        ("SystemModstamp > 2026-03-10T12:00:00Z OR SystemModstamp = 2026-03-10T12:00:00Z", "abcd"),
        ("Colours__c INCLUDES ('red')", "c"),
        ("Colours__c INCLUDES ('Red;Green', 'Ünique')", "c"),
        ("Colours__c INCLUDES ('Red;Green')", ""),
        ("Colours__c EXCLUDES ('Red') AND Key__c != 'a'", "bd"),
        ("Shop__r.Name = 'corner'", "a"),
        ("Shop__r.Name != 'Corner'", "bcd"),
        ("Shop__r.Key__c = null", "bcd"),
        ("Owner.Name LIKE 'Integration%'", "abcd"),
        ("Shop__c IN (SELECT Id FROM Shop__c WHERE Key__c = 's1')", "a"),
        ("Shop__c NOT IN (SELECT Id FROM Shop__c)", "bcd"),
        ("Kind__c = 'square'", "d"),
        ("Gadget__c.Size__c = 2", "b"),  # the object's own name as prefix
    ],
)
def test_a_filter_finds(org, where, names):
    assert found(org, where) == names


def test_an_id_filter_takes_both_forms(org, shelf):
    assert found(org, f"Id = '{shelf['b'][:15]}'") == "b"
    assert found(org, f"Id IN ('{shelf['b']}', '{shelf['c'][:15]}')") == "bc"
    assert found(org, f"Id > '{shelf['b']}'") == "cd"


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("Size__c", "dabc"),  # empty fields first
        ("Size__c DESC", "dcba"),
        ("Size__c DESC NULLS LAST", "cbad"),
        ("Size__c ASC NULLS LAST", "abcd"),
        ("Title__c NULLS LAST", "cabd"),
        ("CreatedDate DESC, Size__c DESC", "dcba"),
        ("SystemModstamp, Id", "abcd"),
        ("Shop__r.Name NULLS LAST, Name DESC", "adcb"),
    ],
)
def test_rows_come_ordered(org, order, names):
    rows = org.query(f"SELECT Name FROM Gadget__c ORDER BY {order}")
    assert "".join("abcd"[int(row["Name"][2:]) - 1] for row in rows) == names


@pytest.mark.usefixtures("shelf")
def test_limit_and_offset_cut_the_result(org):
    rows = org.query("SELECT Key__c FROM Gadget__c ORDER BY Key__c NULLS LAST LIMIT 2 OFFSET 1")
    assert [row["Key__c"] for row in rows] == ["b", "c"]


def test_the_keyset_cursor_walks_every_row_once(org, add_gadget, clock):
    made = []
    for number in range(25):
        made.append(add_gadget())
        clock.advance(number % 3)  # many ties
    seen, stamp, last = [], "2000-01-01T00:00:00.000+0000", "a00Qk0000000000AAA"
    while True:
        at = stamp.replace("+0000", "Z")
        rows = org.query(
            "SELECT Id, SystemModstamp FROM Gadget__c WHERE SystemModstamp > "
            f"{at} OR (SystemModstamp = {at} AND Id > '{last}') "
            "ORDER BY SystemModstamp, Id LIMIT 4"
        )
        if not rows:
            break
        seen += [row["Id"] for row in rows]
        stamp, last = rows[-1]["SystemModstamp"], rows[-1]["Id"]
    assert seen == made


def test_records_have_the_recorded_shape(org):
    account = org.insert("Account", {"Name": "Sitwell"})
    assert org.run("select Name from Account", version="52.0").records == [
        {
            "attributes": {
                "type": "Account",
                "url": f"/services/data/v52.0/sobjects/Account/{account}",
            },
            "Name": "Sitwell",
        }
    ]


@pytest.mark.usefixtures("shelf")
def test_parents_are_nested_or_null(org):
    rows = org.query(
        "SELECT shop__r.NAME, Shop__r.Owner.Name, Shop__r.Owner.CreatedBy.Id FROM Gadget__c "
        "ORDER BY Name LIMIT 2"
    )
    shop = rows[0]["Shop__r"]
    assert (shop["attributes"]["type"], shop["Name"]) == ("Shop__c", "Corner")
    assert shop["Owner"]["Name"] == "Integration User"
    assert shop["Owner"]["CreatedBy"] is None
    assert rows[1]["Shop__r"] is None


@pytest.mark.usefixtures("shelf")
def test_children_are_a_nested_result_or_null(org):
    org.insert("Shop__c", {"Name": "Empty"})
    full, empty = org.query(
        "SELECT Name, (SELECT Key__c, Shop__r.Name FROM Gadgets__r WHERE Size__c > 0 "
        "ORDER BY Key__c LIMIT 1) FROM Shop__c ORDER BY Name"
    )
    children = full["Gadgets__r"]
    assert (children["totalSize"], children["done"]) == (1, True)
    assert children["records"][0]["Key__c"] == "a"
    assert children["records"][0]["Shop__r"]["Name"] == "Corner"
    assert empty["Gadgets__r"] is None


def test_the_limit_of_a_child_query_counts_per_parent(org, add_gadget):
    for name in ("s1", "s2"):
        shop = org.insert("Shop__c", {"Key__c": name})
        for number in range(3):
            add_gadget(Key__c=f"{name}{number}", Shop__c=shop)
    rows = org.query(
        "SELECT (SELECT Key__c FROM Gadgets__r ORDER BY Key__c DESC LIMIT 2 OFFSET 1) "
        "FROM Shop__c ORDER BY Key__c"
    )
    keys = [[one["Key__c"] for one in row["Gadgets__r"]["records"]] for row in rows]
    assert keys == [["s11", "s10"], ["s21", "s20"]]


def test_deleted_children_do_not_show(org, shelf):
    org.delete("Gadget__c", shelf["a"])
    rows = org.query("SELECT (SELECT Id FROM Gadgets__r) FROM Shop__c")
    assert rows[0]["Gadgets__r"] is None


@pytest.mark.usefixtures("shelf")
def test_a_bare_count_has_a_size_and_no_records(org):
    result = org.run("SELECT count() FROM Gadget__c WHERE Size__c > 1")
    assert (result.total_size, result.records) == (2, [])
    assert org.run("SELECT COUNT() FROM Gadget__c LIMIT 3").total_size == 3


@pytest.mark.usefixtures("shelf")
def test_aggregates_are_named_or_numbered(org):
    (row,) = org.query(
        "SELECT COUNT(Id) n, COUNT(Size__c), COUNT_DISTINCT(Kind__c), SUM(Size__c) total, "
        "AVG(Size__c), MIN(Title__c), MAX(Flag__c) FROM Gadget__c"
    )
    assert row == {
        "attributes": {"type": "AggregateResult"},
        "n": 4,
        "expr0": 3,
        "expr1": 2,
        "total": 6.0,
        "expr2": 2.0,
        "expr3": "50% off_it's",
        "expr4": True,
    }


def test_groups_ignore_case_and_keep_the_empty_one(org, add_gadget):
    for title in ("Red", "red", "blue", None):
        add_gadget(Title__c=title)
    rows = org.query(
        "SELECT Title__c, COUNT(Id) n FROM Gadget__c GROUP BY Title__c "
        "ORDER BY COUNT(Id) DESC, Title__c NULLS LAST"
    )
    assert [((row["Title__c"] or "").lower(), row["n"]) for row in rows] == [
        ("red", 2),
        ("blue", 1),
        ("", 1),
    ]


@pytest.mark.usefixtures("shelf")
def test_groups_may_reach_parents_and_carry_an_alias(org):
    rows = org.query(
        "SELECT Shop__r.Name shop, MAX(CreatedDate) last FROM Gadget__c "
        "WHERE Shop__c != null GROUP BY Shop__r.Name"
    )
    assert rows == [
        {
            "attributes": {"type": "AggregateResult"},
            "shop": "Corner",
            "last": "2026-03-10T12:00:00.000+0000",
        }
    ]


def test_all_rows_looks_into_the_bin(org, shelf):
    org.delete("Gadget__c", shelf["a"])
    assert org.run("SELECT COUNT() FROM Gadget__c").total_size == 3
    assert org.run("SELECT COUNT() FROM Gadget__c ALL ROWS").total_size == 4
    assert org.run("SELECT COUNT() FROM Gadget__c", include_deleted=True).total_size == 4
    assert found(org, "IsDeleted = true", include_deleted=True) == "a"


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("kind", "has", "has_not"),
    [
        ("ALL", {"Id", "Key__c", "SystemModstamp"}, set()),
        ("STANDARD", {"Id", "Name"}, {"Key__c"}),
        ("CUSTOM", {"Key__c", "Notes__c"}, {"Name"}),
    ],
)
def test_fields_expands_to_what_the_user_sees(org, kind, has, has_not):
    org.hide_field("Gadget__c", "Title__c")
    row = org.query(f"SELECT FIELDS({kind}) FROM Gadget__c LIMIT 1")[0]
    assert has <= set(row)
    assert not (has_not | {"Title__c"}) & set(row)


@pytest.mark.usefixtures("shelf")
def test_an_alias_names_the_object(org):
    rows = org.query("SELECT g.Key__c, g.Shop__r.Name FROM Gadget__c g WHERE g.Key__c = 'a'")
    assert rows[0]["Shop__r"]["Name"] == "Corner"


def test_long_text_can_be_read_but_not_filtered(org, add_gadget):
    add_gadget(Notes__c="words")
    assert org.query("SELECT Notes__c FROM Gadget__c")[0]["Notes__c"] == "words"


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Id FROM XYZZY", "INVALID_TYPE", "sObject type 'XYZZY' is not supported."),
        ("SELECT Bogus__c FROM Account", "INVALID_FIELD", "No such column 'Bogus__c' on entity"),
        ("SELECT Id FROM Account WHERE Bogus = 1", "INVALID_FIELD", "'Bogus' on entity 'Account'"),
        ("SELECT Bogus.Name FROM Account", "INVALID_FIELD", "relationship 'Bogus' in field path"),
        ("SELECT Owner.Bogus FROM Account", "INVALID_FIELD", "'Bogus' on entity 'User'"),
        ("SELECT (SELECT Id FROM Bogus) FROM Account", "INVALID_TYPE", "in FROM part"),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM CaseHistory WHERE NewValue = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Case ORDER BY Description", "MALFORMED_QUERY", "can not be sorted"),
        (
            "SELECT COUNT(Id) FROM Case GROUP BY Description",
            "MALFORMED_QUERY",
            "can not be grouped",
        ),
        ("SELECT Id FROM CaseHistory ORDER BY SystemModstamp", "INVALID_FIELD", "No such column"),
        (
            "SELECT Id FROM Opportunity WHERE Amount = '5'",
            "INVALID_FIELD",
            "'Amount' must be of type double and should not be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 5",
            "INVALID_FIELD",
            "'Name' must be of type string and should be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Account WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "dateTime"),
        ("SELECT Id FROM Account WHERE Name = TODAY", "INVALID_FIELD", "must be of type string"),
        ("SELECT Id FROM Account WHERE IsDeleted = 'false'", "INVALID_FIELD", "type boolean"),
        (
            "SELECT Id FROM Account WHERE IsDeleted > false",
            "INVALID_QUERY_FILTER_OPERATOR",
            "boolean field",
        ),
        (
            "SELECT Id FROM Account WHERE Id = 'x'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid ID field: x",
        ),
        ("SELECT Id FROM Account WHERE Id LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR", "id"),
        ("SELECT Id FROM Account WHERE CreatedDate LIKE 'x'", "INVALID_QUERY_FILTER_OPERATOR", ""),
        (
            "SELECT Id FROM Account WHERE Name INCLUDES ('x')",
            "INVALID_QUERY_FILTER_OPERATOR",
            "multi-select",
        ),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FRM Account", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Account WHERE Name = 'x", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account WHERE Name = :x", "MALFORMED_QUERY", "unexpected token: ':'"),
        ("SELECT Id FROM Account WHERE Name = x", "MALFORMED_QUERY", "unexpected token: 'x'"),
        (
            "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
            "MALFORMED_QUERY",
            "unexpected token: 'OR'",
        ),
        ("SELECT Id FROM Account WHERE Name IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT * FROM Account", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT toLabel(Name) FROM Account", "MALFORMED_QUERY", "unexpected token: '('"),
        ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account LIMIT 1.5", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Id, Id FROM Account", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id x FROM Account", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(SOME) FROM Account LIMIT 1", "MALFORMED_QUERY", "unexpected token: 'SOME'"),
        ("SELECT COUNT(), Id FROM Account", "MALFORMED_QUERY", "must stand alone"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("SELECT SUM(Name) FROM Account", "MALFORMED_QUERY", "aggregate operator SUM"),
        ("SELECT SUM() FROM Account", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT Id FROM Account ORDER BY COUNT(Id)", "MALFORMED_QUERY", "needs GROUP BY"),
        (
            "SELECT COUNT(Id) FROM Account GROUP BY Type ORDER BY Name",
            "MALFORMED_QUERY",
            "must be grouped",
        ),
        (
            "SELECT (SELECT Id FROM Contacts), COUNT(Id) FROM Account",
            "MALFORMED_QUERY",
            "fields and aggregates only",
        ),
        (
            "SELECT (SELECT COUNT(Id) FROM Contacts) FROM Account",
            "MALFORMED_QUERY",
            "a child query selects fields only",
        ),
        (
            "SELECT Id FROM Account WHERE Name IN (SELECT LastName FROM Contact)",
            "MALFORMED_QUERY",
            "semi join",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT LastName FROM Contact)",
            "MALFORMED_QUERY",
            "must select an id field",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact LIMIT 1)",
            "MALFORMED_QUERY",
            "WHERE clause only",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT Id, AccountId FROM Contact)",
            "MALFORMED_QUERY",
            "exactly one field",
        ),
        (
            "SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account",
            "MALFORMED_QUERY",
            "too many levels",
        ),
        ("SELECT Id FROM Account WHERE CreatedDate = 2026-13-01", "MALFORMED_QUERY", "2026-13-01"),
        ("SELECT Id FROM Account " + " " * 100_000, "MALFORMED_QUERY", "longer than 100000"),
    ],
)
def test_a_query_is_refused(org, soql, code, words):
    with pytest.raises(ApiError) as caught:
        org.query(soql)
    assert (caught.value.http_status, caught.value.error_code) == (400, code)
    assert words in caught.value.message


def test_a_refusal_points_at_the_place(org):
    with pytest.raises(ApiError) as caught:
        org.query("SELECT Id, Bogus\nFROM Account")
    head, echo, pointer, place, text = caught.value.message.split("\n")
    assert (head, echo, pointer) == ("", "SELECT Id, Bogus FROM Account", " " * 11 + "^")
    assert place == "ERROR at Row:1:Column:12"
    assert text.startswith("No such column 'Bogus' on entity 'Account'.")
    with pytest.raises(ApiError, match="INVALID_TYPE") as caught:
        org.query("SELECT Id\nFROM Bogus")
    assert "ERROR at Row:2:Column:6" in caught.value.message


def test_a_hidden_field_and_a_hidden_object_look_missing(org):
    org.hide_field("Account", "Name")
    with pytest.raises(ApiError) as caught:
        org.query("SELECT Name FROM Account")
    assert caught.value.error_code == "INVALID_FIELD"
    org.hide_object("Account")
    with pytest.raises(ApiError) as caught:
        org.query("SELECT Id FROM Account")
    assert caught.value.error_code == "INVALID_TYPE"
    with pytest.raises(ApiError) as caught:
        org.query("SELECT Account.Id FROM Contact")
    assert "Didn't understand relationship 'Account'" in caught.value.message
    org.show_object("Account")
    assert org.query("SELECT Id FROM Account") == []


def test_no_text_of_a_literal_reaches_the_database_as_code(org, add_gadget):
    hostile = 'x\'); DROP TABLE "Gadget__c"; --'
    gadget = add_gadget(Notes__c=hostile, Key__c=hostile)
    quoted = hostile.replace("'", "\\'")
    rows = org.query(f"SELECT Id, Notes__c FROM Gadget__c WHERE Key__c = '{quoted}'")
    assert [(row["Id"], row["Notes__c"]) for row in rows] == [(gadget, hostile)]
