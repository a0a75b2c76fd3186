"""One store's GraphQL endpoint: a document sent and its answer judged, for reading and writing."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

from orchestration.extract.errors import (
    OutcomeUnknownError,
    RepeatError,
    StopError,
    TooSlowError,
    UnreadableAnswerError,
)
from orchestration.extract.http import (
    Answer,
    Clock,
    RepeatRule,
    raise_for_status,
    send,
    send_read,
    told_wait,
)
from orchestration.extract.shopify.envelope import Envelope, read_envelope
from orchestration.extract.shopify.pace import Pace
from orchestration.extract.shopify.problems import reading_problem, writing_problem

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    # A part of a search text that is ignored is told of in the answer; by some, only if asked.
    "Shopify-Search-Query-Debug": "1",
}
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Endpoint:
    """Sends documents at the pace the store's bucket allows."""

    def __init__(
        self, http: httpx.Client, *, api_version: str, source: str, clock: Clock, rule: RepeatRule
    ) -> None:
        self._http = http
        self._api_version = api_version
        self._source = source
        self._clock = clock
        self._rule = rule
        self._pace = Pace(clock)

    def read(
        self,
        document: str,
        variables: Mapping[str, Any],
        *,
        records: Sequence[str] = (),
        can_shrink: bool = False,
    ) -> tuple[bytes, Envelope]:
        """
        Return the answer as received and its envelope; repeated by the rule.

        `records` is where a list of records is to be found among the data, as a page.
        What was too slow is repeated too, unless the caller can ask for less: TooSlowError.
        """

        def ask() -> tuple[bytes, Envelope]:
            try:
                return self._read_held(document, variables, records)
            except TooSlowError as error:
                if can_shrink:
                    raise
                raise RepeatError(f"{self._source} was too slow: repeat later") from error

        return self._rule.run(ask, clock=self._clock)

    def write(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of an answer; sent once, whatever happens."""
        try:
            with self._pace.turn(document):
                answer = send(self._http, self._request(document, variables), clock=self._clock)
        except NEVER_SENT as error:
            raise RepeatError(f"{self._source} could not be reached: repeat later") from error
        except (httpx.HTTPError, UnreadableAnswerError) as error:
            raise self._unknown(type(error).__name__) from error
        envelope = self._judged_write(document, answer)
        data = msgspec.json.decode(envelope.data)
        if not isinstance(data, dict):
            raise self._unknown("its answer has no data")
        return data

    def _read_held(
        self, document: str, variables: Mapping[str, Any], records: Sequence[str]
    ) -> tuple[bytes, Envelope]:
        """What one request is told to wait, the others wait too."""
        try:
            return self._read_once(document, variables, records)
        except RepeatError as error:
            if error.wait_seconds and error.wait_seconds <= self._rule.total_seconds:
                self._pace.hold(error.wait_seconds)
            raise

    def _read_once(
        self, document: str, variables: Mapping[str, Any], records: Sequence[str]
    ) -> tuple[bytes, Envelope]:
        with self._pace.turn(document):
            answer = send_read(self._http, self._request(document, variables), clock=self._clock)
        if answer.status == httpx.codes.GATEWAY_TIMEOUT:
            raise TooSlowError(f"{self._source} gave up on a query after 10 seconds: ask for less")
        if answer.status != httpx.codes.TOO_MANY_REQUESTS:
            raise_for_status(answer, source=self._source, clock=self._clock)
        self._check_version(answer)
        envelope = self._learned(document, answer, records)
        problem = reading_problem(envelope, source=self._source)
        told = told_wait(answer.headers, now=self._clock.now())
        if isinstance(problem, RepeatError) and told is not None:
            problem.wait_seconds = max(told, problem.wait_seconds or 0.0)
        if problem is not None:
            raise problem
        raise_for_status(answer, source=self._source, clock=self._clock)
        return answer.body, envelope

    def _learned(self, document: str, answer: Answer, records: Sequence[str]) -> Envelope:
        """Read an answer: an empty bucket says so in the body, under status 200 and 429 alike."""
        try:
            envelope = read_envelope(answer.body, source=self._source, records=records)
        except UnreadableAnswerError:
            raise_for_status(answer, source=self._source, clock=self._clock)
            raise
        self._pace.learn(document, envelope.extensions.cost)
        return envelope

    def _judged_write(self, document: str, answer: Answer) -> Envelope:
        if answer.status >= 500 or answer.status == 408:
            raise self._unknown(f"it answered {answer.status}")
        raise_for_status(answer, source=self._source, clock=self._clock)
        try:
            envelope = read_envelope(answer.body, source=self._source)
        except UnreadableAnswerError as error:
            raise self._unknown("its answer is not readable") from error
        self._pace.learn(document, envelope.extensions.cost)
        problem = writing_problem(envelope, source=self._source)
        if problem is not None:
            raise problem
        return envelope

    def _unknown(self, what: str) -> OutcomeUnknownError:
        return OutcomeUnknownError(
            f"{self._source} may have done the write ({what}): read back before sending again"
        )

    def _request(self, document: str, variables: Mapping[str, Any]) -> httpx.Request:
        return self._http.build_request(
            "POST",
            f"/admin/api/{self._api_version}/graphql.json",
            # Equal variables make equal text: an idempotency key is bound to it.
            content=msgspec.json.encode(
                {"query": document, "variables": variables}, order="deterministic"
            ),
            headers=HEADERS,
        )

    def _check_version(self, answer: Answer) -> None:
        answered = answer.headers.get("x-shopify-api-version", self._api_version)
        if answered != self._api_version:
            raise StopError(
                f"{self._source} was asked in version {self._api_version} and answered in"
                f" {answered}: set SHOPIFY_API_VERSION to one it still supports"
            )
