"""May a period be closed? The rules, as values: nothing stale or partly read is ever tied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.publication import Edition

Row = Mapping[str, object]
# Lists of every record there is: read once a week, while all else of their system is read daily.
WEEKLY = frozenset({"document_ids", "inspection_ids", "stock_move_ids"})
WEEKLY_LIMIT = timedelta(days=8)
# Whose controls rest on what was read from a system; the processor is read through the storefront.
WITNESSES = {"shopify": ("storefront", "processor"), "netsuite": ("erp",)}
EVERY_STORE = "all"
NAMES = {"storefront": "storefront", "processor": "payment processor", "erp": "ERP"}


@dataclass(frozen=True)
class Late:
    """A witness that was not read lately: its system, and the store or all of them."""

    system: str
    store: str

    def covers(self, row: Row) -> bool:
        """Return whether a control rests on it."""
        return row["system"] == self.system and self.store in (EVERY_STORE, row["store"])


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
    late: Sequence[Late],
    is_over: bool,
    now: datetime,
    stale_after: timedelta,
) -> Readiness:
    """Return whether every control of a period is tied, in numbers that may be trusted."""
    controls = sum(int(str(row["controls"])) for row in verdicts)
    tied = sum(int(str(row["tied"])) for row in verdicts)
    reasons = tuple(
        _doubts(edition, verdicts, late=late, is_over=is_over, now=now, limit=stale_after)
    )
    if not controls:
        reasons += ("no control was taken for it",)
    if reasons:
        return Readiness(Verdict.INCOMPLETE, reasons, controls, tied)
    if tied < controls:
        off = controls - tied
        said = f"{off} of {controls} controls {'does' if off == 1 else 'do'} not tie"
        return Readiness(Verdict.BROKEN, (said,), controls, tied)
    return Readiness(Verdict.TIED, (), controls, tied)


def row_verdict(row: Row, edition: Edition, *, late: Sequence[Late], is_trusted: bool) -> Verdict:
    """Return the verdict of one store, currency and system; a stale source is never tied."""
    is_late = any(one.covers(row) for one in late)
    is_partial = row["store"] in edition.incomplete_stores or is_late
    if is_partial or not is_trusted:
        return Verdict.INCOMPLETE
    return Verdict.TIED if row["tied"] == row["controls"] else Verdict.BROKEN


def late_witnesses(
    freshness: Sequence[Row], *, now: datetime, limit: timedelta
) -> tuple[Late, ...]:
    """Return the witnesses of which some stream was not read within its limit."""
    found = set()
    for row in freshness:
        read = row["extracted_at"]
        allowed = max(limit, WEEKLY_LIMIT) if row["stream"] in WEEKLY else limit
        if isinstance(read, datetime) and now - read <= allowed:
            continue
        for system in WITNESSES.get(str(row["system"]), ()):
            found.add(Late(system, EVERY_STORE if system == "erp" else str(row["source"])))
    return tuple(sorted(found, key=lambda one: (one.system, one.store)))


def _doubts(
    edition: Edition,
    verdicts: Sequence[Row],
    *,
    late: Sequence[Late],
    is_over: bool,
    now: datetime,
    limit: timedelta,
) -> list[str]:
    doubts = []
    if not is_over:
        doubts.append("it is not over yet")
    if not edition.is_complete:
        doubts.append("the publication is incomplete: some check of its run failed")
    if edition.age(now) > limit:
        doubts.append("the numbers are stale")
    for one in late:
        if any(one.covers(row) for row in verdicts):
            whose = "" if one.store == EVERY_STORE else f" of {one.store}"
            doubts.append(f"the {NAMES[one.system]}{whose} was not read lately")
    return doubts
