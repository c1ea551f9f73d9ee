"""`connector status` in an org that no run has seen yet."""

import json


def test_status_before_the_first_run_says_what_to_type(desk):
    status = desk.type("status")

    assert status.exit_code == 0
    assert status.stdout.startswith("No run has finished yet. Type: connector run\n")
    assert "No open issue." in status.stdout


def test_status_before_the_first_run_is_whole_in_json_too(desk):
    told = json.loads(desk.type("status", "--json").stdout)

    assert (told["last_run"], told["marks"], told["issues"]) == (None, {}, [])
