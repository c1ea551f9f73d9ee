"""The REST deploy resource: a zip in, a deployment to ask about, an org that has more than before.

Reference 8. The packages here are made up: two objects of a workshop.
"""

import io
import json
import zipfile

import pytest

from connector.emulator.app import Emulator
from connector.emulator.doors import CONTROL_URL, InProcessDoor

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
OBJECT = """    <label>Tool</label><pluralLabel>Tools</pluralLabel>
    <nameField><label>Name</label><type>Text</type></nameField>
    <deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel>
"""
KEY = (
    "<fullName>Key__c</fullName><label>Key</label><type>Text</type><length>40</length>"
    "<externalId>true</externalId><unique>true</unique><caseSensitive>true</caseSensitive>"
)
SIZE = (
    "<fullName>Size__c</fullName><label>Size</label><type>Number</type>"
    "<precision>4</precision><scale>1</scale>"
)
MEMBERS = {
    "CustomObject": ["Tool__c"],
    "CustomField": ["Tool__c.Key__c", "Tool__c.Size__c"],
    "PermissionSet": ["Users"],
}
SET = """    <fieldPermissions><editable>true</editable><field>Tool__c.Key__c</field>
    <readable>true</readable></fieldPermissions>
    <label>Users</label>
    <objectPermissions><allowRead>true</allowRead><object>Tool__c</object></objectPermissions>
"""


def xml(root, inside=""):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {NS}>\n{inside}</{root}>\n'


def tool(*fields, more=""):
    inside = "".join(f"    <fields>{each}</fields>\n" for each in fields)
    return xml("CustomObject", OBJECT + inside + more)


def manifest(members, version="66.0"):
    types = "".join(
        f"<types>{''.join(f'<members>{name}</members>' for name in names)}"
        f"<name>{kind}</name></types>\n"
        for kind, names in members.items()
    )
    return xml("Package", f"{types}<version>{version}</version>")


def files(members=MEMBERS, **changed):
    return {
        "package.xml": manifest(members),
        "objects/Tool__c.object": tool(KEY, SIZE),
        "permissionsets/Users.permissionset": xml("PermissionSet", SET),
    } | changed


def zipped(contents):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return held.getvalue()


class Client:
    """Deploys over HTTP as the vendor's page describes it."""

    def __init__(self, api):
        self.api = api

    def send(self, archive, **options):
        given = {"rollbackOnError": True, "singlePackage": True, **options}
        body = json.dumps({"deployOptions": given})
        return self.api(
            "POST",
            "metadata/deployRequest",
            files={
                "json": (None, body, "application/json"),
                "file": ("package.zip", archive, "application/zip"),
            },
        )

    def ask(self, deployment):
        answer = self.api.get(f"metadata/deployRequest/{deployment}?includeDetails=true")
        assert answer.status_code == 200, answer.text
        return answer.json()["deployResult"]

    def __call__(self, contents, **options):
        """Deploy and return the result at the end."""
        answer = self.send(zipped(contents), **options)
        assert answer.status_code == 201, answer.text
        deployment = answer.json()["id"]
        while (result := self.ask(deployment))["status"] not in {"Succeeded", "Failed"}:
            pass
        return result


@pytest.fixture
def deploy(api):
    return Client(api)


def failures(result):
    return [
        (each["fullName"], each["problem"], each["fileName"], each["lineNumber"])
        for each in result["details"]["componentFailures"]
    ]


class TestADeployment:
    def test_it_is_pending_then_in_progress_then_done(self, deploy):
        sent = deploy.send(zipped(files())).json()
        first, last = deploy.ask(sent["id"]), deploy.ask(sent["id"])

        assert sent["id"].startswith("0Af")
        assert [each["status"] for each in (sent["deployResult"], first, last)] == [
            "Pending",
            "InProgress",
            "Succeeded",
        ]
        assert [each["done"] for each in (sent["deployResult"], first, last)] == [
            False,
            False,
            True,
        ]
        assert (last["numberComponentsTotal"], last["numberComponentsDeployed"]) == (4, 4)
        assert first["details"]["componentSuccesses"] == []

    def test_details_are_told_only_where_they_are_asked_for(self, deploy, api):
        sent = deploy.send(zipped(files())).json()
        plain = api.get(f"metadata/deployRequest/{sent['id']}").json()["deployResult"]
        assert "details" not in plain

    def test_whether_it_is_done_may_be_left_to_the_status(self, deploy, emulator):
        emulator.switches.deploy_done_key = False
        assert "done" not in deploy(files())

    def test_an_unknown_deployment_is_not_found(self, api):
        assert api.get("metadata/deployRequest/0Af000000000001AAA").status_code == 404

    def test_what_was_sent_counts_although_nobody_asks_again(self, deploy, side):
        deploy.send(zipped(files()))
        assert side.org.schema.named("Tool__c")


class TestTheOrgAfterwards:
    def test_new_objects_and_fields_are_invisible_until_a_permission_set_is_assigned(
        self, deploy, side, api
    ):
        deploy(files())
        assert api.get("sobjects/Tool__c/describe").status_code == 404

        side.org.assign_permission_set("Users")
        shown = api.get("sobjects/Tool__c/describe").json()["fields"]
        custom = {each["name"] for each in shown if each["custom"]}
        assert custom == {"Key__c"}  # the permission set says nothing of Size__c

    def test_rows_can_be_written_by_the_deployed_key(self, deploy, side, api):
        deploy(files())
        side.org.assign_permission_set("Users")

        first = api.patch("sobjects/Tool__c/Key__c/a", {"Name": "Saw"})
        second = api.patch("sobjects/Tool__c/Key__c/a", {"Name": "Plane"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert api.soql("SELECT Name FROM Tool__c")["records"][0]["Name"] == "Plane"

    def test_a_second_version_keeps_rows_and_fields_and_adds_what_is_new(self, deploy, side, api):
        deploy(files())
        side.org.assign_permission_set("Users")
        side.org.insert("Tool__c", {"Key__c": "a"})

        ready = (
            "<fullName>Ready__c</fullName><label>Ready</label><type>Checkbox</type>"
            "<defaultValue>true</defaultValue>"
        )
        wanted = SET.replace("Key__c", "Ready__c")
        changed = {
            "objects/Tool__c.object": tool(ready),
            "permissionsets/Users.permissionset": xml("PermissionSet", wanted),
        }
        members = {**MEMBERS, "CustomField": ["Tool__c.Ready__c"]}
        assert deploy(files(members, **changed))["status"] == "Succeeded"

        (row,) = api.soql("SELECT Key__c, Ready__c FROM Tool__c")["records"]
        assert (row["Key__c"], row["Ready__c"]) == ("a", True)

    def test_the_same_again_changes_nothing(self, deploy, side):
        deploy(files())
        before = list(side.org.schema)
        deploy(files())
        assert list(side.org.schema) == before

    def test_a_field_may_become_longer_and_lose_its_uniqueness(self, deploy, side, api):
        deploy(files())
        side.org.assign_permission_set("Users")
        side.org.insert("Tool__c", {"Key__c": "a"})
        loose = KEY.replace("40", "60").replace("<unique>true", "<unique>false")
        deploy(files(**{"objects/Tool__c.object": tool(loose, SIZE)}))

        side.org.insert("Tool__c", {"Key__c": "a"})
        assert api.soql("SELECT COUNT() FROM Tool__c WHERE Key__c = 'a'")["totalSize"] == 2

    def test_a_field_of_rows_with_one_value_cannot_become_unique(self, deploy, side):
        loose = KEY.replace("<unique>true", "<unique>false")
        deploy(files(**{"objects/Tool__c.object": tool(loose, SIZE)}))
        side.org.assign_permission_set("Users")
        side.org.insert("Tool__c", {"Key__c": "a"})
        side.org.insert("Tool__c", {"Key__c": "a"})

        result = deploy(files())
        assert result["status"] == "Failed"
        assert not side.org.schema.named("Tool__c").field_named("Key__c").unique

    def test_fields_can_be_added_to_an_object_of_the_org_itself(self, deploy, side):
        contents = {
            "package.xml": manifest({"CustomField": ["Case.Key__c"]}),
            "objects/Case.object": xml("CustomObject", f"<fields>{KEY}</fields>"),
        }
        assert deploy(contents)["status"] == "Succeeded"
        assert side.org.schema.named("Case").field_named("Key__c").unique
        assert "Key__c" not in str(side.org.describe("Case"))

    def test_a_check_changes_nothing(self, deploy, side):
        result = deploy(files(), checkOnly=True)

        assert (result["status"], result["checkOnly"]) == ("Succeeded", True)
        assert side.org.schema.named("Tool__c") is None
        with pytest.raises(Exception, match="NOT_FOUND"):
            side.org.assign_permission_set("Users")

    def test_one_refused_component_keeps_everything_out(self, deploy, side):
        side.org.settings.refused_components["Users"] = "Not in this org."
        result = deploy(files())

        assert failures(result) == [
            ("Users", "Not in this org.", "permissionsets/Users.permissionset", 2)
        ]
        assert (result["numberComponentErrors"], result["numberComponentsDeployed"]) == (1, 3)
        assert side.org.schema.named("Tool__c") is None


BAD_FIELDS = [
    (KEY.replace("Text", "Texty"), "'Texty' is not a valid value for the enum 'FieldType'"),
    (
        KEY.replace("<length>40</length>", ""),
        "Must specify 'length' for a CustomField of type Text",
    ),
    (KEY.replace("40", "256"), "Length must be between 1 and 255"),
    (KEY.replace("<label>Key</label>", ""), "Must specify 'label' for a CustomField of type Text"),
    (
        KEY.replace("Text", "Lookup") + "<referenceTo>Shed__c</referenceTo>",
        "referenceTo value of 'Shed__c' does not resolve to a valid sObject type",
    ),
]


class TestRefusals:
    @pytest.mark.parametrize(("field", "problem"), BAD_FIELDS)
    def test_a_field_that_no_org_would_take_is_refused_with_its_line(self, deploy, field, problem):
        result = deploy(files(**{"objects/Tool__c.object": tool(SIZE, field)}))

        said = [(name, told) for name, told, _, _ in failures(result)]
        assert ("Tool__c.Key__c", problem) in said
        lines = {line for name, _, _, line in failures(result) if name == "Tool__c.Key__c"}
        assert lines == {7}

    @pytest.mark.parametrize(
        ("path", "text", "name", "problem"),
        [
            (
                "objects/Tool__c.object",
                tool(KEY, SIZE).replace("</label>", "</labl>", 1),
                "Tool__c",
                "Error parsing file: mismatched tag",
            ),
            (
                "objects/Tool__c.object",
                tool(KEY),
                "Tool__c.Size__c",
                "In field: CustomField - no CustomField named Tool__c.Size__c found",
            ),
            (
                "objects/Tool__c.object",
                tool(KEY, SIZE).replace(NS, 'xmlns="urn:other"'),
                "Tool__c",
                f"Element CustomObject is not in the namespace {NS[7:-1]}",
            ),
            (
                "objects/Tool__c.object",
                tool(KEY, SIZE).replace("<sharingModel>ReadWrite</sharingModel>", ""),
                "Tool__c",
                "Must specify a non-empty sharingModel for the CustomObject",
            ),
            (
                "permissionsets/Users.permissionset",
                xml("PermissionSet", SET.replace("Key__c", "Kay__c")),
                "Users",
                "In field: field - no CustomField named Tool__c.Kay__c found",
            ),
            (
                "permissionsets/Users.permissionset",
                xml("PermissionSet", SET.replace("<object>Tool__c", "<object>Toll__c")),
                "Users",
                "In field: object - no CustomObject named Toll__c found",
            ),
            (
                "permissionsets/Users.permissionset",
                xml("Profile", SET),
                "Users",
                "Root element Profile is not PermissionSet",
            ),
        ],
    )
    def test_a_file_that_no_org_would_take_is_refused(self, deploy, path, text, name, problem):
        result = deploy(files(**{path: text}))

        assert result["status"] == "Failed"
        assert (name, problem, path) in [told[:3] for told in failures(result)]

    def test_a_required_field_takes_no_permission(self, deploy):
        must = KEY + "<required>true</required>"
        result = deploy(files(**{"objects/Tool__c.object": tool(must, SIZE)}))
        assert "You cannot deploy to a required field: Tool__c.Key__c" in str(failures(result))

    def test_the_type_of_a_field_stays_as_it_is(self, deploy):
        deploy(files())
        text = SIZE.replace("Number", "Text").replace(
            "<precision>4", "<length>9</length><precision>4"
        )
        result = deploy(files(**{"objects/Tool__c.object": tool(KEY, text)}))
        assert [name for name, _, _, _ in failures(result)] == ["Tool__c.Size__c"]

    @pytest.mark.parametrize(
        ("members", "name", "problem"),
        [
            ({"CustomTab": ["Tool__c"]}, "Tool__c", "was not found in zipped directory"),
            ({"Toolbox": ["A"]}, "A", "Unknown type name 'Toolbox' specified in package.xml"),
        ],
    )
    def test_a_manifest_that_names_what_is_not_there_is_refused(
        self, deploy, members, name, problem
    ):
        ((told, said, file, line),) = failures(deploy(files({**MEMBERS, **members})))
        assert (told, file) == (name, "package.xml")
        assert problem in said
        assert line > 2

    @pytest.mark.parametrize(
        ("manifest_text", "problem"),
        [
            (None, "No package.xml found"),
            ("<a", "Error parsing file: unclosed token"),
            (xml("Bundle"), "No package.xml found"),
            (xml("Package"), "No version specified in package.xml"),
        ],
    )
    def test_a_package_without_a_readable_manifest_is_refused(self, deploy, manifest_text, problem):
        contents = files()
        del contents["package.xml"]
        if manifest_text is not None:
            contents["package.xml"] = manifest_text
        ((_, said, file, _),) = failures(deploy(contents))
        assert (said, file) == (problem, "package.xml")

    def test_bytes_that_are_no_zip_are_refused(self, deploy):
        sent = deploy.send(b"PK\x03\x04 and no more").json()
        deploy.ask(sent["id"])
        result = deploy.ask(sent["id"])
        assert result["status"] == "Failed"
        assert failures(result)[0][1] == "The zip file cannot be read"


def with_view(columns):
    view = f"<fullName>All</fullName>{columns}<filterScope>Everything</filterScope>"
    return tool(KEY, SIZE, more=f"    <listViews>{view}<label>All</label></listViews>\n")


@pytest.mark.parametrize(
    ("kind", "name", "path", "text", "problem"),
    [
        (
            "ListView",
            "Tool__c.All",
            "objects/Tool__c.object",
            with_view("<columns>NAME</columns><columns>Kay__c</columns>"),
            "Could not resolve list view column: Kay__c",
        ),
        (
            "ListView",
            "Tool__c.All",
            "objects/Tool__c.object",
            with_view("<columns>Key__c</columns>"),
            None,
        ),
        (
            "CompactLayout",
            "Tool__c.Short",
            "objects/Tool__c.object",
            tool(
                KEY,
                SIZE,
                more="<compactLayouts><fullName>Short</fullName><fields>Kay__c</fields>"
                "<label>a</label></compactLayouts>",
            ),
            "In field: field - no CustomField named Tool__c.Kay__c found",
        ),
        (
            "Layout",
            "Tool__c-Tool Layout",
            "layouts/Tool__c-Tool Layout.layout",
            xml(
                "Layout",
                "<layoutSections><layoutColumns><layoutItems><field>Kay__c</field>"
                "</layoutItems></layoutColumns></layoutSections>",
            ),
            "In field: field - no CustomField named Tool__c.Kay__c found",
        ),
        (
            "CustomTab",
            "Toll__c",
            "tabs/Toll__c.tab",
            xml("CustomTab", "<customObject>true</customObject>"),
            "In field: object - no CustomObject named Toll__c found",
        ),
        (
            "CustomApplication",
            "Workshop",
            "applications/Workshop.app",
            xml("CustomApplication", "<tabs>standard-Account</tabs><tabs>Toll__c</tabs>"),
            "In field: tabs - no CustomTab named Toll__c found",
        ),
        (
            "LightningComponentBundle",
            "saw",
            "lwc/saw/saw.js-meta.xml",
            xml("LightningComponentBundle"),
            "Cannot find Lightning Component Bundle saw",
        ),
        (
            "Report",
            "Lost/One",
            "reports/Lost/One.report",
            xml("Report"),
            "Cannot find folder: Lost",
        ),
        ("Report", "Lost", "reports/Lost-meta.xml", xml("ReportFolder"), None),
        # as the official client spells a folder
        ("Report", "Lost/", "reports/Lost-meta.xml", xml("ReportFolder"), None),
    ],
)
def test_what_a_component_names_must_exist(deploy, kind, name, path, text, problem):  # noqa: PLR0913, PLR0917 - a table
    result = deploy(files({**MEMBERS, kind: [name]}, **{path: text}))

    assert [(told, said) for told, said, _, _ in failures(result)] == (
        [(name, problem)] if problem else []
    )


class TestTheRequest:
    def test_a_user_without_the_permission_is_told_which(self, deploy, side):
        side.org.settings.may_deploy = False
        answer = deploy.send(zipped(files()))

        assert answer.status_code == 403
        assert answer.json()[0]["errorCode"] == "INSUFFICIENT_ACCESS"

    def test_a_production_org_is_not_told_to_run_no_tests(self, deploy, side, emulator):
        assert deploy.send(zipped(files()), testLevel="NoTestRun").status_code == 201
        side.org.become("Enterprise Edition")
        assert deploy.send(zipped(files()), testLevel="NoTestRun").status_code == 400
        assert deploy.send(zipped(files()), testLevel="RunLocalTests").status_code == 201
        emulator.switches.no_test_run_in_production = True
        assert deploy.send(zipped(files()), testLevel="NoTestRun").status_code == 201

    def test_a_sandbox_is_no_production_org(self, deploy, side):
        side.org.become("Enterprise Edition", sandbox=True)
        assert deploy.send(zipped(files()), testLevel="NoTestRun").status_code == 201

    @pytest.mark.parametrize(
        "options", [{"rollbackOnError": False}, {"allowMissingFiles": True}, {"testLevel": "Some"}]
    )
    def test_a_production_org_insists_on_all_or_nothing(self, deploy, side, options):
        side.org.become("Enterprise Edition")
        assert deploy.send(zipped(files()), **options).status_code == 400

    def test_a_body_that_is_no_multipart_is_refused(self, api):
        assert api.post("metadata/deployRequest", {"deployOptions": {}}).status_code == 415

    @pytest.mark.parametrize("text", ["{", "{}", "[]", '{"deployOptions": 1}'])
    def test_a_part_that_is_missing_or_no_json_is_refused(self, api, text):
        sent = {"json": (None, text, "application/json"), "file": ("a.zip", b"", "application/zip")}
        answer = api("POST", "metadata/deployRequest", files=sent)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


class TestAnEmptyOrg:
    def test_it_has_no_object_of_a_package(self):
        emulator = Emulator(empty_org=True)
        assert not [each.name for each in emulator.org.schema if each.custom]

    def test_it_gets_the_objects_by_a_deployment(self, connected_app):
        emulator = Emulator(empty_org=True)
        emulator.salesforce.settings.connected_apps.append(connected_app)
        emulator.org.deploy(zipped(files()))
        assert [each.name for each in emulator.org.schema if each.custom] == ["Tool__c"]

    def test_the_control_door_assigns_a_permission_set(self, door):
        emulator = Emulator(empty_org=True)
        emulator.org.deploy(zipped(files()))
        url = f"{CONTROL_URL}/salesforce/assignments"
        InProcessDoor(emulator).mount(door)

        assert door.post(url, json={"permission_set": "Nobody"}).status_code == 400
        assert door.post(url, json={"permission_set": "Users"}).json() == {"assigned": "Users"}
        assert emulator.org.describe("Tool__c")


SEATS = (
    "<fullName>Seats__c</fullName><label>Seats</label><type>Number</type>"
    "<precision>18</precision><scale>0</scale><formula>2</formula>"
)
OWNER = (
    "<fullName>Owner__c</fullName><label>Owner</label><type>Lookup</type>"
    "<referenceTo>Contact</referenceTo><deleteConstraint>Cascade</deleteConstraint>"
)


def tools(*fields):
    names = [field.partition("</fullName>")[0].removeprefix("<fullName>") for field in fields]
    members = {"CustomObject": ["Tool__c"], "CustomField": [f"Tool__c.{name}" for name in names]}
    return {"package.xml": manifest(members), "objects/Tool__c.object": tool(*fields)}


def test_a_formula_and_a_cascading_lookup_can_be_deployed(side, deploy):
    org = side.org
    contents = tools(KEY, SEATS, OWNER)
    assert deploy(contents)["status"] == deploy(contents)["status"] == "Succeeded"
    org.show_object("Tool__c")
    contact = org.insert("Contact", {"LastName": "Doe"})
    for field in ("Key__c", "Seats__c", "Owner__c"):
        assert field not in {one["name"] for one in org.describe("Tool__c")["fields"]}
        org.show_field("Tool__c", field)
    tool_id = org.insert("Tool__c", {"Owner__c": contact})
    assert org.retrieve("Tool__c", tool_id)["Seats__c"] == 2.0
    org.delete("Contact", contact)
    assert org.query("SELECT Id FROM Tool__c") == []


@pytest.mark.parametrize(("first", "then"), [(SEATS, "plain"), ("plain", SEATS)])
def test_a_field_does_not_become_a_formula_nor_the_other_way_round(deploy, first, then):
    plain = SEATS.replace("<formula>2</formula>", "")
    fields = [plain if each == "plain" else each for each in (first, then)]
    assert deploy(tools(fields[0]))["status"] == "Succeeded"
    result = deploy(tools(fields[1]))
    assert result["status"] == "Failed"
    assert "formula" in result["details"]["componentFailures"][0]["problem"]


def test_a_formula_of_an_impossible_type_is_refused(deploy):
    result = deploy(tools(SEATS.replace("Number", "LongTextArea")))
    problems = [each["problem"] for each in result["details"]["componentFailures"]]
    assert problems == ["A formula cannot be of type LongTextArea"]
