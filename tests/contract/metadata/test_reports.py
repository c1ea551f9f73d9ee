"""Reports ask for what is there, and the dashboard shows them without an overlap."""

from pathlib import Path

import pytest
from lxml import etree

PACKAGE = Path(__file__).parents[3] / "salesforce" / "main" / "default"
OF = "{http://soap.sforce.com/2006/04/metadata}"
ALWAYS_THERE = {"Name", "CreatedDate", "LastModifiedDate"}
AT_MOST_IN_A_ROW = 12


def roots(pattern):
    paths = sorted(PACKAGE.glob(pattern))
    assert paths, pattern
    return {path.name.partition(".")[0]: etree.parse(path).getroot() for path in paths}


def texts(element, path):
    return [
        found.text for found in element.iterfind("/".join(OF + part for part in path.split("/")))
    ]


@pytest.fixture(scope="module")
def reports():
    return roots("reports/Trustpilot/*.report-meta.xml")


@pytest.fixture(scope="module")
def report_types():
    return roots("reportTypes/*")


def test_a_report_type_offers_every_field_of_its_object(report_types, fields):
    for report_type in report_types.values():
        (object_name,) = texts(report_type, "baseObject")
        offered = texts(report_type, "sections/columns/field")
        assert set(texts(report_type, "sections/columns/table")) == {object_name}
        assert sorted(offered) == sorted(ALWAYS_THERE | set(fields[object_name]))


def named_in(report):
    """Every field that a report names anywhere, as object and field."""
    paths = (
        "columns/field",
        "groupingsDown/field",
        "groupingsAcross/field",
        "filter/criteriaItems/column",
        "timeFrameFilter/dateColumn",
        "chart/groupingColumn",
        "chart/secondaryGroupingColumn",
    )
    return {tuple(name.split("$")) for path in paths for name in texts(report, path)}


def test_a_report_names_fields_that_its_type_offers(reports, report_types):
    for name, report in reports.items():
        (type_name,) = texts(report, "reportType")
        report_type = report_types[type_name.removesuffix("__c")]
        (object_name,) = texts(report_type, "baseObject")
        offered = {(object_name, f) for f in texts(report_type, "sections/columns/field")}
        assert named_in(report) <= offered, name


def test_a_grouped_field_is_no_column_and_a_matrix_is_grouped_both_ways(reports):
    for name, report in reports.items():
        down, across = texts(report, "groupingsDown/field"), texts(report, "groupingsAcross/field")
        assert not {*down, *across} & set(texts(report, "columns/field")), name
        # a chart of a tabular report fails when it is looked at
        assert (texts(report, "format"), bool(across)) in ((["Matrix"], True), (["Summary"], False))
        assert down, name


def test_filters_by_status_use_values_of_the_list(reports, fields):
    checked = 0
    for report in reports.values():
        for item in report.iterfind(f"{OF}filter/{OF}criteriaItems"):
            object_name, _, field = texts(item, "column")[0].partition("$")
            if fields[object_name].get(field, {}).get("type") == "Picklist":
                values = fields[object_name][field]["valueSet"][0]["valueSetDefinition"][0]["value"]
                known = {value["fullName"][0] for value in values}
                assert set(texts(item, "value")[0].split(",")) <= known
                checked += 1
    assert checked >= 1


def test_names_of_reports_are_as_short_as_salesforce_wants_them(reports):
    for report in reports.values():
        assert len(texts(report, "name")[0]) <= 40
        assert len(texts(report, "description")[0]) <= 255


def test_the_dashboard_shows_every_report_by_its_own_groupings(reports):
    (dashboard,) = roots("dashboards/Trustpilot/*").values()
    tiles = list(dashboard.iter(f"{OF}dashboardComponent"))

    shown = [texts(tile, "report")[0] for tile in tiles]
    assert sorted(shown) == sorted(f"Trustpilot/{name}" for name in reports)
    for tile in tiles:
        report = reports[texts(tile, "report")[0].partition("/")[2]]
        groupings = texts(report, "groupingsDown/field") + texts(report, "groupingsAcross/field")
        assert sorted(texts(tile, "groupingColumn")) == sorted(groupings)


def test_the_tiles_of_the_dashboard_do_not_overlap():
    (dashboard,) = roots("dashboards/Trustpilot/*").values()
    taken = []
    for tile in dashboard.iter(f"{OF}dashboardGridComponents"):
        left, top, width, height = (
            int(texts(tile, name)[0]) for name in ("columnIndex", "rowIndex", "colSpan", "rowSpan")
        )
        assert left + width <= AT_MOST_IN_A_ROW
        taken += [(x, y) for x in range(left, left + width) for y in range(top, top + height)]
    assert len(taken) == len(set(taken)) > 0


def test_the_dashboard_runs_as_whoever_looks_at_it():
    # a named user would have to exist in every org, and would show agents what they may not see
    (dashboard,) = roots("dashboards/Trustpilot/*").values()

    assert texts(dashboard, "dashboardType") == ["LoggedInUser"]
    assert texts(dashboard, "runningUser") == []


@pytest.mark.parametrize("kind", ["report", "dashboard"])
def test_a_folder_is_there_for_everybody_to_read(kind):
    (folder,) = roots(f"{kind}s/*.{kind}Folder-meta.xml").values()

    assert texts(folder, "accessType") == ["Public"]
    assert texts(folder, "publicFolderAccess") == ["ReadOnly"]
