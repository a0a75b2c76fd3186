"""Can this period be closed?"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboard import charts, movements, signing, tables
from dashboard.choosing import filters, say_unknown
from dashboard.closing import Late, Readiness, Verdict, late_witnesses, readiness, row_verdict
from dashboard.decisions import Decided, decided
from dashboard.frame import counted, is_frozen, nothing, page, part, say_overlap, scope
from dashboard.marts import close, health, source
from dashboard.marts.close import Period
from dashboard.marts.source import Scope
from dashboard.money import spoken_amount
from dashboard.publication import Edition, Pointer
from dashboard.settings import settings
from dashboard.tables import Column, Kind
from dashboard.words import (
    AGES,
    BREAKS,
    CLOSE_VERDICTS,
    CONTROLS,
    OWNERS,
    SYSTEMS,
    most_money,
    spoken,
)
from dashboard.zone import spoken_month

ALL_STORES = {"all": "All stores"}
VERDICTS = (
    Column("store", "Store", words=ALL_STORES),
    Column("currency", "Currency"),
    Column("storefront", "Storefront"),
    Column("processor", "Payment processor"),
    Column("erp", "ERP"),
)
CONTROL = (
    Column("verdict", "Verdict"),
    Column("control", "Control", Kind.WORD, words=CONTROLS),
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("store", "Store", words=ALL_STORES),
    Column("period", "Period", words={"all": "All months", "none": "No period"}),
    Column("source_count", "Count there", Kind.COUNT, help="At the second witness."),
    Column("mart_count", "Count here", Kind.COUNT, help="In these tables."),
    Column("source_amount", "Sum there", Kind.MONEY, help="At the second witness."),
    Column("mart_amount", "Sum here", Kind.MONEY, help="In these tables."),
    Column("difference_amount", "Difference", Kind.MONEY),
)
AGEING = (
    Column("break_type", "Kind of break", Kind.WORD, words=BREAKS),
    Column("team", "Owner", Kind.WORD, words=OWNERS),
    Column("amount", "Money", Kind.MONEY),
    Column("breaks", "Breaks", Kind.COUNT),
    Column("age_0_1", "0-1 days", Kind.COUNT),
    Column("age_2_7", "2-7", Kind.COUNT),
    Column("age_8_30", "8-30", Kind.COUNT),
    Column("age_31_60", "31-60", Kind.COUNT),
    Column("age_61_90", "61-90", Kind.COUNT),
    Column("age_over_90", "Over 90", Kind.COUNT),
    Column("undated", "No date", Kind.COUNT, help="Nothing says since when it is due."),
)


def chosen_period(pointer: Pointer, edition: Edition) -> Period | None:
    """Ask for the month; the last one that is over comes first to mind."""
    found = close.periods(pointer)
    if not found:
        return None
    over = [period for period in found if _is_over(period, edition)]
    names = {period.name: period for period in found}
    default = (over or found)[0].name
    say_unknown("Period", list(names), spoken_month, key="period")
    name = st.selectbox(
        "Period",
        list(names),
        index=list(names).index(default),
        format_func=spoken_month,
        key="period",
        bind="query-params",
        width=200,
    )
    return names[str(name or default)]


def verdict(
    period: Period, ready: Readiness, open_: list[dict[str, Any]], *, is_closed: bool
) -> None:
    """Say in one sentence whether the period can be closed, and why not; or how it is now."""
    month = spoken_month(period.name)
    breaks = sum(row["breaks"] for row in open_)
    money = " and ".join(spoken_amount(row["amount"], row["currency"]) for row in open_)
    if ready.verdict is Verdict.INCOMPLETE:
        why = "; ".join(ready.reasons)
        st.warning(
            f"**Incomplete: {month} cannot be judged.** {why[:1].upper()}{why[1:]}.",
            icon=":material/pending:",
        )
    elif ready.verdict is Verdict.BROKEN:
        said = (
            f"{month} is closed, and does not tie now"
            if is_closed
            else f"{month} cannot be closed"
        )
        st.error(
            f"**Broken: {said}.** {ready.reasons[0]}; both sides stand below.",
            icon=":material/link_off:",
        )
    elif breaks:
        carry = "." if is_closed else ", or carry them forward with the sign-off."
        st.info(
            f"**Tied: {month} agrees to the cent in all {counted(ready.controls, 'control')}.**"
            f" {counted(breaks, 'break')} over {money} that arose by its end"
            f" {'is' if breaks == 1 else 'are'} still to do: mend or accept them{carry}",
            icon=":material/balance:",
        )
    else:
        st.success(
            f"**Tied: {month} {'is' if is_closed else 'can be'} closed.**"
            f" All {counted(ready.controls, 'control')} agree to the cent, and no break is left"
            " to do.",
            icon=":material/check_circle:",
        )


def figures(
    pointer: Pointer, narrowed: Scope, ready: Readiness, open_: list[dict[str, Any]]
) -> None:
    """Show what the verdict rests on, in the chosen currency."""
    mine = _of_currency(open_, narrowed.currency)
    tied, breaks, money, new, gone = st.columns(5)
    tied.metric("Controls that tie", f"{ready.tied:,} of {ready.controls:,}", border=True)
    breaks.metric(
        f"To do ({narrowed.currency})",
        f"{mine['breaks']:,}",
        border=True,
        help="Open breaks with an owner that arose by the end of the period; the page Breaks"
        " counts later ones too.",
    )
    money.metric(
        "Money in them",
        spoken_amount(Decimal(mine["amount"]), narrowed.currency),
        border=True,
        help="At stake in the breaks that arose by the end of the period; of a return with several"
        " the largest counts.",
    )
    since = "Since the publication before; the chosen currency, all periods."
    if not close.has_previous(pointer):
        for card, label in ((new, "New breaks"), (gone, "Breaks gone")):
            card.metric(label, "Unknown", border=True, help="No earlier publication is kept.")
        return
    found = close.moves(pointer, narrowed)
    new.metric("New breaks", f"{found['new']['breaks']:,}", border=True, help=since)
    gone.metric("Breaks gone", f"{found['resolved']['breaks']:,}", border=True, help=since)


def tie_out(
    pointer: Pointer,
    narrowed: Scope,
    period: Period,
    edition: Edition,
    *,
    late: tuple[Late, ...],
    is_trusted: bool,
) -> None:
    """Show the verdict per store, currency and system, then every control with both sides."""
    found = close.verdicts(pointer, narrowed, period)
    off = sum(row["controls"] - row["tied"] for row in found)
    if not found:
        st.header("No control was taken for this period", anchor=False)
        nothing("It is not tied out, so it cannot be closed.")
        return
    st.header(
        f"{counted(off, 'control')} with two different sides"
        if off
        else "Every control has the same count and sum on both sides",
        anchor=False,
    )
    matrix: dict[tuple[str, str], dict[str, object]] = {}
    for row in found:
        said = row_verdict(row, edition, late=late, is_trusted=is_trusted)
        cells = matrix.setdefault((row["store"], row["currency"]), dict.fromkeys(SYSTEMS))
        cells |= {"store": row["store"], "currency": row["currency"]}
        cells[row["system"]] = f"{_said(said)}, {row['tied']} of {row['controls']}"
    rows = pa.Table.from_pylist(list(matrix.values()))
    tables.show(rows, VERDICTS, key="verdicts", title="Verdict by store, currency and system")
    both_sides(pointer, narrowed, period)


def both_sides(pointer: Pointer, narrowed: Scope, period: Period) -> None:
    """Show the controls of one currency with both sides, what is off first."""
    currency = narrowed.currency
    st.caption(f"Both sides of every control in {currency}, what is off first")
    rows = close.controls(pointer, narrowed, period)
    if not rows.num_rows:
        nothing(f"No control in {currency} was taken for this period.")
        return
    ties = rows.column("is_tied").to_pylist()
    said = [_said(Verdict.TIED if is_tied else Verdict.BROKEN) for is_tied in ties]
    rows = rows.append_column("verdict", pa.array(said, pa.string()))
    tables.show(rows, CONTROL, key="tie_out", title="Controls of the period", currency=currency)


def ageing(
    pointer: Pointer,
    narrowed: Scope,
    period: Period,
    open_: list[dict[str, Any]],
    *,
    states: Decided,
) -> None:
    """Show the open breaks by kind and age, in count and money."""
    currency = str(narrowed.currency)
    rows = close.ageing(pointer, narrowed, period, decided=states)
    if not rows.num_rows:
        st.header(f"No break in {currency} is left to do", anchor=False)
        return
    by_age = close.ages(pointer, narrowed, period, decided=states).to_pylist()
    once = _of_currency(open_, currency)
    st.header(_old_point(once, currency), anchor=False)
    say_overlap(sum(row["amount"] for row in by_age), once["amount"], currency)
    for row in by_age:
        row["label"] = f"{AGES[row['age']]} ({row['breaks']:,})"
    by_kind = [
        {"label": f"{spoken(row['break_type'], BREAKS)} ({row['breaks']:,})", **row}
        for row in rows.slice(0, len(AGES) - 1).to_pylist()
    ]
    for column, said, bars in zip(
        st.columns(2, gap="large"),
        ("days since due", f"kind, {most_money(len(by_kind), of=rows.num_rows)}"),
        (by_age, by_kind),
        strict=True,
    ):
        with column:
            st.caption(f"Money in {currency} by {said} (breaks)")
            st.altair_chart(
                charts.money_bars(bars, label="label", amount="amount", currency=currency),
                alt=charts.in_words(
                    f"Money in breaks to do by {said}, {currency}",
                    bars,
                    label="label",
                    figure="amount",
                    shape=charts.money_shape(currency),
                ),
            )
    tables.show(rows, AGEING, key="ageing", title="Open breaks by kind and age", currency=currency)


def judged_at(edition: Edition) -> datetime:
    """Return the moment freshness is judged at: that of its making for one that is frozen."""
    if is_frozen() and edition.published_at is not None:
        return edition.published_at
    return datetime.now(UTC)


def _of_currency(open_: list[dict[str, Any]], currency: str | None) -> dict[str, Any]:
    nothing_open = {"breaks": 0, "amount": Decimal(0), "old_amount": Decimal(0)}
    return next((row for row in open_ if row["currency"] == currency), nothing_open)


def _old_point(once: dict[str, Any], currency: str) -> str:
    total, old = once["amount"], once["old_amount"]
    if not old:
        return f"{spoken_amount(total, currency)} stands in breaks to do"
    return (
        f"{spoken_amount(old, currency)} of the {spoken_amount(total, currency)} in breaks to do"
        " has been due for more than 90 days"
    )


def _said(verdict_: Verdict) -> str:
    return spoken(verdict_, CLOSE_VERDICTS)


def _is_over(period: Period, edition: Edition) -> bool:
    return edition.as_of.astimezone(UTC).date() >= period.ended_on


with page("Can this period be closed?") as pointer:
    edition = source.edition(pointer)
    now = judged_at(edition)
    limit = settings().stale_after
    with filters():
        period = chosen_period(pointer, edition)
        narrowed = scope(pointer, has_money=True)
    if period is None or narrowed.currency is None:
        nothing("No control was published: there is no period to close.")
    else:
        late = late_witnesses(health.freshness(pointer).to_pylist(), now=now, limit=limit)
        ready = readiness(
            close.verdicts(pointer, narrowed, period),
            edition,
            late=late,
            is_over=_is_over(period, edition),
            now=now,
            stale_after=limit,
        )
        states = decided()
        open_ = close.open_by_currency(pointer, narrowed, period, decided=states)
        signed = signing.sign_off_of(period, narrowed)
        verdict(period, ready, open_, is_closed=signed is not None)
        figures(pointer, narrowed, ready, open_)
        signing.close_of(pointer, narrowed, period, signed=signed, ready=ready, open_breaks=open_)
        is_trusted = edition.is_complete and edition.age(now) <= limit
        tie_out(pointer, narrowed, period, edition, late=late, is_trusted=is_trusted)
        ageing(pointer, narrowed, period, open_, states=states)
        with part():
            movements.since_the_last(pointer, narrowed)
