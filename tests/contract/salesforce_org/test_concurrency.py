# ruff: noqa: S608 - this is SOQL for the emulated org
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.emulator.salesforce.rows.errors import RowError

WRITERS = 8


@pytest.fixture(autouse=True)
def _switch_threads_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def run_together(work, count=WRITERS):
    barrier = Barrier(count)

    def start(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def test_of_racing_inserts_of_one_key_exactly_one_wins(org):
    def insert(number):
        try:
            return org.insert("Gadget__c", {"Must__c": str(number), "Key__c": "k"})
        except RowError as error:
            return error.status_code

    for _ in range(20):
        outcomes = run_together(insert)
        assert outcomes.count("DUPLICATE_VALUE") == WRITERS - 1
        (row,) = org.query("SELECT Id FROM Gadget__c WHERE Key__c = 'k'")
        assert row["Id"] in outcomes
        org.delete("Gadget__c", row["Id"])


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keys=st.lists(st.sampled_from("abc"), min_size=WRITERS, max_size=WRITERS))
def test_racing_upserts_leave_one_row_per_key(org, keys):
    def upsert(number):
        return org.upsert("Gadget__c", "Key__c", keys[number], {"Must__c": str(number)})

    for row in org.query("SELECT Id FROM Gadget__c"):
        org.delete("Gadget__c", row["Id"])
    outcomes = run_together(upsert)
    assert sum(created for _, created in outcomes) == len(set(keys))
    rows = org.query("SELECT Key__c FROM Gadget__c")
    assert sorted(row["Key__c"] for row in rows) == sorted(set(keys))


def test_readers_never_see_half_of_a_block(org, add_gadget):
    stop, torn = [], []

    def read():
        while not stop:
            size = org.run("SELECT COUNT() FROM Gadget__c").total_size
            if size % 2:
                torn.append(size)

    reader = Thread(target=read)
    reader.start()
    for _ in range(100):
        with org.all_or_none():
            add_gadget()
            add_gadget()
    stop.append(True)
    reader.join()
    assert torn == []
    assert org.count("Gadget__c") == 200


def test_ten_thousand_keys_are_written_and_found_in_seconds(org):
    start = perf_counter()
    for number in range(10_000):
        values = {"Must__c": "x", "Size__c": 5, "When__c": "2026-01-01T00:00:00Z"}
        org.upsert("Gadget__c", "Key__c", f"k{number}", values)
    for number in range(0, 10_000, 100):
        org.query(f"SELECT Id FROM Gadget__c WHERE Key__c = 'k{number}'")
    assert perf_counter() - start < 10
    assert org.count("Gadget__c") == 10_000
