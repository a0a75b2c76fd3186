"""The files that a page hands out, each exactly what it shows, with where it comes from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from dashboard.access import Capability, Person
from dashboard.export import csv_of
from dashboard.people import current_person, still_acting
from dashboard.workbook import MOST_ROWS, Sheet, SheetColumn, workbook

PROVENANCE = "provenance"
Made = Callable[[], bytes]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def stamp(text: str) -> None:
    """Keep what every workbook of this page says of its source."""
    st.session_state[PROVENANCE] = text


@dataclass(frozen=True)
class Whole:
    """All rows that a page shows some of, and how many: in batches, so that memory is bounded."""

    batches: Callable[[], Iterable[pa.Table]]
    rows: int


def offer(
    whole: Whole, columns: Sequence[SheetColumn], *, key: str, title: str, name: str
) -> None:
    """Offer exactly what is shown, as CSV and as a workbook, to who may take it home."""
    if not current_person().may(Capability.EXPORT):
        return
    note = f"{title}. {st.session_state.get(PROVENANCE, '')}".strip()

    def excel() -> bytes:
        return workbook([Sheet("Rows", columns, whole.batches(), note=note)])

    def csv() -> bytes:
        return csv_of(whole.batches(), [column.label for column in columns])

    with st.container(horizontal=True, gap="small"):
        _button("CSV", csv, key=f"{key}_csv", name=f"{name}.csv", mime="text/csv", rows=whole.rows)
        if whole.rows <= MOST_ROWS:
            excels = f"{name}.xlsx"
            _button("Excel", excel, key=f"{key}_xlsx", name=excels, mime=XLSX, rows=whole.rows)
        else:
            st.caption("Too many rows for a workbook: narrow them down, or take the CSV.")


def evidence(pack: Made, *, name: str) -> None:
    """Offer the evidence of a period to who may take it home."""
    person = current_person()
    if person.may(Capability.EXPORT):
        st.download_button(
            "Evidence pack",
            data=_for(person, pack),
            file_name=name,
            mime=XLSX,
            key="evidence",
            on_click="ignore",
            icon=":material/inventory:",
            help="Definitions, control totals, breaks, decisions and hashes, in one workbook",
        )


def _for(person: Person, make: Made) -> Made:
    """A file is made when it is asked for, which may be long after the page was shown."""

    def made() -> bytes:
        still_acting(person, Capability.EXPORT)
        return make()

    return made


def _button(label: str, make: Made, *, key: str, name: str, mime: str, rows: int) -> None:
    st.download_button(
        label,
        data=_for(current_person(), make),
        file_name=name,
        mime=mime,
        key=key,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        help=f"Download {'this row' if rows == 1 else f'all {rows:,} rows'} as {label}",
    )
