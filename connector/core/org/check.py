"""Holds the objects and fields that the connector writes against what the org shows of them.

Pure comparison: what is asked comes from `core.org.needs`, what is shown from describe. An
object that was not described at all is judged by nobody here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.core.org.findings import Check, Finding, misconfigured, passed, refused, warned
from connector.core.org.package_version import PACKAGE_VERSION, VERSION_FIELD, Standing, compare
from connector.core.org.shapes import (
    Access,
    FieldShape,
    ObjectShape,
    RequiredField,
    RequiredObject,
    Shapes,
)
from connector.core.terms.objects import CHECKPOINT
from connector.core.terms.schema import FieldDefinition

_GRANT = (
    "Type `connector deploy`, and assign the permission set Trustpilot_Connector to the "
    "connector's user."
)
_GRANT_OWN = (
    "Create it or correct the mapping; then allow it in a permission set of the connector's user: "
    "Setup > Permission Sets > Object Settings."
)
_DEPLOY = "Type `connector deploy`."
_CHANGE_BACK = "Change the type back in Setup > Object Manager."
_RIGHT_FIELD = "Map to another field, or change this one in Setup > Object Manager."

_HOLDERS = {
    "Text": frozenset({"string", "textarea", "combobox", "encryptedstring"}),
    "TextArea": frozenset({"textarea"}),
    "LongTextArea": frozenset({"textarea"}),
    "Html": frozenset({"textarea"}),
    "Phone": frozenset({"phone", "string"}),
    "Email": frozenset({"email", "string"}),
    "Url": frozenset({"url", "string"}),
    "Picklist": frozenset({"picklist", "combobox", "string"}),
    "MultiselectPicklist": frozenset({"multipicklist"}),
    "Number": frozenset({"double", "currency", "percent", "int"}),
    "Currency": frozenset({"currency", "double"}),
    "Percent": frozenset({"percent", "double"}),
    "Checkbox": frozenset({"boolean"}),
    "Date": frozenset({"date"}),
    "DateTime": frozenset({"datetime"}),
    "Time": frozenset({"time"}),
    "Lookup": frozenset({"reference"}),
    "MasterDetail": frozenset({"reference"}),
}
"""For each type of the Metadata API the types of describe that hold its values.

A type that is not here, such as an auto-number, is never written and so not judged.
"""

_DEPLOYED_AS = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Html": "textarea",
    "Phone": "phone",
    "Email": "email",
    "Url": "url",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
}
"""The type of describe that a deployed field has, where others would hold its values too."""


def check_package(seen: object, *, field_is_there: bool) -> Finding:
    """Whether the package is as new as the connector; `seen` is the version that the org says."""
    check, standing = Check.SALESFORCE_PACKAGE, compare(seen, field_is_there=field_is_there)
    if not field_is_there:
        what = f"The package in this org is older than this connector, or {CHECKPOINT}."
        what += f"{VERSION_FIELD} is hidden from this user: no invitation is claimed or sent."
        return refused(check, what, _GRANT)
    if standing is Standing.OLDER:
        what = f"The package in this org has version {seen:.0f}, and this connector needs "
        what += f"{PACKAGE_VERSION}: no invitation is claimed or sent."
        return misconfigured(check, what, _DEPLOY)
    if standing is Standing.NEWER:
        what = f"The package in this org has version {seen:.0f}, and this connector knows "
        what += f"{PACKAGE_VERSION}: it works as before."
        return warned(check, what, "Update the connector.")
    return passed(check, f"The package is as new as this connector: version {PACKAGE_VERSION}.")


def check_objects(required: Iterable[RequiredObject], shapes: Shapes) -> Iterator[Finding]:
    """Yield each object that the user does not see, or where an operation is missing."""
    for each in required:
        if each.object not in shapes:
            continue
        shape, fix = shapes[each.object], _GRANT_OWN if each.own else _GRANT
        if shape is None:
            what = f"The object {each.object} is missing in the org or hidden from this user."
            yield refused(Check.SALESFORCE_OBJECT, what, fix, each.place)
        elif lacking := _lacking(each, shape):
            what = f"This user may not {' or '.join(lacking)} records of {each.object}."
            yield refused(Check.SALESFORCE_OBJECT, what, fix, each.place)


def check_fields(required: Iterable[RequiredField], shapes: Shapes) -> Iterator[Finding]:
    """Yield what is wrong with each field; a missing object is told of by `check_objects`."""
    for each in required:
        shape = shapes.get(each.object)
        if shape is not None:
            yield from _field_findings(each, shape)


def _lacking(required: RequiredObject, shape: ObjectShape) -> list[str]:
    allowed = {
        "read": shape.queryable,
        "create": shape.createable,
        "edit": shape.updateable,
        "delete": shape.deletable or not required.delete,
    }
    return [word for word, given in allowed.items() if not given]


def _field_findings(required: RequiredField, shape: ObjectShape) -> Iterator[Finding]:
    definition, place = required.definition, required.place
    grant = _GRANT_OWN if required.own else _GRANT
    found = shape.field(required.field)
    if found is None:
        what = f"The field {required.name} is missing in the org or hidden from this user."
        yield refused(Check.SALESFORCE_FIELD, what, grant, place)
        return
    if required.needs is Access.WRITE and not _writable(definition, found):
        what = f"This user may not write the field {required.name}."
        yield refused(Check.SALESFORCE_FIELD_ACCESS, what, grant, place)
    fix = _RIGHT_FIELD if required.own else _DEPLOY
    if said := _wrong_type(definition, found):
        what = f"The field {required.name} {said}."
        fix_type = _RIGHT_FIELD if required.own else _CHANGE_BACK
        yield misconfigured(Check.SALESFORCE_FIELD_TYPE, what, fix_type, place)
    elif required.needs is Access.WRITE and (said := _too_small(definition, found)):
        what = f"The field {required.name} {said}."
        yield misconfigured(Check.SALESFORCE_FIELD_SIZE, what, fix, place)
    yield from _change_findings(required, found)
    yield from _key_findings(required, found)
    yield from _picklist_findings(required, found)


def _writable(definition: FieldDefinition, shape: FieldShape) -> bool:
    return shape.createable and (shape.updateable or definition.type == "MasterDetail")


def _wrong_type(definition: FieldDefinition, shape: FieldShape) -> str:
    holders = _HOLDERS.get(definition.type)
    if holders is None:
        return ""
    if shape.type not in holders:
        return f"is of the type {shape.type}, which does not hold {definition.type}"
    if shape.type == "int" and definition.scale:
        return "holds whole numbers only"
    parent = definition.reference_to
    if parent and shape.reference_to and parent not in shape.reference_to:
        return f"leads to {', '.join(shape.reference_to)}, not to {parent}"
    return ""


def _too_small(definition: FieldDefinition, shape: FieldShape) -> str:
    wanted = _longest(definition)
    if 0 < shape.length < wanted:
        return f"holds {shape.length} characters, and {wanted} are needed"
    if not (definition.precision and shape.precision):
        return ""
    before = definition.precision - definition.scale
    if shape.precision - shape.scale < before:
        return f"holds {shape.precision - shape.scale} digits before the point of {before} needed"
    if shape.scale < definition.scale:
        return f"holds {shape.scale} digits behind the point of {definition.scale} needed"
    return ""


def _longest(definition: FieldDefinition) -> int:
    """A picklist needs room for its longest value only, whatever it could hold."""
    if definition.type.endswith("Picklist") and definition.picklist:
        return max(map(len, definition.picklist))
    return definition.length


def _change_findings(required: RequiredField, shape: FieldShape) -> Iterator[Finding]:
    """Yield how a field of the package was changed, although it still holds its values."""
    definition, place = required.definition, required.place
    if required.own:
        return
    deployed = _DEPLOYED_AS.get(definition.type, shape.type)
    if shape.type not in (deployed, "int") and not _wrong_type(definition, shape):
        what = f"The field {required.name} is of the type {shape.type} here, and {deployed} in the"
        what += " package: it may be cut, sorted or filtered differently."
        yield warned(Check.SALESFORCE_FIELD_TYPE, what, _CHANGE_BACK, place)
    if shape.unique and not (definition.unique or required.is_key):
        what = f"The field {required.name} is unique here, and not in the package: records with a "
        what += "value that is there already are refused."
        yield misconfigured(Check.SALESFORCE_KEY, what, _DEPLOY, place)


def _key_findings(required: RequiredField, shape: FieldShape) -> Iterator[Finding]:
    if not required.is_key:
        return
    told = {
        "an external id": shape.external_id,
        # Salesforce 4.8: an external id that is not unique can double.
        "unique": shape.unique,
        # Salesforce 4.8: uncertain: unique texts ignore case else; Trustpilot 2: ids differ by it.
        "case-sensitive": shape.case_sensitive,
    }
    lacking = [word for word, true in told.items() if not true]
    if lacking:
        what = f"The key {required.name} is not {', not '.join(lacking)}: records could double."
        fix = "Set External ID, Unique and Case Sensitive in Setup > Object Manager > "
        fix += f"{required.object} > Fields & Relationships"
        fix += "." if required.own else ", or type `connector deploy`."
        yield misconfigured(Check.SALESFORCE_KEY, what, fix, required.place)


def _picklist_findings(required: RequiredField, shape: FieldShape) -> Iterator[Finding]:
    if required.needs is Access.READ or shape.type not in ("picklist", "multipicklist"):
        return
    absent = [value for value in required.definition.picklist if value not in shape.picklist]
    if not absent:
        return
    what = f"The picklist {required.name} lacks {', '.join(absent)}"
    fix = "Add the values in Setup > Object Manager"
    fix += "." if required.own else ", or type `connector deploy`."
    # Salesforce 12: an unrestricted picklist accepts any value.
    if shape.restricted:
        what += " and takes no other values than its own."
        yield misconfigured(Check.SALESFORCE_PICKLIST, what, fix, required.place)
    else:
        what += "; the org takes them, but filters and lists do not offer them."
        yield warned(Check.SALESFORCE_PICKLIST, what, fix, required.place)
