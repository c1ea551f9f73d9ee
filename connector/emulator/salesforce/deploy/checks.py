"""What the emulated org refuses in a component, judged with the schema that would result.

The commonest refusals of a real org, each with its line. What an org may have beyond the emulated
one (its standard fields, tabs, pages) is taken as given: only custom names are looked up.
"""

from collections.abc import Callable, Iterable, Mapping

from connector.emulator.salesforce.deploy.xml_nodes import Node
from connector.emulator.salesforce.deploy.zip_files import Component, Upload
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.metadata import FIELD_TYPES

_NEEDS = {
    "Text": ("length",),
    "LongTextArea": ("length", "visibleLines"),
    "Number": ("precision", "scale"),
    "Currency": ("precision", "scale"),
    "Percent": ("precision", "scale"),
    "Checkbox": ("defaultValue",),
    "Picklist": ("valueSet",),
    "MultiselectPicklist": ("valueSet", "visibleLines"),
    "Lookup": ("referenceTo",),
    "MasterDetail": ("referenceTo", "relationshipName"),
}
_FORMULA_NEEDS: dict[str, tuple[str, ...]] = {
    "Checkbox": (),
    "Currency": ("precision", "scale"),
    "Date": (),
    "DateTime": (),
    "Number": ("precision", "scale"),
    "Percent": ("precision", "scale"),
    "Text": (),
}
_LONGEST = {"Text": range(1, 256), "LongTextArea": range(256, 131_073)}


class Checks:
    """Judges components one by one; `find` gives an object as it will be after the deployment."""

    def __init__(self, upload: Upload, find: Callable[[str], SObject | None]) -> None:
        self._upload = upload
        self._find = find
        self._tabs = {each.name for each in upload.of_type("CustomTab")}

    def run(self, refused: Mapping[str, str]) -> None:
        """Notes every failure; `refused` are components that this org does not take."""
        checks: dict[str, Callable[[Component, Node], None]] = {
            "CustomObject": self._object,
            "CustomField": self._field,
            "ListView": self._list_view,
            "CompactLayout": self._compact_layout,
            "PermissionSet": self._permission_set,
            "CustomTab": self._tab,
            "Layout": self._layout,
            "CustomApplication": self._application,
            "LightningComponentBundle": self._bundle,
            "Report": self._in_folder,
            "Dashboard": self._in_folder,
        }
        for each in self._upload.components:
            if each.node is not None and each.type in checks:
                checks[each.type](each, each.node)
            if each.name in refused:
                each.fail(refused[each.name])

    def _object(self, component: Component, node: Node) -> None:
        if not component.name.endswith("__c"):
            return
        for needed in ("label", "pluralLabel", "nameField", "deploymentStatus", "sharingModel"):
            if node.first(needed) is None:
                component.fail(f"Must specify a non-empty {needed} for the CustomObject")

    def _field(self, component: Component, node: Node) -> None:
        kind = node.text("type")
        if self._unknown_object(component, component.name.partition(".")[0]):
            return
        if kind not in FIELD_TYPES:
            at = node.first("type")
            component.fail(f"'{kind}' is not a valid value for the enum 'FieldType'", at)
            return
        formula = node.first("formula")
        if formula is not None and kind not in _FORMULA_NEEDS:
            component.fail(f"A formula cannot be of type {kind}", formula)
        needs = _NEEDS if formula is None else _FORMULA_NEEDS
        for needed in ("label", *needs.get(kind, ())):
            if node.first(needed) is None:
                component.fail(f"Must specify '{needed}' for a CustomField of type {kind}")
        if formula is None and kind in _LONGEST and node.number("length") not in _LONGEST[kind]:
            allowed = _LONGEST[kind]
            said = f"Length must be between {allowed.start} and {allowed.stop - 1}"
            component.fail(said, node.first("length"))
        parent = node.text("referenceTo")
        if parent and self._find(parent) is None:
            said = f"referenceTo value of '{parent}' does not resolve to a valid sObject type"
            component.fail(said, node.first("referenceTo"))

    def _list_view(self, component: Component, node: Node) -> None:
        sobject = component.name.partition(".")[0]
        named = (*node.each("columns"), *node.each("filters/field"))
        for each in named:
            if self._is_unknown(sobject, each.own_text.strip()):
                component.fail(f"Could not resolve list view column: {each.own_text.strip()}", each)

    def _compact_layout(self, component: Component, node: Node) -> None:
        self._fields_exist(component, component.name.partition(".")[0], node.each("fields"))

    def _layout(self, component: Component, node: Node) -> None:
        sobject = component.name.partition("-")[0]
        if not self._unknown_object(component, sobject):
            items = node.each("layoutSections/layoutColumns/layoutItems/field")
            self._fields_exist(component, sobject, items)

    def _permission_set(self, component: Component, node: Node) -> None:
        for each in node.each("objectPermissions/object"):
            self._unknown_object(component, each.own_text.strip(), each)
        for each in node.each("fieldPermissions/field"):
            sobject, _, name = each.own_text.strip().partition(".")
            found = self._field_named(sobject, name)
            if self._is_unknown(sobject, name):
                component.fail(
                    f"In field: field - no CustomField named {sobject}.{name} found", each
                )
            elif found and found.custom and (found.required or found.master_detail):
                component.fail(f"You cannot deploy to a required field: {sobject}.{name}", each)

    def _tab(self, component: Component, node: Node) -> None:
        if node.flag("customObject"):
            self._unknown_object(component, component.name)

    def _application(self, component: Component, node: Node) -> None:
        for each in node.each("tabs"):
            name = each.own_text.strip()
            if name.endswith("__c") and name not in self._tabs and self._find(name) is None:
                component.fail(f"In field: tabs - no CustomTab named {name} found", each)

    def _bundle(self, component: Component, _node: Node) -> None:
        if f"lwc/{component.name}/{component.name}.js" not in self._upload.files:
            component.fail(f"Cannot find Lightning Component Bundle {component.name}")

    def _in_folder(self, component: Component, _node: Node) -> None:
        folder, _, name = component.name.rpartition("/")
        known = {"unfiled$public", *(each.name for each in self._upload.of_type(component.type))}
        if name and folder and folder not in known:
            component.fail(f"Cannot find folder: {folder}")

    def _fields_exist(self, component: Component, sobject: str, named: Iterable[Node]) -> None:
        for each in named:
            name = each.own_text.strip()
            if self._is_unknown(sobject, name):
                component.fail(
                    f"In field: field - no CustomField named {sobject}.{name} found", each
                )

    def _unknown_object(self, component: Component, name: str, at: Node | None = None) -> bool:
        unknown = name.endswith("__c") and self._find(name) is None
        if unknown:
            component.fail(f"In field: object - no CustomObject named {name} found", at)
        return unknown

    def _is_unknown(self, sobject: str, name: str) -> bool:
        return name.endswith("__c") and self._field_named(sobject, name) is None

    def _field_named(self, sobject: str, name: str) -> Field | None:
        found = self._find(sobject)
        return found.field_named(name) if found else None
