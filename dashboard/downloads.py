"""The files that a page hands out, each exactly what it shows, with where it comes from."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import streamlit as st

from dashboard.access import Capability, Person
from dashboard.export import csv_bytes
from dashboard.people import current_person, still_acting
from dashboard.workbook import Sheet, SheetColumn, workbook

PROVENANCE = "provenance"
Made = Callable[[], bytes]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def stamp(text: str) -> None:
    """Keep what every workbook of this page says of its source."""
    st.session_state[PROVENANCE] = text


def offer(table: pa.Table, columns: Sequence[SheetColumn], *, key: str, title: str) -> None:
    """Offer exactly what is shown, as CSV and as a workbook, to who may take it home."""
    if not current_person().may(Capability.EXPORT):
        return
    note = f"{title}. {st.session_state.get(PROVENANCE, '')}".strip()

    def excel() -> bytes:
        return workbook([Sheet("Rows", columns, [table], note=note)])

    with st.container(horizontal=True, gap="small"):
        _button("CSV", lambda: csv_bytes(table), name=f"{key}.csv", mime="text/csv")
        _button("Excel", excel, name=f"{key}.xlsx", mime=XLSX)


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


def _button(label: str, make: Made, *, name: str, mime: str) -> None:
    st.download_button(
        label,
        data=_for(current_person(), make),
        file_name=name,
        mime=mime,
        key=name.replace(".", "_"),
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        help=f"Download exactly these rows as {label}",
    )
