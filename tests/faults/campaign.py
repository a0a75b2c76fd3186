"""One schedule run to its end, and the table of many."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import orchestration.resources.netsuite
import orchestration.resources.shopify
from tests.faults.door import Ended, Landed
from tests.faults.exchange import Fault
from tests.faults.kinds import FAMILIES, FAULTS
from tests.faults.kinds.connections import READ_SECONDS, TIMEOUT
from tests.faults.proxy import passing
from tests.faults.schedules import Schedule, Streams, fitting
from tests.faults.world import Sound, World

Truth = Mapping[Streams, Sound]
Marts = dict[str, list[str]]


@dataclass
class Line:
    """One line of the table; `wrong` tells each schedule that proves something amiss."""

    schedules: int = 0
    happened: int = 0
    visible: int = 0
    lost: int = 0
    doubled: int = 0
    marts: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, ...]:
        """The line's numbers, in the order of the table's columns."""
        told = (self.schedules, self.happened, self.visible, self.lost, self.doubled, self.marts)
        return (*told, len(self.wrong))


@dataclass
class Campaign:
    """Runs schedules over books that stand still, and counts what came of them."""

    books: World
    truth: Truth
    lines: dict[str, Line] = field(
        default_factory=lambda: {family.name: Line() for family in FAMILIES}
    )
    sound_marts: Marts | None = None

    def run(self, schedule: Schedule, *, with_marts: bool) -> None:
        """Strike one extraction, run a later one without a fault, and compare with the truth."""
        line = self.lines[schedule.fault.family]
        line.schedules += 1
        try:
            self._run(schedule, line, with_marts=with_marts)
        except Exception as error:  # noqa: BLE001 - whatever is not named is a finding
            line.wrong.append(f"{schedule}: {type(error).__name__} {error}")
        if (self.books.home / _home(schedule)).exists():
            self.books.remove(_home(schedule))

    def _run(self, schedule: Schedule, line: Line, *, with_marts: bool) -> None:
        sound, home = self.truth[schedule.streams], _home(schedule)
        if not schedule.is_first_extraction:
            self.books.extracted(home, schedule.streams, passing)
        exchanges = sound.first if schedule.is_first_extraction else sound.later
        plan = schedule.plan(fitting(schedule.fault, exchanges))
        with patience(schedule.fault):
            struck = self.books.extracted(home, schedule.streams, plan)
        mended = self.books.extracted(home, schedule.streams, passing)
        line.happened += sum(plan.happened.values())
        line.visible += not struck.is_clean
        if not plan.happened:
            line.wrong.append(f"{schedule}: the fault did not happen")
        self._compare(schedule, line, struck, mended)
        if with_marts:
            self._compare_marts(schedule, line)

    def _compare(self, schedule: Schedule, line: Line, struck: Ended, mended: Ended) -> None:
        expected = self.truth[schedule.streams].landed
        found = self.books.landed(_home(schedule), schedule.streams)
        lost, doubled = list(_lost(found, expected)), list(_lost(expected, found, is_known=False))
        line.lost += len(lost)
        line.doubled += len(doubled)
        if lost or doubled or found.watermarks != expected.watermarks or not mended.is_clean:
            line.wrong.append(
                f"{schedule}: {struck}, then {mended}; lost {lost}, doubled {doubled},"
                f" watermarks {found.watermarks}"
            )

    def _compare_marts(self, schedule: Schedule, line: Line) -> None:
        if self.sound_marts is None:
            self.sound_marts = self.books.marts("sound-marts")
        found = self.books.marts(_home(schedule))
        line.marts += 1
        differing = [name for name, rows in self.sound_marts.items() if found[name] != rows]
        if differing:
            line.wrong.append(f"{schedule}: the marts {differing} differ")

    @property
    def wrong(self) -> list[str]:
        """Every finding, whatever its line."""
        return [said for line in self.lines.values() for said in line.wrong]

    def table(self) -> str:
        """Return what happened and what came of it, a line a class of faults."""
        columns = "{:<14}{:>10}{:>8}{:>9}{:>6}{:>9}{:>7}{:>7}"
        rows = [(name, *one.counts) for name, one in self.lines.items()]
        head = ("class", "schedules", "faults", "visible", "lost", "doubled", "marts", "wrong")
        total = ("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
        return "\n".join(columns.format(*row) for row in (head, *rows, total))


def places(truth: Truth) -> dict[Fault, list[tuple[Streams, bool]]]:
    """Return, for each fault, in which extractions it has a place: of what, and whether first."""
    return {
        fault: [
            (streams, is_first)
            for streams, sound in truth.items()
            for is_first, exchanges in ((True, sound.first), (False, sound.later))
            if fitting(fault, exchanges)
        ]
        for fault in FAULTS
    }


@contextmanager
def patience(fault: Fault) -> Iterator[None]:
    """Have the clients wait for a byte no longer than the campaign does, under such a fault."""
    modules = (orchestration.resources.shopify, orchestration.resources.netsuite)
    usual = [module.READ_SECONDS for module in modules]
    if fault.family == TIMEOUT.name:
        for module in modules:
            module.READ_SECONDS = READ_SECONDS
    try:
        yield
    finally:
        for module, seconds in zip(modules, usual, strict=True):
            module.READ_SECONDS = seconds


def _home(schedule: Schedule) -> str:
    return f"home-{schedule.seed}"


def _lost(found: Landed, expected: Landed, *, is_known: bool = True) -> Iterable[object]:
    """Yield the expected records that were not found, or (`is_known`) found otherwise."""
    for place, rows in expected.content.items():
        there = found.content.get(place, {})
        for key, row in rows.items():
            if key not in there or (is_known and there[key] != row):
                yield place, key
