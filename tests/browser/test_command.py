"""`connector demo --browser` as a person types it."""

import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from connector.demo.browser.show import open_show

COMMAND = [sys.executable, "-m", "connector", "demo", "--browser", "--no-open", "--port"]


def started(port):
    return subprocess.Popen(
        [*COMMAND, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.usefixtures("chromium")
def test_it_serves_the_page_and_ends_with_ctrl_c():
    process = started(0)
    line = process.stdout.readline()
    url = re.search(r"http://127\.0\.0\.1:\d+", line)[0]
    assert "globalThis.platform" in requests.get(url, timeout=10).text
    assert requests.get(f"{url}/bundle/page.js", timeout=10).ok
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said == ""
    assert rest.endswith("Ended. Everything was emulated; nothing is left.\n")


@pytest.mark.usefixtures("chromium")
def test_a_port_that_is_taken_ends_with_the_command_to_type():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = started(taken.getsockname()[1])
        _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "connector demo --browser --port 0" in said


@pytest.mark.usefixtures("chromium")
def test_it_runs_the_connector_by_itself():
    with open_show() as show:
        deadline = time.monotonic() + 30
        while not show.background.runs:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert show.stage.emulator.org.count("Trustpilot_Review__c") > 0
