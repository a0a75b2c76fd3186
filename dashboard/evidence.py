"""The evidence of a period as one workbook: what was checked, found, decided, and its hashes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dashboard import meanings, tables
from dashboard.closing import Readiness
from dashboard.decisions import decided, ledger
from dashboard.export import csv_bytes
from dashboard.marts import close, packs, source
from dashboard.marts.close import Period
from dashboard.marts.source import Scope
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import AGES, BREAKS, CONTROLS, DECIDED, OWNERS, STANDINGS, SYSTEMS
from dashboard.workbook import Sheet, workbook
from dashboard.zone import reader_zone, spoken_month, spoken_time

# A pack holds several currencies: three decimals hold the money of each.
DIGITS = 3
CONTROL = (
    Column("is_tied", "Tied", Kind.FLAG),
    Column("control", "Control", Kind.WORD, words=CONTROLS),
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("store", "Store"),
    Column("currency", "Currency"),
    Column("period", "Period"),
    Column("source_count", "Count at the witness", Kind.COUNT),
    Column("mart_count", "Count here", Kind.COUNT),
    Column("source_amount", "Sum at the witness", Kind.MONEY),
    Column("mart_amount", "Sum here", Kind.MONEY),
    Column("difference_amount", "Difference", Kind.MONEY),
)
BREAK = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("break_type", "Kind of break", Kind.WORD, words=BREAKS),
    Column("currency", "Currency"),
    Column("amount", "Money", Kind.MONEY),
    Column("due_at", "Due since", Kind.INSTANT),
    Column("age_bucket", "Age", Kind.WORD, words=AGES),
    Column("owner", "Owner", Kind.PERSON, words=OWNERS),
    Column("standing", "Status", Kind.WORD, words=STANDINGS),
    Column("reason", "Reason"),
    Column("note", "Note"),
    Column("proposed_by", "Proposed by"),
    Column("decided_by", "Decided by"),
    Column("decided_at", "Decided", Kind.INSTANT),
    Column("document_number", "Document"),
    Column("break_key", "Key of the break"),
)
DECISION = (
    Column("sequence", "Number", Kind.DAYS),
    Column("at", "When", Kind.INSTANT),
    Column("who", "Who"),
    Column("verb", "Decision", Kind.WORD, words=DECIDED),
    Column("subject", "About"),
    Column("details", "Details"),
    Column("hash", "Hash"),
)
DEFINITION = (
    Column("page", "Page"),
    Column("number", "Number"),
    Column("meaning", "Meaning"),
    Column("table", "Table"),
)
FACT = (Column("what", "What"), Column("value", "Value"))


@dataclass
class Hashed:
    """The batches of one sheet, and the digest of them as CSV once they were written."""

    name: str
    columns: Sequence[Column]
    batches: Iterable[pa.Table]
    digest: Any = field(default_factory=hashlib.sha256)

    def sheet(self, note: str | None = None) -> Sheet:
        """Return the sheet; writing it fills the digest."""
        columns = tables.sheet_columns(self.columns, digits=DIGITS, has_one_currency=False)
        return Sheet(self.name, columns, self._shown(), note=note)

    def _shown(self) -> Iterator[pa.Table]:
        for batch in self.batches:
            table = tables.shown(batch, self.columns, digits=DIGITS)
            self.digest.update(csv_bytes(table))
            yield table


def pack(pointer: Pointer, narrowed: Scope, period: Period, ready: Readiness) -> bytes:
    """Return the workbook; its rows are read and written in batches."""
    states = decided()
    cover = _cover(pointer, narrowed, period, ready)
    sheets = [
        Hashed("Cover", FACT, [pa.Table.from_pylist(cover)]),
        Hashed("Definitions", DEFINITION, [pa.Table.from_pylist(meanings.rows())]),
        Hashed(
            "Control totals",
            CONTROL,
            [close.controls(pointer, Scope(store=narrowed.store), period)],
        ),
        Hashed("Breaks", BREAK, packs.breaks(pointer, narrowed, period, decided=states)),
        Hashed("Decisions", DECISION, [_decisions(period)]),
    ]
    hashes = Hashed("Hashes", FACT, _hashes(pointer, sheets))
    about = f"{spoken_month(period.name)}, publication {pointer.id}, times in {reader_zone()}"
    return workbook([hashed.sheet(about) for hashed in (*sheets, hashes)])


def _cover(
    pointer: Pointer, narrowed: Scope, period: Period, ready: Readiness
) -> list[dict[str, str]]:
    edition = source.edition(pointer)
    with ledger() as decisions:
        closes = [sign_off for sign_off in decisions.sign_offs() if sign_off.period == period.name]
    said = {
        "Period": period.name,
        "Store": narrowed.store or "every store",
        "Verdict": str(ready.verdict),
        "Why": "; ".join(ready.reasons) or "every control ties",
        "Controls that tie": f"{ready.tied} of {ready.controls}",
        "Publication": pointer.id,
        "As of": spoken_time(edition.as_of),
        "Publication complete": "yes" if edition.is_complete else "no",
    }
    for signed in closes:
        who = f"{signed.who}, {spoken_time(signed.at)}: {signed.note}"
        said[f"Signed off, store {signed.store}"] = who
    return [{"what": what, "value": value} for what, value in said.items()]


def _decisions(period: Period) -> pa.Table:
    """Decisions about breaks and this period's close; a hash binds each to the one before."""
    with ledger() as decisions:
        found = [
            vars(decision)
            for decision in decisions.history()
            if decision.topic == "break" or decision.subject.startswith(period.name)
        ]
    return pa.Table.from_pylist(found, schema=packs.DECISIONS)


def _hashes(pointer: Pointer, sheets: Sequence[Hashed]) -> Iterator[pa.Table]:
    """Asked for last, when every other sheet was written."""
    with ledger() as decisions:
        history = decisions.history()
        problems = decisions.verify()
    said = {f"Sheet {sheet.name}, as CSV": sheet.digest.hexdigest() for sheet in sheets}
    said["Publication's file"] = packs.file_sha256(pointer.file)
    said["Newest decision"] = history[-1].hash if history else "no decision yet"
    said["Chain of decisions"] = "; ".join(problems) or "whole"
    yield pa.Table.from_pylist([{"what": what, "value": value} for what, value in said.items()])
