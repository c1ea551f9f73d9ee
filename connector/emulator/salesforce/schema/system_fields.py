"""The fields the platform adds to every object, as the recorded describes give them."""

from typing import Any

from connector.emulator.salesforce.schema.fields import Field


def _kept_by_platform(name: str, label: str, describe_type: str, **more: Any) -> Field:
    return Field(
        name,
        label,
        describe_type,
        nillable=False,
        createable=False,
        updateable=False,
        defaulted_on_create=True,
        **more,
    )


def _moment(name: str, label: str) -> Field:
    return _kept_by_platform(name, label, "datetime")


def _person(name: str, label: str) -> Field:
    return _kept_by_platform(
        name,
        label,
        "reference",
        length=18,
        reference_to=("User",),
        relationship_name=name.removesuffix("Id"),
    )


def owner(*kinds: str) -> Field:
    """Returns the OwnerId field of an object that these kinds of owner may own."""
    return Field(
        "OwnerId",
        "Owner ID",
        "reference",
        length=18,
        nillable=False,
        defaulted_on_create=True,
        reference_to=kinds,
        relationship_name="Owner",
    )


ID = _kept_by_platform("Id", "Record ID", "id", length=18, id_lookup=True)
IS_DELETED = _kept_by_platform("IsDeleted", "Deleted", "boolean", default=False)
CREATED_DATE = _moment("CreatedDate", "Created Date")
CREATED_BY = _person("CreatedById", "Created By ID")
AUDIT = (
    CREATED_DATE,
    CREATED_BY,
    _moment("LastModifiedDate", "Last Modified Date"),
    _person("LastModifiedById", "Last Modified By ID"),
    _moment("SystemModstamp", "System Modstamp"),
)

# What a file of standard objects may ask for by name.
GROUPS: dict[str, tuple[Field, ...]] = {
    "record": (IS_DELETED, *AUDIT),
    "owned record": (IS_DELETED, owner("User"), *AUDIT),
    "queued record": (IS_DELETED, owner("Group", "User"), *AUDIT),
    "setup": AUDIT,
    "history": (CREATED_BY, CREATED_DATE, IS_DELETED),
}
