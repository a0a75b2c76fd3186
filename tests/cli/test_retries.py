"""A call that is made once more is told of in words."""

import io

import stamina
from rich.console import Console

from orchestration.cli.retries import retries_told
from orchestration.extract.errors import RepeatError


def test_a_call_that_is_made_once_more_says_why_and_when():
    console = Console(file=io.StringIO(), width=200)
    before = stamina.instrumentation.get_on_retry_hooks()

    with retries_told(console):
        for attempt in stamina.retry_context(on=RepeatError, attempts=2, wait_initial=0):
            with attempt:
                if attempt.num == 1:
                    raise RepeatError("the ERP could not be read [ConnectError]")

    said = console.file.getvalue().strip()
    assert said.startswith("the ERP could not be read [ConnectError]; once more in 0.")
    assert "\n" not in said
    assert stamina.instrumentation.get_on_retry_hooks() == before
