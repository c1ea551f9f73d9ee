"""The list of modules that wait for a mirror says the truth, and only becomes shorter."""

from itertools import chain, combinations

from verdict import problems

GAPS = {"rules/delays": "", "rules/entries": "7-9", "terms/records": "12->exit"}
TRUE = ["rules/entries", "terms/records"]


def said(listed, most=2):
    return problems(GAPS, {"most": most, "modules": listed})


def test_a_list_of_what_is_not_covered_is_no_problem():
    assert said(TRUE) == []


def test_no_other_list_is_without_a_problem():
    names = [*GAPS, "rules/gone"]
    lists = chain.from_iterable(combinations(names, n) for n in range(len(names) + 1))
    assert [sorted(each) for each in lists if not said(sorted(each), len(each))] == [TRUE]


def test_a_covered_module_leaves_the_list():
    (problem,) = said(["rules/delays", *TRUE], 3)
    assert problem.startswith("rules/delays: its mirror covers it now; take it off")


def test_a_module_that_is_gone_leaves_the_list():
    (problem,) = said(["rules/deleted", *TRUE], 3)
    assert problem == "rules/deleted: there is no such module; take it off the list."


def test_an_uncovered_module_does_not_enter_the_list():
    (problem,) = said(["rules/entries"], 1)
    assert problem.startswith("terms/records: its mirror misses 12->exit; write that test.")
    assert problem.endswith("Nothing is added to the list.")


def test_most_is_the_length_of_the_list():
    (too_long,) = said(TRUE, 1)
    (too_short,) = said(TRUE, 3)
    assert too_long == "The list holds 2 modules, 1 are allowed. It can only shrink."
    assert too_short == "The list holds 2 modules: lower `most` to that."


def test_the_list_is_in_order_and_names_nothing_twice():
    assert said(TRUE[::-1]) == said([*TRUE, TRUE[-1]], 3)
    assert len(said(TRUE[::-1])) == 1
