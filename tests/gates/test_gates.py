"""A gate opens for one reason only: everything it asks for passed on the data as it is now."""

import dagster as dg
import pytest

from orchestration.checks.keys import PUBLICATION_IS_COMPLETE
from orchestration.gates import (
    PUBLICATION,
    PUBLICATION_GATE,
    CheckState,
    Gate,
    check_states,
    published_file,
)


@dg.asset(key=PUBLICATION)
def publication():
    return dg.MaterializeResult(metadata={"file": "a.duckdb"})


class Answer(dg.ConfigurableResource):
    is_passed: bool = True


@dg.asset_check(asset=PUBLICATION, name=PUBLICATION_IS_COMPLETE.name, blocking=True)
def publication_is_complete(answer: Answer):
    return dg.AssetCheckResult(passed=answer.is_passed)


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def publish(instance, *, is_passed=True):
    dg.materialize(
        [publication, publication_is_complete],
        instance=instance,
        resources={"answer": Answer(is_passed=is_passed)},
        raise_on_error=False,
    )


def verdict(instance):
    return PUBLICATION_GATE.decide(check_states(instance, PUBLICATION_GATE.required))


def test_a_check_that_passed_on_the_current_publication_opens_the_gate(instance):
    publish(instance)

    assert verdict(instance).is_open
    assert str(verdict(instance)) == "publication_gate is open"


def test_a_failed_check_closes_the_gate_and_is_named(instance):
    publish(instance, is_passed=False)

    assert str(verdict(instance)) == (
        "publication_gate is closed: publication_is_complete is failed"
    )


def test_a_check_that_never_ran_closes_the_gate(instance):
    dg.materialize([publication], instance=instance)

    assert verdict(instance).reasons == ("publication_is_complete is missing",)


def test_a_pass_of_an_earlier_publication_does_not_open_the_gate(instance):
    publish(instance)
    dg.materialize([publication], instance=instance)

    assert verdict(instance).reasons == ("publication_is_complete is stale",)


def test_the_gate_opens_again_with_a_pass_on_the_new_publication(instance):
    publish(instance, is_passed=False)
    publish(instance)

    assert verdict(instance).is_open


def test_an_empty_instance_closes_the_gate(instance):
    assert verdict(instance).reasons == ("publication_is_complete is missing",)
    assert published_file(instance, PUBLICATION) is None


def test_the_file_of_the_latest_publication_is_known(instance):
    publish(instance)

    assert published_file(instance, PUBLICATION) == "a.duckdb"


@pytest.mark.parametrize("state", [state for state in CheckState if state != "passed"])
def test_one_check_short_of_a_pass_is_enough_to_close(state):
    other = dg.AssetCheckKey(PUBLICATION, "other")
    gate = Gate("gate", frozenset({PUBLICATION_IS_COMPLETE, other}))

    answer = gate.decide({PUBLICATION_IS_COMPLETE: CheckState.PASSED, other: state})

    assert answer.reasons == (f"other is {state}",)
