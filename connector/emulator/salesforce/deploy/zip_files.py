"""What a client sent to be deployed: the zip, its package.xml, and the components it names.

Written from reference 8 and the layout of the metadata format; values are judged
in `checks`.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from connector.emulator.salesforce.deploy.xml_nodes import BadFile, Node, parse

MANIFEST = "package.xml"
MOST_FILES = 10_000

FILE_OF = {
    "CustomObject": "objects/{}.object",
    "CustomObjectTranslation": "objectTranslations/{}.objectTranslation",
    "CustomApplication": "applications/{}.app",
    "CustomTab": "tabs/{}.tab",
    "Layout": "layouts/{}.layout",
    "FlexiPage": "flexipages/{}.flexipage",
    "QuickAction": "quickActions/{}.quickAction",
    "PermissionSet": "permissionsets/{}.permissionset",
    "PermissionSetGroup": "permissionsetgroups/{}.permissionsetgroup",
    "CustomPermission": "customPermissions/{}.customPermission",
    "CustomLabels": "labels/{}.labels",
    "Translations": "translations/{}.translation",
    "GlobalValueSet": "globalValueSets/{}.globalValueSet",
    "CustomMetadata": "customMetadata/{}.md",
    "Flow": "flows/{}.flow",
    "Queue": "queues/{}.queue",
    "Group": "groups/{}.group",
    "PathAssistant": "pathAssistants/{}.pathAssistant",
    "CustomNotificationType": "notificationtypes/{}.notiftype",
    "NamedCredential": "namedCredentials/{}.namedCredential",
    "ExternalCredential": "externalCredentials/{}.externalCredential",
    "RemoteSiteSetting": "remoteSiteSettings/{}.remoteSite",
    "CspTrustedSite": "cspTrustedSites/{}.cspTrustedSite",
    "LightningMessageChannel": "messageChannels/{}.messageChannel",
    "ReportType": "reportTypes/{}.reportType",
    "Report": "reports/{}.report",
    "Dashboard": "dashboards/{}.dashboard",
    "LightningComponentBundle": "lwc/{0}/{0}.js-meta.xml",
    "StaticResource": "staticresources/{}.resource-meta.xml",
    "ContentAsset": "contentassets/{}.asset-meta.xml",
}
ELEMENT_OF = {
    "CustomField": "fields",
    "FieldSet": "fieldSets",
    "CompactLayout": "compactLayouts",
    "BusinessProcess": "businessProcesses",
    "RecordType": "recordTypes",
    "ValidationRule": "validationRules",
    "WebLink": "webLinks",
    "ListView": "listViews",
    "SharingReason": "sharingReasons",
    "Index": "indexes",
}
"""Types that are written inside the file of an object, and the element that holds them."""

_IN_FOLDERS = {"Report": "reports/{}-meta.xml", "Dashboard": "dashboards/{}-meta.xml"}


@dataclass(frozen=True)
class Failure:
    """Why a component cannot be deployed, and where in its file; no line where none is to blame."""

    problem: str
    line: int | None = None
    column: int | None = None


@dataclass
class Component:
    """One member of package.xml, the file it is in, its element there, and what is wrong."""

    type: str
    name: str
    file: str
    node: Node | None = None
    failures: list[Failure] = field(default_factory=list)

    def fail(self, problem: str, at: Node | None = None) -> None:
        """Notes a problem, at an element or at the component itself."""
        node = at or self.node
        self.failures.append(Failure(problem, node.line, node.column) if node else Failure(problem))


@dataclass
class Upload:
    """The files of a zip by path, and the components that package.xml names."""

    files: dict[str, bytes]
    components: list[Component]

    def of_type(self, name: str) -> Iterator[Component]:
        """Yields the sound components of one type."""
        return (each for each in self.components if each.type == name and each.node)


def read_upload(archive: bytes) -> Upload:
    """Returns what was sent, every unreadable or missing component with its failure."""
    files = _files(archive)
    if not isinstance(files, dict):
        return Upload({}, [files])
    manifest = Component("", MANIFEST, MANIFEST)
    try:
        manifest.node = parse(files[MANIFEST]) if MANIFEST in files else None
    except BadFile as bad:
        manifest.failures.append(Failure(bad.problem, bad.line, bad.column))
        return Upload(files, [manifest])
    if manifest.node is None or manifest.node.tag != "Package":
        manifest.fail("No package.xml found")
        return Upload(files, [manifest])
    if not manifest.node.text("version"):
        manifest.fail("No version specified in package.xml")
    roots: dict[str, Node | Failure] = {}
    components = [
        _component(types.text("name"), member, files, roots)
        for types in manifest.node.each("types")
        for member in types.each("members")
    ]
    return Upload(files, [manifest, *components])


def _files(archive: bytes) -> dict[str, bytes] | Component:
    bad = Component("", MANIFEST, MANIFEST)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            names = [name for name in opened.namelist() if not name.endswith("/")]
            if len(names) <= MOST_FILES:
                return {name: opened.read(name) for name in names}
            bad.fail(f"Too many files in zip: {len(names)}, at most {MOST_FILES} are allowed")
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError):
        bad.fail("The zip file cannot be read")
    return bad


def _component(
    kind: str, member: Node, files: dict[str, bytes], roots: dict[str, Node | Failure]
) -> Component:
    # The official client writes the name of a folder with a slash behind it.
    name = member.own_text.strip().rstrip("/")
    path = _path(kind, name, files)
    made = Component(kind, name, path or MANIFEST)
    if not path:
        made.fail(f"Unknown type name '{kind}' specified in package.xml", member)
        return made
    if path not in files:
        made.file = MANIFEST
        said = f"An object '{name}' of type {kind} was named in package.xml, but was not found"
        made.fail(f"{said} in zipped directory", member)
        return made
    if path not in roots:
        try:
            roots[path] = parse(files[path])
        except BadFile as bad:
            roots[path] = Failure(bad.problem, bad.line, bad.column)
    root = roots[path]
    if isinstance(root, Failure):
        made.failures.append(root)
    elif kind in ELEMENT_OF:
        made.node = _named(root, ELEMENT_OF[kind], name.partition(".")[2])
        if made.node is None:
            made.fail(f"In field: {kind} - no {kind} named {name} found", root)
    else:
        made.node = root
        expected = f"{kind}Folder" if path.endswith("-meta.xml") and kind in _IN_FOLDERS else kind
        if root.tag != expected:
            made.fail(f"Root element {root.tag} is not {expected}", root)
    return made


def _path(kind: str, name: str, files: dict[str, bytes]) -> str:
    if kind in ELEMENT_OF:
        return FILE_OF["CustomObject"].format(name.partition(".")[0])
    if kind in _IN_FOLDERS and (folder := _IN_FOLDERS[kind].format(name)) in files:
        return folder
    return FILE_OF[kind].format(name) if kind in FILE_OF else ""


def _named(root: Node, element: str, name: str) -> Node | None:
    return next((each for each in root.each(element) if each.text("fullName") == name), None)
