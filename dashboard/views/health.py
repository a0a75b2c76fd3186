"""May these numbers be trusted, and what do they mean?"""

from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from dashboard import meanings, tables
from dashboard.downloads import Whole
from dashboard.frame import ALL, counted, nothing, page, part, spoken_age
from dashboard.marts import health, source
from dashboard.publication import Pointer, Trust
from dashboard.settings import settings
from dashboard.tables import Column, Kind
from dashboard.words import RUN_STATES, SEVERITIES, SYSTEMS, spoken_check, spoken_facts
from dashboard.zone import spoken_time

CHECKS = (
    Column("verdict", "Verdict"),
    Column("must_hold", "What must hold", width=420),
    Column("severity", "If it fails", Kind.WORD, words=SEVERITIES),
    Column("asset", "Data"),
    Column("store", "Store"),
    Column("found", "What was found", width=420),
)
FRESHNESS = (
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("source", "Source"),
    Column("stream", "Stream", Kind.WORD),
    Column("row_count", "Records last read", Kind.COUNT),
    Column("newest_record_at", "Newest record", Kind.INSTANT),
    Column("extracted_at", "Last read", Kind.INSTANT),
)
RUNS = (
    Column("began_at", "Began", Kind.INSTANT),
    Column("job", "Job", Kind.WORD),
    Column("run_status", "How it ended", Kind.WORD, words=RUN_STATES),
    Column("steps", "Steps", Kind.COUNT),
    Column("failed_steps", "Failed steps", Kind.COUNT),
    Column("seconds", "Seconds", Kind.COUNT),
)
DEFINITIONS = (
    Column("page", "Page"),
    Column("number", "Number", width=190),
    Column("meaning", "Meaning", width=620),
    Column("table", "Model"),
)
COLUMNS = (
    Column("table_name", "Model", width=190),
    Column("column_name", "Column", width=190),
    Column("data_type", "Type", width=110),
    Column("description", "What it means", width=560),
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
    counts = health.check_counts(pointer)
    one, two, three, four, five = st.columns(5)
    one.metric("Publication", TRUST[trust], border=True)
    two.metric("Age of the numbers", spoken_age(edition.age(now)), border=True)
    three.metric("Checks passed", f"{counts['held']:,}", border=True)
    four.metric("Checks failed", f"{counts['failed']:,}", border=True)
    five.metric("Warnings", f"{counts['warned']:,}", border=True)
    published = spoken_time(edition.published_at) if edition.published_at else "an unknown time"
    st.text(f"Publication {edition.id}, published {published}.")


def checks(pointer: Pointer) -> None:
    """List what must hold, what failed first."""
    counts = health.check_counts(pointer)
    off = counts["failed"] + counts["warned"]
    st.header(
        f"{counted(off, 'check')} failed or warned"
        if off
        else f"All {counted(counts['held'], 'check')} of the run passed",
        anchor=False,
    )
    is_failed_only = st.toggle(
        "Only what failed or warned", value=False, key="failed", bind="query-params"
    )
    rows = health.checks(pointer, is_failed_only=is_failed_only)
    if not rows.num_rows:
        nothing("Every check passed." if is_failed_only else "No check was published.")
        return
    said = ["Passed" if passed else "Failed" for passed in rows.column("passed").to_pylist()]
    held = [spoken_check(row["name"], row["asset"]) for row in rows.to_pylist()]
    found = [spoken_facts(text) for text in rows.column("metadata").to_pylist()]
    rows = rows.append_column("verdict", pa.array(said, pa.string()))
    rows = rows.append_column("must_hold", pa.array(held, pa.string()))
    rows = rows.append_column("found", pa.array(found, pa.string()))
    tables.show(rows, CHECKS, key="checks", title="Checks, what failed first")


def listed(rows: pa.Table, columns: tuple[Column, ...], *, key: str, empty: str) -> None:
    """Show a table, or say in words that it is empty."""
    if rows.num_rows:
        tables.show(rows, columns, key=key, title=key)
    else:
        nothing(empty)


def definitions(pointer: Pointer) -> None:
    """List what every number means, those of the pages first, then every column of every model."""
    st.header("What each number means", anchor=False)
    text = st.text_input("Find a word", key="word", bind="query-params", type="search", width=320)
    word = (text or "").strip().lower()
    found = [row for row in meanings.rows() if word in " ".join(map(str, row.values())).lower()]
    if found:
        rows = pa.Table.from_pylist(found)
        tables.read(rows, DEFINITIONS, key="definitions", title="Numbers of the pages")
    else:
        nothing("No number of the pages has this word in its meaning.")
    st.header("What each column of the models means", anchor=False)
    with part():
        columns(pointer, word)


def columns(pointer: Pointer, word: str) -> None:
    """List a model as it describes itself, or every column with a word, of this publication."""
    models = health.models(pointer)
    model = st.selectbox(
        "Model",
        [ALL, *models],
        index=None,
        placeholder="Choose a model",
        format_func=lambda name: "Every model" if name == ALL else name,
        key="model",
        bind="query-params",
        width=320,
    )
    if model is None and not word:
        nothing("Choose a model, or find a word above.")
        return
    chosen = None if model in (None, ALL) else str(model)
    if chosen:
        st.text(models[chosen])
    count = health.column_count(pointer, model=chosen, word=word)
    if not count:
        nothing("No column has this word in its meaning.")
        return
    number = tables.page_of(count, key="columns_page", noun="Columns")
    found = health.columns(pointer, model=chosen, word=word)
    whole = Whole(found.whole, count)
    rows = found.page(number)
    tables.read(rows, COLUMNS, key="columns", title="Columns of the models", whole=whole)


with page("May these numbers be trusted, and what do they mean?") as pointer:
    with part():
        verdict(pointer)
    with part():
        checks(pointer)
    st.header("Freshness of the sources, oldest first", anchor=False)
    with part():
        streams = health.freshness(pointer)
        listed(streams, FRESHNESS, key="freshness", empty="No stream was published.")
    st.header("Recent runs", anchor=False)
    with part():
        listed(health.runs(pointer), RUNS, key="runs", empty="No run was published.")
    definitions(pointer)
