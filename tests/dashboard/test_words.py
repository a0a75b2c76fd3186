"""Every code that a page may meet has words of its own."""

import csv
import re
from pathlib import Path

import pytest

from dashboard.words import (
    ACTIONS,
    BREAKS,
    CAUSES,
    CONTROLS,
    OWNERS,
    QUESTIONS_SHORT,
    most_money,
    spoken_check,
    spoken_facts,
    verbatim,
)
from orchestration.sync.actions import IN_ORDER

PROJECT = Path(__file__).parents[2] / "dbt_project"


def codes(seed, column):
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8") as file:
        return {row[column] for row in csv.DictReader(file)}


def controls():
    model = (PROJECT / "models" / "marts" / "fct_tie_out.sql").read_text(encoding="utf-8")
    return set(re.findall(r"^\s+'(\w+)',$", model, re.MULTILINE))


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (BREAKS, codes("break_policy", "break_type")),
        (OWNERS, codes("break_policy", "owner_role")),
        (CAUSES, codes("root_cause_breaks", "root_cause")),
        (QUESTIONS_SHORT, codes("diagnostic_thresholds", "question")),
        (CONTROLS, controls()),
    ],
)
def test_what_the_models_may_publish_has_words(words, known):
    assert len(known) > 3
    assert known - words.keys() == set()


def test_every_action_that_can_be_sent_can_be_stopped_by_its_name():
    assert list(ACTIONS) == [action.name for action in IN_ORDER]


@pytest.mark.parametrize(
    ("name", "asset", "told"),
    [
        ("not_null_int_cases_case_key", "intermediate/int_cases", "Never empty: case key"),
        ("unique_fct_orders_order_id", "marts/fct_orders", "Never twice: order id"),
        (
            "relationships_fct_breaks_break_type__break_type__ref_break_policy_",
            "marts/fct_breaks",
            "Refers to what there is: break type",
        ),
        ("nothing_is_complete_while_the_erp_is_open", "marts/x", None),
    ],
)
def test_what_any_column_may_be_asked_is_told_of_the_column(name, asset, told):
    assert spoken_check(name, asset) == (told or "Nothing is complete while the erp is open")


def test_what_a_check_found_of_each_store_is_read_as_words():
    found = '{"failures": {"uk": "never", "us": ["a", "b"]}, "unavailable": {}, "landed": 0}'

    assert spoken_facts(found) == "Failures: uk (never), us (a, b); Landed: 0"


def test_a_chart_that_leaves_kinds_out_says_how_many_it_shows():
    assert most_money(7, of=7) == "the most money first"
    assert most_money(7, of=15) == "the 7 of 15 with the most money"


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        ("#1001_R1 *$5*", "` #1001_R1 *$5* `"),
        ("a`b``c", "``` a`b``c ```"),
        ("two\nlines", "` two lines `"),
    ],
)
def test_a_name_from_outside_stands_as_code_that_its_own_ticks_do_not_end(theirs, shown):
    assert verbatim(theirs) == shown
