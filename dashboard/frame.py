"""What every page has: its question, whether the numbers may be trusted, and what it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import streamlit as st

from dashboard import doorway, downloads
from dashboard.access import Capability
from dashboard.choosing import doubt, one_of, say_unknown
from dashboard.marts import health, source, stages
from dashboard.marts.source import MissingTableError, Scope
from dashboard.money import spoken_amount
from dashboard.places import FROZEN
from dashboard.publication import Edition, Pointer, PublicationError, Trust, current, named
from dashboard.settings import settings
from dashboard.zone import reader_zone, spoken_time

ALL = "all"
# The first numbers stand on the first screen: Streamlit leaves a hand's breadth above its title.
# A figure is never cut off: it shrinks with its card, and cards and charts that are too narrow
# stand below each other: five cards as three and two, on a phone two by two. Cards of one row are
# of one height. White on a button is readable in the dark theme too, and
# who goes by the keyboard sees where they are.
ROOMIER = """<style>
    button[kind="primary"], [data-testid^="stBaseButton-primary"] {
        background-color: #2f6fb0; border-color: #2f6fb0; color: #ffffff;
    }
    [data-testid="stMainBlockContainer"] { padding-top: 4.2rem; padding-bottom: 3rem; }
    [data-testid="stMetric"] { container-type: inline-size; }
    [data-testid="stMetricValue"] {
        font-variant-numeric: tabular-nums; font-size: clamp(1rem, 10.5cqi, 1.75rem);
    }
    [data-testid="stMetricValue"] > div, [data-testid="stMetricLabel"] p {
        white-space: normal; overflow-wrap: anywhere;
    }
    a:focus-visible, button:focus-visible {
        outline: 2px solid currentColor !important; outline-offset: 2px;
    }
    [data-testid="stMarkdown"] h2 { padding-top: 0; }
    [data-testid="stMarkdownContainer"] p > .stMarkdownBadge { white-space: normal; }
    [data-testid="stElementContainer"]:only-child:has(> [data-testid="stMetric"]),
    [data-testid="stElementContainer"]:only-child > [data-testid="stMetric"] { height: 100%; }
    @media (max-width: 640px) {
        [data-testid="stColumn"]:has(
            > * > [data-testid="stElementContainer"]:only-child > [data-testid="stMetric"]
        ) { min-width: calc(50% - 0.5rem); }
    }
    @media (min-width: 640px) and (max-width: 1000px) {
        [data-testid="stColumn"]:has([data-testid="stMetric"]) { min-width: 10.5rem; }
        :has(> [data-testid="stColumn"]:nth-child(5))
            > [data-testid="stColumn"]:has([data-testid="stMetric"]) {
            min-width: calc(33.3% - 0.75rem);
        }
        [data-testid="stColumn"]:has([data-testid="stVegaLiteChart"]),
        [data-testid="stColumn"]:has([data-testid="stDataFrame"]) { min-width: 100%; }
    }
</style>"""


@contextmanager
def page(question: str, *, needs: Capability = Capability.READ) -> Iterator[Pointer]:
    """
    Open a page on the current publication, and say in words what keeps it from being shown.

    For who may not read it, and without a publication, the page stops there.
    """
    st.html(ROOMIER)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(question, anchor=False)
        doorway.who_is_here()
    doorway.allowed(needs)
    pointer = _opened()
    try:
        yield pointer
    except MissingTableError as error:
        st.info(str(error), icon=":material/inbox:")


@contextmanager
def part() -> Iterator[None]:
    """Let one part of a page be missing from the publication without the rest going too."""
    try:
        yield
    except MissingTableError as error:
        st.info(str(error), icon=":material/inbox:")


def scope(pointer: Pointer, *, has_money: bool) -> Scope:
    """Ask what the page is narrowed to; the address of the page holds the answers."""
    stores = stages.stores(pointer)
    store = one_of("Store", stores, key="store", width=140, every="All stores")
    currency = _currency(pointer) if has_money else None
    if store and currency:
        _say_other_currency(pointer, store, currency)
    chosen = Scope(store=store, currency=currency)
    _stamp(pointer, chosen)
    return chosen


def is_frozen() -> bool:
    """Return whether the address asks for an earlier publication."""
    return FROZEN in st.query_params


def counted(count: int, noun: str, *, plural: str | None = None) -> str:
    """Return `1 case` or `2 cases`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def nothing(sentence: str) -> None:
    """Say that there is nothing to show, which is not the same as showing nothing."""
    st.caption(sentence)


def say_overlap(total: Decimal, once: Decimal, currency: str) -> None:
    """Say why a table of breaks adds up to more than is at stake; nothing where it does not."""
    if total != once:
        st.caption(
            "A return with several breaks stands in each of them with its money:"
            f" {spoken_amount(total, currency)} in all, {spoken_amount(once, currency)} counted"
            " once."
        )


def _currency(pointer: Pointer) -> str | None:
    currencies = stages.currencies(pointer, Scope())
    if not currencies:
        return None
    say_unknown("Currency", currencies, str, key="currency")
    chosen = st.selectbox(
        "Currency",
        currencies,
        key="currency",
        bind="query-params",
        width=110,
        help="Amounts are shown in one currency at a time and never added across two.",
    )
    return str(chosen or currencies[0])


def _say_other_currency(pointer: Pointer, store: str, currency: str) -> None:
    """Where a store has nothing in the chosen currency its noughts are no good news."""
    its_own = stages.currencies(pointer, Scope(store=store))
    if currency not in its_own:
        doubt(f"Store {store} has no return in {currency}: choose {' or '.join(its_own)}.")


def _opened() -> Pointer:
    asked = st.query_params.get(FROZEN)
    try:
        folder = settings().published
        pointer = named(folder, asked) if asked else current(folder)
        _say_trust(pointer, source.edition(pointer), is_frozen=asked is not None)
        _stamp(pointer, Scope())
    except PublicationError as error:
        st.info(f"**There are no numbers to show.** {error}", icon=":material/inbox:")
        if asked:
            _offer_current()
        st.stop()
    return pointer


def _offer_current() -> None:
    """Lead out of an earlier publication, which goes along from page to page."""
    if st.button("Show the current numbers", icon=":material/lock_open:"):
        del st.query_params[FROZEN]
        st.rerun()


def _stamp(pointer: Pointer, chosen: Scope) -> None:
    about = [f"Publication {pointer.id}", f"times in {reader_zone()}"]
    about += [f"store {chosen.store}"] if chosen.store else []
    about += [f"amounts in {chosen.currency}"] if chosen.currency else []
    downloads.stamp(", ".join(about))


def _say_trust(pointer: Pointer, edition: Edition, *, is_frozen: bool) -> None:
    now = datetime.now(UTC)
    when = (
        f"as of {spoken_time(edition.as_of)} ({reader_zone()}), {spoken_age(edition.age(now))} ago"
    )
    if is_frozen:
        st.info(
            f"**An earlier publication, as it was kept**: {when}. Every page of the menu shows it."
            " How breaks stand is today's: decisions taken since are counted in.",
            icon=":material/lock:",
        )
        _offer_current()
        if not edition.is_complete:
            st.error(
                f"**It was incomplete.** {_failures(pointer)} Do not close or pay on these"
                " numbers.",
                icon=":material/error:",
            )
        return
    match edition.trust(now, stale_after=settings().stale_after):
        case Trust.COMPLETE:
            st.badge(f"Complete, {when}", icon=":material/check:", color="green")
        case Trust.STALE:
            st.warning(
                f"**These numbers are stale**: {when}. Run `make run` to publish anew.",
                icon=":material/schedule:",
            )
        case Trust.INCOMPLETE:
            st.error(
                f"**This publication is incomplete**: {when}. {_failures(pointer)} Do not close"
                " or pay on these numbers; **Definitions** names what failed. Mend it, then run"
                " `make run`.",
                icon=":material/error:",
            )


def _failures(pointer: Pointer) -> str:
    try:
        failed = health.check_counts(pointer)["failed"]
    except MissingTableError:
        return "Its checks were not published."
    return f"{counted(failed, 'check')} failed."


def spoken_age(age: timedelta) -> str:
    """Return an age in its largest whole unit."""
    minutes = max(0, int(age.total_seconds() // 60))
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes >= length * (2 if unit == "day" else 1):
            return counted(minutes // length, unit)
    return "less than a minute"
