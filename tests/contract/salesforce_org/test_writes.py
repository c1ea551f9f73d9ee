import pytest

from connector.emulator.faults import RowFault, custom_row_error, row_lock
from connector.emulator.salesforce.rows.errors import ApiError, RowError


def refusal(call, *args, **kwargs):
    with pytest.raises(RowError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_an_insert_gives_an_18_character_id_of_the_object(org, add_gadget):
    gadget = add_gadget()
    assert (len(gadget), gadget[:3]) == (18, "a00")
    assert org.sobject_of(gadget).name == "Gadget__c"


def test_the_platform_fills_in_the_system_fields(org, add_gadget):
    record = org.retrieve("Gadget__c", add_gadget())
    assert record["Name"] == "G-0001"
    assert record["CreatedDate"] == record["SystemModstamp"] == "2026-03-10T12:00:00.000+0000"
    assert record["OwnerId"] == record["CreatedById"] == org.user_id
    assert record["IsDeleted"] is False
    assert (record["Flag__c"], record["Kind__c"]) == (True, "Round")


def test_automatic_numbers_count_up(org, add_gadget):
    names = [org.retrieve("Gadget__c", add_gadget())["Name"] for _ in range(3)]
    assert names == ["G-0001", "G-0002", "G-0003"]


def test_a_record_without_a_name_is_named_after_its_id(org):
    shop = org.insert("Shop__c", {})
    assert org.retrieve("Shop__c", shop)["Name"] == shop


def test_another_user_may_be_the_author(org):
    human = org.insert(
        "User",
        {"Username": "h@example.com", "LastName": "Hand", "Email": "h@example.com", "Alias": "h"},
    )
    shop = org.insert("Shop__c", {}, user=human)
    assert org.retrieve("Shop__c", shop)["CreatedById"] == human
    org.update("Shop__c", shop, {"Name": "Corner"})
    assert org.retrieve("Shop__c", shop)["LastModifiedById"] == org.user_id


def test_an_update_moves_the_stamps_even_without_a_difference(org, add_gadget, clock):
    gadget = add_gadget(Title__c="a")
    clock.advance(90)
    org.update("Gadget__c", gadget, {"Title__c": "a"})
    record = org.retrieve("Gadget__c", gadget)
    assert record["SystemModstamp"] == record["LastModifiedDate"] == "2026-03-10T12:01:30.000+0000"
    assert record["CreatedDate"] == "2026-03-10T12:00:00.000+0000"


def test_null_clears_a_field_and_silence_keeps_it(org, add_gadget):
    gadget = add_gadget(Title__c="a", Size__c=3)
    org.update("Gadget__c", gadget, {"Title__c": None})
    record = org.retrieve("Gadget__c", gadget)
    assert (record["Title__c"], record["Size__c"]) == (None, 3.0)


def test_field_names_are_case_insensitive_and_attributes_are_ignored(org):
    values = {"attributes": {"type": "Gadget__c"}, "must__C": "x", "TITLE__c": "t"}
    gadget = org.insert("gadget__c", values)
    assert org.retrieve("Gadget__c", gadget)["Title__c"] == "t"


def test_a_missing_required_field_is_named(org):
    error = refusal(org.insert, "Opportunity", {"Name": "Deal"})
    assert error.status_code == "REQUIRED_FIELD_MISSING"
    assert error.message == "Required fields are missing: [StageName, CloseDate]"
    assert error.fields == ("StageName", "CloseDate")


def test_a_required_field_cannot_be_cleared(org, add_gadget):
    error = refusal(org.update, "Gadget__c", add_gadget(), {"Must__c": ""})
    assert error.status_code == "REQUIRED_FIELD_MISSING"


@pytest.mark.parametrize("name", ["Nonsense__c", "Nonsense__r", "Account"])
def test_an_unknown_field_is_no_such_column(org, name):
    error = refusal(org.insert, "Gadget__c", {"Must__c": "x", name: "y"})
    assert error.status_code == "INVALID_FIELD"
    assert error.message == f"No such column '{name}' on sobject of type Gadget__c"


def test_a_hidden_field_looks_like_a_missing_one(org, add_gadget):
    org.hide_field("Gadget__c", "Title__c")
    error = refusal(add_gadget, Title__c="t")
    assert error.message == "No such column 'Title__c' on sobject of type Gadget__c"
    org.show_field("Gadget__c", "Title__c")
    assert add_gadget(Title__c="t")


@pytest.mark.parametrize(
    ("sobject", "field", "value"),
    [
        ("Gadget__c", "Name", "G-9"),  # automatic number
        ("Gadget__c", "SystemModstamp", "2026-01-01T00:00:00Z"),
        ("Opportunity", "IsWon", True),
        ("Case", "ContactEmail", "a@example.com"),  # mirrors the contact
        ("Contact", "Name", "A B"),
    ],
)
def test_a_read_only_field_cannot_be_written(org, sobject, field, value):
    error = refusal(org.insert, sobject, {field: value})
    assert error.status_code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert error.fields == (field,)


def test_imports_may_bring_their_own_dates_where_the_org_allows(org, add_gadget):
    org.settings.set_audit_fields = True
    gadget = add_gadget(CreatedDate="2020-01-01T00:00:00Z")
    record = org.retrieve("Gadget__c", gadget)
    assert record["CreatedDate"] == "2020-01-01T00:00:00.000+0000"
    assert record["SystemModstamp"] == "2026-03-10T12:00:00.000+0000"


def test_history_tables_take_no_writes(org, opportunity):
    error = refusal(org.insert, "OpportunityHistory", {"OpportunityId": opportunity})
    assert error.status_code == "INVALID_TYPE_FOR_OPERATION"


# -- lookups ------------------------------------------------------------------------------------


def test_a_15_character_lookup_is_kept_as_18(org, add_gadget):
    shop = org.insert("Shop__c", {})
    gadget = add_gadget(Shop__c=shop[:15])
    assert org.retrieve("Gadget__c", gadget)["Shop__c"] == shop


def test_a_lookup_may_be_named_by_the_external_id_of_its_parent(org, add_gadget):
    shop = org.insert("Shop__c", {"Key__c": "s1"})
    gadget = add_gadget(Shop__r={"attributes": {"type": "Shop__c"}, "Key__c": "s1"})
    assert org.retrieve("Gadget__c", gadget)["Shop__c"] == shop


def test_a_contact_may_be_named_by_its_email_in_any_case(org):
    contact = org.insert("Contact", {"LastName": "Doe", "Email": "doe@example.com"})
    case = org.insert("Case", {"Contact": {"Email": "DOE@example.com"}})
    assert org.retrieve("Case", case)["ContactId"] == contact


def test_an_unknown_parent_key_is_refused(add_gadget):
    error = refusal(add_gadget, Shop__r={"Key__c": "nowhere"})
    assert error.status_code == "INVALID_FIELD"
    assert "Foreign key external ID: nowhere not found for field Key__c" in error.message


@pytest.mark.parametrize(
    "value",
    [{}, {"Key__c": "a", "Name": "b"}, {"OwnerId": "x"}, {"Nonsense__c": "x"}],
)
def test_a_parent_must_be_named_by_one_key(add_gadget, value):
    assert refusal(add_gadget, Shop__r=value).status_code == "INVALID_FIELD"


def test_a_lookup_to_a_deleted_record_is_refused(org, add_gadget):
    shop = org.insert("Shop__c", {})
    org.delete("Shop__c", shop)
    assert refusal(add_gadget, Shop__c=shop).status_code == "ENTITY_IS_DELETED"


# -- keys ---------------------------------------------------------------------------------------


def test_a_second_upsert_of_the_same_key_updates(org):
    first = org.upsert("Gadget__c", "Key__c", "k", {"Must__c": "x"})
    second = org.upsert("Gadget__c", "key__c", "k", {"Title__c": "t", "Key__c": "k"})
    assert first == (second[0], True)
    assert second[1] is False
    record = org.retrieve("Gadget__c", first[0])
    assert (record["Key__c"], record["Title__c"], record["Must__c"]) == ("k", "t", "x")


def test_an_insert_of_a_taken_key_is_a_duplicate_value(org, add_gadget):
    holder = add_gadget(Key__c="k")
    error = refusal(add_gadget, Key__c="k")
    assert error.status_code == "DUPLICATE_VALUE"
    assert error.message == (
        f"duplicate value found: Key__c duplicates value on record with id: {holder[:15]}"
    )
    assert org.count("Gadget__c") == 1


def test_an_update_cannot_take_a_key_either_but_may_keep_its_own(org, add_gadget):
    add_gadget(Key__c="k")
    other = add_gadget(Key__c="l")
    org.update("Gadget__c", other, {"Key__c": "l"})
    assert refusal(org.update, "Gadget__c", other, {"Key__c": "k"}).status_code == "DUPLICATE_VALUE"


def test_a_case_sensitive_key_tells_cases_apart(org, add_gadget):
    assert add_gadget(Key__c="Ab") != add_gadget(Key__c="aB")
    assert org.find("Gadget__c", "Key__c", "AB") == []


def test_a_case_insensitive_key_does_not(org, add_gadget):
    add_gadget(Code__c="Straße")
    assert refusal(add_gadget, Code__c="STRASSE").status_code == "DUPLICATE_VALUE"
    assert len(org.find("Gadget__c", "Code__c", "strasse")) == 1


def test_empty_keys_never_collide(org, add_gadget):
    add_gadget(Key__c=None)
    add_gadget(Key__c="")
    assert org.count("Gadget__c") == 2


def test_an_upsert_that_matches_several_rows_changes_none(org, add_gadget):
    twins = [add_gadget(Loose__c="same"), add_gadget(Loose__c="same")]
    error = refusal(org.upsert, "Gadget__c", "Loose__c", "same", {"Title__c": "t"})
    assert (error.status_code, error.http_status) == ("DUPLICATE_EXTERNAL_ID", 300)
    assert sorted(error.record_ids) == twins
    assert org.query("SELECT Id FROM Gadget__c WHERE Title__c = 't'") == []


@pytest.mark.parametrize("name", ["Title__c", "Nonsense__c"])
def test_an_upsert_by_a_field_that_is_no_key_is_not_found(org, name):
    with pytest.raises(ApiError) as caught:
        org.upsert("Gadget__c", name, "k", {})
    assert (caught.value.http_status, caught.value.error_code) == (404, "NOT_FOUND")
    assert caught.value.message.endswith(f"is not accessible: {name}")


def test_an_upsert_without_a_key_value_is_refused(org):
    error = refusal(org.upsert, "Gadget__c", "Key__c", None, {"Must__c": "x"})
    assert error.status_code == "MISSING_ARGUMENT"


def test_an_upsert_by_id_inserts_without_one_and_updates_with_one(org):
    account, created = org.upsert("Account", "Id", None, {"Name": "Acme"})
    assert created
    assert org.upsert("Account", "Id", account[:15], {"Name": "Bcme"}) == (account, False)


def test_contacts_can_be_upserted_by_email(org):
    first, _ = org.upsert("Contact", "Email", "Doe@example.com", {"LastName": "Doe"})
    second = org.upsert("Contact", "Email", "doe@EXAMPLE.com", {"FirstName": "Jo"})
    assert second == (first, False)
    assert org.retrieve("Contact", first)["Name"] == "Jo Doe"


def test_a_deleted_key_is_free_again(org, add_gadget):
    old = add_gadget(Key__c="k")
    org.delete("Gadget__c", old)
    new, created = org.upsert("Gadget__c", "Key__c", "k", {"Must__c": "x"})
    assert created
    assert new != old


# -- deleting, undoing --------------------------------------------------------------------------


def test_a_deleted_row_waits_in_the_bin(org, add_gadget):
    gadget = add_gadget()
    org.delete("Gadget__c", gadget)
    assert org.query("SELECT Id FROM Gadget__c") == []
    binned = org.query("SELECT Id, IsDeleted FROM Gadget__c", include_deleted=True)
    assert [(row["Id"], row["IsDeleted"]) for row in binned] == [(gadget, True)]
    error = refusal(org.update, "Gadget__c", gadget, {"Title__c": "t"})
    assert (error.status_code, error.http_status) == ("ENTITY_IS_DELETED", 404)
    with pytest.raises(ApiError) as caught:
        org.retrieve("Gadget__c", gadget)
    assert caught.value.error_code == "ENTITY_IS_DELETED"


@pytest.mark.parametrize(
    ("record_id", "code"),
    [
        ("a00Qk0000000077", "INVALID_CROSS_REFERENCE_KEY"),  # nothing there
        ("001Qk0000000001", "MALFORMED_ID"),  # another object's id
        ("junk", "MALFORMED_ID"),
    ],
)
def test_an_id_without_a_row_cannot_be_changed(org, record_id, code):
    assert refusal(org.update, "Gadget__c", record_id, {}).status_code == code
    assert refusal(org.delete, "Gadget__c", record_id).status_code == code


def test_a_failed_block_leaves_nothing_behind(org, add_gadget):
    kept = add_gadget(Key__c="kept")

    def write_then_fail():
        with org.all_or_none():
            org.update("Gadget__c", kept, {"Title__c": "changed"})
            add_gadget(Key__c="new")
            add_gadget(Key__c="kept")

    assert refusal(write_then_fail).status_code == "DUPLICATE_VALUE"
    assert org.count("Gadget__c") == 1
    assert org.retrieve("Gadget__c", kept)["Title__c"] is None
    with org.all_or_none():
        add_gadget(Key__c="new")
    assert org.count("Gadget__c") == 2


def test_replication_reports_what_moved_in_whole_minutes(org, add_gadget, clock):
    early = add_gadget()
    start = clock.now()
    clock.advance(300)
    late = add_gadget()
    org.delete("Gadget__c", early)
    middle, end = clock.now(), clock.advance(60)
    assert org.updated_ids("Gadget__c", start, middle) == []
    assert org.updated_ids("Gadget__c", middle, end) == [late]
    assert org.deleted_ids("Gadget__c", middle, end) == [(early, "2026-03-10T12:05:00.000+0000")]
    assert org.deleted_ids("Gadget__c", start, middle) == []


# -- what others do to a write ------------------------------------------------------------------


def test_an_armed_row_fault_strikes_once(faults, add_gadget):
    faults.add(row_lock("Gadget__c"))
    assert refusal(add_gadget).status_code == "UNABLE_TO_LOCK_ROW"
    assert add_gadget()


def test_a_row_fault_strikes_only_its_object_and_operation(org, faults, add_gadget):
    faults.add(RowFault("Gadget__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "no", operation="update"))
    org.insert("Shop__c", {})
    gadget = add_gadget()
    error = refusal(org.update, "Gadget__c", gadget, {})
    assert error.status_code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"


def test_an_upsert_meets_a_row_fault_once(org, faults):
    faults.add(custom_row_error("Gadget__c", "CANNOT_EXECUTE_FLOW_TRIGGER", "flow", rows=2))
    for _ in range(2):
        error = refusal(org.upsert, "Gadget__c", "Key__c", "k", {"Must__c": "x"})
        assert error.status_code == "CANNOT_EXECUTE_FLOW_TRIGGER"
    assert org.upsert("Gadget__c", "Key__c", "k", {"Must__c": "x"})[1] is True


@pytest.mark.parametrize(
    ("rule", "allow_duplicates", "saved"),
    [
        ("off", False, True),
        ("alert", False, False),  # alert rules block the API too
        ("alert", True, True),
        ("block", True, False),
    ],
)
def test_a_duplicate_rule_guards_contacts(org, rule, allow_duplicates, saved):
    values = {"LastName": "Doe", "Email": "doe@example.com"}
    first = org.insert("Contact", values)
    org.settings.contact_duplicate_rule = rule
    if saved:
        assert org.insert("Contact", values, allow_duplicates=allow_duplicates) != first
        return
    error = refusal(org.insert, "Contact", values, allow_duplicates=allow_duplicates)
    assert error.status_code == "DUPLICATES_DETECTED"
    assert error.duplicate_result["allowSave"] is (rule == "alert")
    match = error.duplicate_result["matchResults"][0]["matchRecords"][0]
    assert match["record"]["Id"] == first
