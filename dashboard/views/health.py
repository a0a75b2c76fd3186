"""May these numbers be trusted, and what do they mean?"""

from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from dashboard import tables
from dashboard.frame import nothing, page, part, spoken_age
from dashboard.marts import health, source
from dashboard.meanings import MEANINGS
from dashboard.publication import Pointer, Trust
from dashboard.settings import settings
from dashboard.tables import Column, Kind
from dashboard.words import CONTROLS, QUESTIONS, SEVERITIES, SYSTEMS, VERDICTS, spoken_facts
from dashboard.zone import spoken_time

CHECKS = (
    Column("verdict", "Verdict"),
    Column("name", "What must hold", Kind.WORD, width=420),
    Column("severity", "If it fails", Kind.WORD, words=SEVERITIES),
    Column("asset", "Data"),
    Column("store", "Store"),
    Column("found", "What was found", width=420),
)
FRESHNESS = (
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("source", "Source"),
    Column("stream", "Stream", Kind.WORD),
    Column("row_count", "Records", Kind.COUNT),
    Column("newest_record_at", "Newest record", Kind.INSTANT),
    Column("extracted_at", "Last read", Kind.INSTANT),
)
TIE_OUT = (
    Column("is_tied", "Tied", Kind.FLAG),
    Column("control", "Control", Kind.WORD, words=CONTROLS),
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("store", "Store"),
    Column("currency", "Currency"),
    Column("period", "Period"),
    Column("source_count", "Count there", Kind.COUNT),
    Column("mart_count", "Count here", Kind.COUNT),
    Column("source_amount", "Sum there", Kind.MONEY),
    Column("mart_amount", "Sum here", Kind.MONEY),
    Column("difference_amount", "Difference", Kind.MONEY),
)
QUESTION = (
    Column("question", "Question", Kind.WORD, words=QUESTIONS, width=360),
    Column("verdict", "Verdict", Kind.WORD, words=VERDICTS),
    Column("rate", "Share", Kind.SHARE),
    Column("numerator", "Yes", Kind.COUNT),
    Column("denominator", "Of", Kind.COUNT),
    Column("store", "Store"),
    Column("currency", "Currency"),
    Column("amount", "Money at stake", Kind.MONEY),
)
RUNS = (
    Column("began_at", "Began", Kind.INSTANT),
    Column("job", "Job", Kind.WORD),
    Column("run_status", "Ended", Kind.WORD),
    Column("steps", "Steps", Kind.COUNT),
    Column("failed_steps", "Failed steps", Kind.COUNT),
    Column("seconds", "Seconds", Kind.COUNT),
)
DEFINITIONS = (
    Column("page", "Page"),
    Column("number", "Number"),
    Column("meaning", "Meaning"),
    Column("table", "Table"),
)
TRUST = {
    Trust.COMPLETE: "Complete",
    Trust.STALE: "Stale",
    Trust.INCOMPLETE: "Incomplete",
}


def verdict(pointer: Pointer) -> None:
    """Show what the publication is, and how many of its facts hold."""
    edition, now = source.edition(pointer), datetime.now(UTC)
    trust = edition.trust(now, stale_after=settings().stale_after)
    counted = health.check_counts(pointer)
    one, two, three, four, five = st.columns(5)
    one.metric("Publication", TRUST[trust], border=True)
    two.metric("Age of the numbers", spoken_age(edition.age(now)), border=True)
    three.metric("Checks passed", f"{counted['held']:,}", border=True)
    four.metric("Checks failed", f"{counted['failed']:,}", border=True)
    five.metric("Warnings", f"{counted['warned']:,}", border=True)
    published = spoken_time(edition.published_at) if edition.published_at else "an unknown time"
    st.text(f"Publication {edition.id}, published {published}.")


def checks(pointer: Pointer) -> None:
    """List what must hold, what failed first."""
    is_failed_only = st.toggle(
        "Only what failed or warned", value=False, key="failed", bind="query-params"
    )
    rows = health.checks(pointer, is_failed_only=is_failed_only)
    if not rows.num_rows:
        nothing("Every check passed." if is_failed_only else "No check was published.")
        return
    said = ["Passed" if passed else "Failed" for passed in rows.column("passed").to_pylist()]
    found = [spoken_facts(text) for text in rows.column("metadata").to_pylist()]
    rows = rows.append_column("verdict", pa.array(said, pa.string()))
    rows = rows.append_column("found", pa.array(found, pa.string()))
    tables.show(rows, CHECKS, key="checks", title="Checks, what failed first")


def tie_out(pointer: Pointer) -> None:
    """Show each control at its second witness and here."""
    rows = health.tie_out(pointer)
    if not rows.num_rows:
        nothing("No control was published: these numbers are not tied out.")
        return
    off = rows.column("is_tied").to_pylist().count(False)
    point = "Every control ties to the cent" if not off else f"{off:,} controls do not tie"
    st.subheader(point, anchor=False)
    tables.show(rows, TIE_OUT, key="tie_out", title="Tie-out, what is off first")


def listed(rows: pa.Table, columns: tuple[Column, ...], *, key: str, empty: str) -> None:
    """Show a table, or say in words that it is empty."""
    if rows.num_rows:
        tables.show(rows, columns, key=key, title=key)
    else:
        nothing(empty)


def definitions() -> None:
    """List what every number means."""
    fields = ("page", "number", "meaning", "table")
    rows = pa.table({name: [getattr(m, name) for m in MEANINGS] for name in fields})
    tables.show(rows, DEFINITIONS, key="definitions", title="Definitions")


with page("May these numbers be trusted, and what do they mean?") as pointer:
    with part():
        verdict(pointer)
    with part():
        tie_out(pointer)
    st.subheader("Checks of the run", anchor=False)
    with part():
        checks(pointer)
    st.subheader("The five questions", anchor=False)
    with part():
        answers = health.diagnostics(pointer)
        listed(answers, QUESTION, key="questions", empty="No question was answered.")
    st.subheader("Freshness of the sources, oldest first", anchor=False)
    with part():
        streams = health.freshness(pointer)
        listed(streams, FRESHNESS, key="freshness", empty="No stream was published.")
    st.subheader("Recent runs", anchor=False)
    with part():
        listed(health.runs(pointer), RUNS, key="runs", empty="No run was published.")
    st.subheader("What each number means", anchor=False)
    definitions()
