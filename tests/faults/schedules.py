"""Seeded schedules: which fault strikes which extraction, and where in it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tests.faults.exchange import AGAIN, Exchange, Fault
from tests.faults.kinds import FAULTS
from tests.faults.proxy import Ask, Forward, Reply

PLACES = ("first", "middle", "last", "some", "always")
SOME = 0.3
Streams = tuple[str, ...]


@dataclass
class Plan:
    """
    Strikes at the places where a fault fits, by their number from zero; all others pass.

    `happened` counts what really went over the wire, `fitting` how many places there were.
    """

    fault: Fault | None
    random: Random
    strikes: frozenset[int] | None = None
    share: float = 0.0
    fitting: int = 0
    happened: Counter[str] = field(default_factory=Counter)

    def __call__(self, ask: Ask, forward: Forward) -> Reply:
        """Return what becomes of one request."""
        ask = unmarked(ask)
        answer = forward(ask)
        if self.fault is None or answer.status != 200:
            return Reply(answer)
        reply = self.fault.effect(Exchange(ask, answer, forward), self.random)
        if reply is None:
            return Reply(answer)
        place, self.fitting = self.fitting, self.fitting + 1
        if self._strikes(place):
            self.happened[self.fault.name] += 1
            return reply
        return Reply(answer)

    def _strikes(self, place: int) -> bool:
        if self.strikes is not None:
            return place in self.strikes
        # The first is struck in any case: a schedule without its fault proves nothing.
        return place == 0 or self.random.random() < self.share


@dataclass(frozen=True)
class Schedule:
    """One fault, at one place of one extraction of some streams."""

    seed: int
    fault: Fault
    streams: tuple[str, ...]
    place: str
    is_first_extraction: bool

    def plan(self, fitting: int) -> Plan:
        """Return the plan, where the fault fits so many requests of a sound extraction."""
        random = Random(self.seed)  # noqa: S311 - a schedule that can be repeated
        strikes = {"first": {0}, "middle": {fitting // 2}, "last": {fitting - 1}}
        if self.place in strikes:
            return Plan(self.fault, random, strikes=frozenset(strikes[self.place]))
        return Plan(self.fault, random, share=SOME if self.place == "some" else 1.0)

    def __str__(self) -> str:
        when = "in a first" if self.is_first_extraction else "in a later"
        names = ", ".join(self.streams)
        return f"seed {self.seed}: {self.fault.name} ({self.place}, {when} extraction of {names})"


def schedules(
    count: int, *, seed: int, fits: Mapping[Fault, Sequence[tuple[Streams, bool]]]
) -> list[Schedule]:
    """
    Return so many schedules; each fault comes up as often as any other.

    `fits` says in which extractions a fault has a place: of what streams, and whether a first.
    """
    made = []
    for number in range(count):
        own = seed * 1_000_003 + number
        random = Random(own)  # noqa: S311 - can be repeated
        turn, place = divmod(number, len(FAULTS))
        # Every turn over the faults has its own order, and begins with another place.
        order = Random(seed + turn).sample(FAULTS, len(FAULTS))  # noqa: S311 - can be repeated
        fault = order[place]
        # Half of them strike the ERP, whose streams are one group.
        is_erp = random.random() < 1 / 2
        wanted = [each for each in fits[fault] if each[0][0].startswith("every") is is_erp]
        streams, is_first = random.choice(wanted or fits[fault])
        struck = PLACES[(FAULTS.index(fault) + turn) % len(PLACES)]
        made.append(Schedule(own, fault, streams, struck, is_first))
    return made


def fitting(fault: Fault, exchanges: Sequence[Exchange]) -> int:
    """Return how many exchanges of a sound extraction a fault fits."""
    random = Random(0)  # noqa: S311 - can be repeated
    return sum(fault.effect(each, random) is not None for each in exchanges)


def unmarked(ask: Ask) -> Ask:
    """Return a request whose cursor the sandbox knows: a fault may have marked it."""
    if AGAIN.encode() not in ask.body:
        return ask
    body = json.loads(ask.body)
    body["variables"]["after"] = body["variables"]["after"].removeprefix(AGAIN)
    return replace(ask, body=json.dumps(body).encode())
