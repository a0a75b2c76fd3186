"""May a period be closed? The rules, as values: nothing stale or partly read is ever tied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.publication import Edition

Row = Mapping[str, object]
ERP = "erp"


class Verdict(StrEnum):
    """What the controls of a period say; `incomplete` outweighs all: nothing was proved."""

    TIED = "tied"
    BROKEN = "broken"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Readiness:
    """What may be said of a period: its verdict, and why it is not tied."""

    verdict: Verdict
    reasons: tuple[str, ...]
    controls: int
    tied: int


def readiness(
    verdicts: Sequence[Row],
    edition: Edition,
    *,
    stale: Sequence[str],
    is_over: bool,
    now: datetime,
    stale_after: timedelta,
) -> Readiness:
    """Return whether every control of a period is tied, in numbers that may be trusted."""
    controls = sum(int(str(row["controls"])) for row in verdicts)
    tied = sum(int(str(row["tied"])) for row in verdicts)
    reasons = tuple(_doubts(edition, stale=stale, is_over=is_over, now=now, limit=stale_after))
    if not controls:
        reasons += ("no control was taken for it",)
    if reasons:
        return Readiness(Verdict.INCOMPLETE, reasons, controls, tied)
    if tied < controls:
        off = controls - tied
        said = f"{off} of {controls} controls {'does' if off == 1 else 'do'} not tie"
        return Readiness(Verdict.BROKEN, (said,), controls, tied)
    return Readiness(Verdict.TIED, (), controls, tied)


def row_verdict(row: Row, edition: Edition, *, stale: Sequence[str], is_trusted: bool) -> Verdict:
    """Return the verdict of one store, currency and system; a stale source is never tied."""
    is_partial = row["store"] in edition.incomplete_stores or row["system"] in stale
    if is_partial or not is_trusted:
        return Verdict.INCOMPLETE
    return Verdict.TIED if row["tied"] == row["controls"] else Verdict.BROKEN


def stale_systems(freshness: Sequence[Row], *, now: datetime, limit: timedelta) -> tuple[str, ...]:
    """Return the systems of which some stream was not read within the limit."""
    late = set()
    for row in freshness:
        read = row["extracted_at"]
        if not isinstance(read, datetime) or now - read > limit:
            late.add(str(row["system"]))
    return tuple(sorted(late))


def _doubts(
    edition: Edition, *, stale: Sequence[str], is_over: bool, now: datetime, limit: timedelta
) -> list[str]:
    doubts = []
    if not is_over:
        doubts.append("it is not over yet")
    if not edition.is_complete:
        doubts.append("the publication is incomplete: some check of its run failed")
    if edition.age(now) > limit:
        doubts.append("the numbers are stale")
    doubts += [f"{system} was not read lately" for system in stale]
    return doubts
