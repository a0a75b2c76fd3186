"""How many requests the account answers at once; it tells an administrator only."""

import httpx
import msgspec

from orchestration.extract.errors import SourceError, UnreadableAnswerError
from orchestration.extract.http import Clock, RepeatRule, send_read
from orchestration.extract.netsuite.envelope import SOURCE, read_problem

LIMITS = "/services/rest/system/v1/governanceLimits"
# What a role that may not read the limit takes: the smallest account answers five at once.
UNTOLD = 2


class Limits(msgspec.Struct, rename="camel"):
    """One pool for all integrations, what of it is not promised, and what is promised to this."""

    account_concurrency_limit: int
    account_unallocated_concurrency_limit: int | None = None
    integration_concurrency_limit: int | None = None

    @property
    def ours(self) -> int:
        """The pool that this integration draws from."""
        return (
            self.integration_concurrency_limit
            or self.account_unallocated_concurrency_limit
            or self.account_concurrency_limit
        )


def read_limits(http: httpx.Client, *, clock: Clock, rule: RepeatRule) -> Limits:
    """Return the account's limits; raises StopError for a role that may not read them."""

    def ask() -> Limits:
        answer = send_read(http, http.build_request("GET", LIMITS), clock=clock)
        if answer.status != httpx.codes.OK:
            raise read_problem(answer, clock=clock)
        try:
            return msgspec.json.decode(answer.body, type=Limits)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise UnreadableAnswerError(
                f"{SOURCE} did not tell its limits: repeat", body=answer.body
            ) from error

    return rule.run(ask, clock=clock)


def share_of(pool: int | None, concurrency: str) -> int:
    """Return how many queries go at once: a number as it is, a percentage of the pool."""
    if not concurrency.endswith("%"):
        return int(concurrency)
    if pool is None:
        return UNTOLD
    return max(pool * int(concurrency.removesuffix("%")) // 100, 1)


def pool_of(http: httpx.Client, *, clock: Clock, rule: RepeatRule) -> int | None:
    """Return the pool, or None where the ERP does not tell it to this role."""
    try:
        return read_limits(http, clock=clock, rule=rule).ours
    except SourceError:
        return None
