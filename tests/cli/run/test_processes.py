"""Real processes side by side: `connector run` against `connector emulator`, and the demo."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest
import requests

PATIENCE = 60


@pytest.fixture
def rehearsal(command, tmp_path, request):
    """`connector emulator` in a process of its own, in a free folder; it has printed its lines."""
    folder = tmp_path / "a folder with blanks"
    process = subprocess.Popen(  # noqa: S603  our own module
        [*command, "emulator", "--folder", str(folder), "--reviews", "30", *_more(request)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    shown = []
    for line in process.stdout:
        shown.append(line)
        if "Ctrl-C" in line:
            break
    yield process, folder, "".join(shown)
    process.kill()
    process.communicate()


def _more(request):
    """Options that a test asks for by an indirect parameter."""
    return getattr(request, "param", ())


@pytest.fixture
def in_another_terminal(tmp_path):
    """Type into a shell that knows nothing but PATH and the printed environment."""

    def run(folder, command):
        script = f"source {shlex.quote(str(folder / 'environment.sh'))} && {command}"
        return subprocess.run(  # noqa: S603  our own module
            ["/bin/bash", "-c", script],
            env={"PATH": "/usr/bin:/bin"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


def test_a_run_against_the_emulator_needs_nothing_but_the_printed_environment(
    rehearsal, in_another_terminal
):
    process, folder, shown = rehearsal
    connector = f"{shlex.quote(sys.executable)} -m connector"

    first = in_another_terminal(folder, f"{connector} run --json")
    second = in_another_terminal(folder, f"{connector} run --json")
    checked = in_another_terminal(folder, f"{connector} validate")

    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["flows"]["reviews_in"]["counts"]["reviews_new"] > 10
    assert json.loads(second.stdout)["did_something"] is False
    assert checked.returncode == 0
    assert (folder / "config.yaml").read_text(encoding="utf-8").strip() in shown
    assert "In another terminal:\n  source " in shown
    assert process.poll() is None


@pytest.mark.parametrize("rehearsal", [("--empty-org",)], indirect=True)
def test_an_org_without_the_package_gets_it_by_deploy_and_access_by_the_control_door(
    rehearsal, in_another_terminal
):
    _, folder, shown = rehearsal
    connector = f"{shlex.quote(sys.executable)} -m connector"
    control = re.search(r"https://127\.0\.0\.1:\d+ \(Ctrl-C", shown)[0].partition(" ")[0]
    environment = (folder / "environment.sh").read_text(encoding="utf-8")
    (trusted,) = shlex.split(re.search(r"REQUESTS_CA_BUNDLE=(.*)", environment)[1])

    early = in_another_terminal(folder, f"{connector} run --json")
    deployed = in_another_terminal(folder, f"{connector} deploy --json")
    hidden = in_another_terminal(folder, f"{connector} run --json")
    assigned = requests.post(
        f"{control}/salesforce/assignments",
        json={"permission_set": "Trustpilot_Connector"},
        verify=trusted,
        timeout=PATIENCE,
    )
    run = in_another_terminal(folder, f"{connector} run --json")

    assert "connector deploy" in shown
    assert (early.returncode, hidden.returncode) == (4, 4)
    assert "connector deploy" in early.stderr
    assert json.loads(deployed.stdout)["status"] == "Succeeded"
    assert assigned.status_code == requests.codes.ok
    assert run.returncode == 0, run.stderr


def test_the_emulator_ends_with_ctrl_c_without_a_traceback(rehearsal):
    process, _, shown = rehearsal
    assert re.search(r"Clock, faults and calls: https://127\.0\.0\.1:\d+ ", shown)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def demo():
    """`connector demo` as a newcomer types it: no configuration, no account."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "connector", "demo"],
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done, time.monotonic() - began


def test_the_demo_ends_well_within_a_minute(demo):
    done, seconds = demo

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert seconds < 60


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(r"\d{2,} service reviews imported", id="service reviews"),
        pytest.param(r"\d{2,} product reviews imported", id="product reviews"),
        pytest.param(r"TrustScore \d\.\d", id="summary"),
        pytest.param(
            r"Opportunity became Closed Won \(seen in OpportunityHistory.*\)\n"
            r"\s+rule after-a-won-opportunity: email for Maya Fielding, due \d{4}-\d\d-\d\d",
            id="invitation: rule, recipient, due time",
        ),
        pytest.param(r"Trustpilot received [1-9] e-mail invitations, each once", id="sent once"),
        pytest.param(r"https://\S+/evaluate-bgl/shop\.example\.com\?p=", id="link"),
        pytest.param(r"decrypted it and accepted it for reference \S+", id="link accepted"),
        pytest.param(r"Trustpilot now shows below the \d-star review:\n\s+“.+”", id="reply live"),
        pytest.param(r"Another run finds nothing to do\n\s+\d Salesforce and \d", id="idle run"),
        pytest.param(r"nothing to do\s+\d\+0", id="cost of the idle run's parts"),
    ],
)
def test_the_demo_shows(demo, shown):
    done, _ = demo

    assert re.search(shown, done.stdout), done.stdout


def test_the_demo_tells_the_calls_of_each_part_of_each_run(demo):
    done, _ = demo
    table = done.stdout.partition("sign-in included")[2]

    for run in ("reviews in", "stages change", "invitations out", "replies out", "nothing to do"):
        row = next(line for line in table.splitlines() if line.strip().startswith(run))
        assert len(re.findall(r"\d+\+\d+", row)) == 9
