"""Which folder of a source-format package holds which type of metadata, and in what shape.

A table and nothing else: `core.org.source_package` reads it. The words are those of Salesforce's
Metadata API, whose package format they also name. A folder that is not here is refused by name,
so nothing of a package is left behind unseen; Apex is missing on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Shape(Enum):
    """How the components of a type lie in their folder."""

    FILE = auto()  # one XML file each
    FOLDERS = auto()  # XML files in folders that are components themselves, also in one another
    PARTS = auto()  # a folder each, whose files become one file
    BUNDLE = auto()  # a folder each, which is taken as it is
    CONTENT = auto()  # a file of any kind, and an XML file that describes it


@dataclass(frozen=True)
class PartType:
    """A file inside a decomposed component: the element that it becomes there.

    `name` is the type under which the part is a member of its own, empty where it is none.
    """

    suffix: str
    element: str
    name: str = ""


@dataclass(frozen=True)
class MetadataType:
    """One type: its name in `package.xml`, its folder in both formats, the suffix of its files."""

    name: str
    folder: str
    suffix: str
    shape: Shape = Shape.FILE
    parts: tuple[PartType, ...] = ()

    @property
    def folder_suffix(self) -> str:
        """The suffix of a file that describes a folder of this type, in source format."""
        return f"{self.suffix}Folder"


_OF_OBJECTS = (
    PartType("field", "fields", "CustomField"),
    PartType("fieldSet", "fieldSets", "FieldSet"),
    PartType("compactLayout", "compactLayouts", "CompactLayout"),
    PartType("businessProcess", "businessProcesses", "BusinessProcess"),
    PartType("recordType", "recordTypes", "RecordType"),
    PartType("validationRule", "validationRules", "ValidationRule"),
    PartType("webLink", "webLinks", "WebLink"),
    PartType("listView", "listViews", "ListView"),
    PartType("sharingReason", "sharingReasons", "SharingReason"),
    PartType("index", "indexes", "Index"),
)

METADATA_TYPES = (
    MetadataType("CustomObject", "objects", "object", Shape.PARTS, _OF_OBJECTS),
    MetadataType(
        "CustomObjectTranslation",
        "objectTranslations",
        "objectTranslation",
        Shape.PARTS,
        (PartType("fieldTranslation", "fields"),),
    ),
    MetadataType("CustomApplication", "applications", "app"),
    MetadataType("CustomTab", "tabs", "tab"),
    MetadataType("Layout", "layouts", "layout"),
    MetadataType("FlexiPage", "flexipages", "flexipage"),
    MetadataType("QuickAction", "quickActions", "quickAction"),
    MetadataType("PermissionSet", "permissionsets", "permissionset"),
    MetadataType("PermissionSetGroup", "permissionsetgroups", "permissionsetgroup"),
    MetadataType("CustomPermission", "customPermissions", "customPermission"),
    MetadataType("CustomLabels", "labels", "labels"),
    MetadataType("Translations", "translations", "translation"),
    MetadataType("GlobalValueSet", "globalValueSets", "globalValueSet"),
    MetadataType("CustomMetadata", "customMetadata", "md"),
    MetadataType("Flow", "flows", "flow"),
    MetadataType("Queue", "queues", "queue"),
    MetadataType("Group", "groups", "group"),
    MetadataType("PathAssistant", "pathAssistants", "pathAssistant"),
    MetadataType("CustomNotificationType", "notificationtypes", "notiftype"),
    MetadataType("NamedCredential", "namedCredentials", "namedCredential"),
    MetadataType("ExternalCredential", "externalCredentials", "externalCredential"),
    MetadataType("RemoteSiteSetting", "remoteSiteSettings", "remoteSite"),
    MetadataType("CspTrustedSite", "cspTrustedSites", "cspTrustedSite"),
    MetadataType("LightningMessageChannel", "messageChannels", "messageChannel"),
    MetadataType("ReportType", "reportTypes", "reportType"),
    # Salesforce 8: a folder is a member too, and the members in it name it.
    MetadataType("Report", "reports", "report", Shape.FOLDERS),
    MetadataType("Dashboard", "dashboards", "dashboard", Shape.FOLDERS),
    MetadataType("LightningComponentBundle", "lwc", "js", Shape.BUNDLE),
    MetadataType("StaticResource", "staticresources", "resource", Shape.CONTENT),
    MetadataType("ContentAsset", "contentassets", "asset", Shape.CONTENT),
)

TYPE_OF_FOLDER = {each.folder: each for each in METADATA_TYPES}
"""The type of each folder, by its name."""
