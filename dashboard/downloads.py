"""The files that a page hands out, each exactly what it shows, with where it comes from."""

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from dashboard.export import csv_bytes
from dashboard.workbook import Sheet, SheetColumn, workbook

PROVENANCE = "provenance"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def stamp(text: str) -> None:
    """Keep what every workbook of this page says of its source."""
    st.session_state[PROVENANCE] = text


def offer(table: pa.Table, columns: Sequence[SheetColumn], *, key: str, title: str) -> None:
    """Offer exactly what is shown, as CSV and as a workbook."""
    note = f"{title}. {st.session_state.get(PROVENANCE, '')}".strip()

    def excel() -> bytes:
        return workbook([Sheet("Rows", columns, [table], note=note)])

    with st.container(horizontal=True, gap="small"):
        _button("CSV", lambda: csv_bytes(table), name=f"{key}.csv", mime="text/csv")
        _button("Excel", excel, name=f"{key}.xlsx", mime=XLSX)


def _button(label: str, data: object, *, name: str, mime: str) -> None:
    st.download_button(
        label,
        data=data,  # type: ignore[arg-type]
        file_name=name,
        mime=mime,
        key=name.replace(".", "_"),
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        help=f"Download exactly these rows as {label}",
    )
