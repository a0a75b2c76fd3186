"""What a command says of a call that is made once more."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from stamina.instrumentation import RetryDetails, get_on_retry_hooks, set_on_retry_hooks


@contextmanager
def retries_told(console: Console) -> Iterator[None]:
    """Print why a call is made once more, and when; a record for machines says it to nobody."""

    def tell(details: RetryDetails) -> None:
        console.print(
            f"       {details.caused_by}; once more in {details.wait_for:.1f} s", markup=False
        )

    before = get_on_retry_hooks()
    set_on_retry_hooks([tell])
    try:
        yield
    finally:
        set_on_retry_hooks(before)
