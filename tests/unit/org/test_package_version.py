"""Whether the package in an org is older or newer than the one that the connector needs."""

import pytest

from connector.core.org.package_version import PACKAGE_VERSION, Standing, compare


@pytest.mark.parametrize(
    ("seen", "there", "standing"),
    [
        pytest.param(None, False, Standing.OLDER, id="a package without a version"),
        pytest.param(float(PACKAGE_VERSION), True, Standing.CURRENT, id="as the org spells it"),
        pytest.param(PACKAGE_VERSION, True, Standing.CURRENT, id="the same"),
        pytest.param(None, True, Standing.CURRENT, id="no checkpoint, or nothing evaluated"),
        pytest.param(PACKAGE_VERSION - 1, True, Standing.OLDER, id="a lower version"),
        pytest.param(PACKAGE_VERSION + 1.0, True, Standing.NEWER, id="a higher version"),
        pytest.param("2", True, Standing.CURRENT, id="what is no number says nothing"),
    ],
)
def test_a_package_is_older_the_same_or_newer(seen, there, standing):
    assert compare(seen, field_is_there=there) is standing
