"""The built page is found where it is, and its absence ends with the command to type."""

import pytest

from connector.core.terms.errors import ConfigurationError
from connector.demo.browser.bundle import bundle_folder


def test_a_repository_shows_what_was_built_last(tmp_path):
    built = tmp_path / "ui" / "dist"
    built.mkdir(parents=True)
    (built / "page.js").touch()
    assert bundle_folder(tmp_path / "connector") == built


def test_an_installed_connector_carries_the_page(tmp_path):
    shipped = tmp_path / "connector" / "shipped" / "ui"
    shipped.mkdir(parents=True)
    (shipped / "page.js").touch()
    assert bundle_folder(tmp_path / "connector") == shipped


@pytest.mark.parametrize(
    ("folder", "next_step"),
    [("ui", "Type: make ui"), ("elsewhere", "make browser-demo")],
)
def test_where_nothing_is_built_the_next_command_is_named(tmp_path, folder, next_step):
    (tmp_path / folder).mkdir()
    with pytest.raises(ConfigurationError) as missing:
        bundle_folder(tmp_path / "connector")
    assert next_step in missing.value.next_step
