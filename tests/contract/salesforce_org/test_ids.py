import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.emulator.salesforce.rows.ids import IdMint, base_62, checksum, normalise_id

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ids_15 = st.text(alphabet=LETTERS, min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("id_15", "suffix"),
    [
        ("0017e00001W4GYR", "AA3"),  # recorded account
        ("0037e00001WZ30q", "AAD"),  # recorded contact
        ("0067e00000K8i71", "AAB"),  # recorded opportunity
        ("012000000000000", "AAA"),  # the master record type: no letters at all
    ],
)
def test_the_checksum_is_the_vendors(id_15, suffix):
    assert checksum(id_15) == suffix


@given(ids_15)
def test_both_forms_of_an_id_normalise_to_the_same_18_characters(id_15):
    normal = normalise_id(id_15)
    assert len(normal) == 18
    assert normal[:15] == id_15
    assert normalise_id(normal) == normal


@given(ids_15)
def test_an_id_survives_the_loss_of_its_case(id_15):
    normal = id_15 + checksum(id_15)
    assert normalise_id(normal.lower()) == normal
    assert normalise_id(normal.upper()) == normal


@pytest.mark.parametrize("text", ["", "abc", "001", "0017e00001W4GYR!", "0017e00001W4GYRAA", "a b"])
def test_other_text_is_no_id(text):
    assert normalise_id(text) is None


def test_a_wrong_checksum_is_no_id():
    assert normalise_id("0010000000000009ZZ") is None


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_base_62_keeps_the_order_of_numbers(first, second):
    assert (base_62(first, 9) < base_62(second, 9)) == (first < second)


def test_minted_ids_differ_and_ascend():
    mint = IdMint()
    made = [mint.next_id("001") for _ in range(500)]
    assert made == sorted(set(made))
    assert all(normalise_id(one) == one and one.startswith("001") for one in made)
