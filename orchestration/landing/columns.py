"""The declared columns of a stream as Arrow reads them, to the digit, and DuckDB writes them."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from pyarrow import json

from orchestration.landing.reading import ROOMIER

# Arrow takes what has more digits than its type for an error. Rates are quotients; they may be
# rounded, by DuckDB, from as many digits as they come with.
WIDEST_RATE = pa.decimal128(38, 20)
# A whole number may come as text, which Arrow reads as a decimal alone.
WHOLE = {pa.int32(): pa.decimal128(10, 0), pa.int64(): pa.decimal128(19, 0)}


@dataclass(frozen=True)
class Columns:
    """
    The declared columns of records, by name, as DuckDB types.

    What is read here is what `select_from_records` would read, or an error: Arrow takes no number
    for a text, no text for a number within an object, and nothing that would be rounded to fit. A
    field that is missing is null, one that is not declared is left out.
    """

    declared: Mapping[str, str]

    def schema(self, connection: duckdb.DuckDBPyConnection) -> pa.Schema:
        """Return what Arrow reads of a record; the connection knows its own types."""
        nulls = ", ".join(f'null::{kind} as "{name}"' for name, kind in self.declared.items())
        kinds = connection.sql(f"select {nulls} limit 0").to_arrow_table().schema
        return pa.schema([field.with_type(self._read_as(field)) for field in kinds])

    def read(self, records: Sequence[bytes], schema: pa.Schema) -> pa.Table:
        """
        Return the rows of records, each of them one line of JSON.

        Raises pyarrow.ArrowException where any does not fit: by its shape, a number with too many
        digits, bytes that are no text, a name that stands twice.
        """
        # Arrow 26 takes the process down over a record that is null.
        if not all(record.startswith(b"{") for record in records):
            raise pa.ArrowInvalid("a record is no object")
        lines = b"\n".join(records)
        table = json.read_json(
            pa.BufferReader(lines),
            read_options=json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            parse_options=json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="ignore"
            ),
        )
        table.validate(full=True)
        return table

    def select_from(self, relation: str) -> str:
        """Return a select of the declared columns of what was read."""
        cast = ", ".join(
            f'cast("{name}" as {kind}) as "{name}"' for name, kind in self.declared.items()
        )
        return f"select {cast} from {relation}"

    def _read_as(self, field: pa.Field) -> pa.DataType:
        if field.type in WHOLE:
            return WHOLE[field.type]
        if pa.types.is_date(field.type):
            return pa.timestamp("s")
        is_rate = pa.types.is_decimal(field.type) and self.declared[field.name] not in ROOMIER
        return WIDEST_RATE if is_rate else field.type
