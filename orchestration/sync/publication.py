"""The gates of one action as the published file holds them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sync.notices import STAGES
from orchestration.sync.values import GateRow, Publication

ROWS_AT_ONCE = 1000
POINTER = "current.json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The case's age decides whether going live covers it, and is not the gates' to say. Beside it
# stands what a call about a whole case needs of it: ids, its credits' numbers and units.
OF_ACTION = """
    with

    -- What is done stays done: most of the gates, and no run's concern.
    wanted as (select * from marts.fct_sync_gates where action = $action and decision <> 'done'),
"""
OF_KEY = """
    with

    wanted as (select * from marts.fct_sync_gates where gate_key = $key),
"""
GATES = """
    credits as (

        select case_key, list(document_number order by occurred_at, document_number) as numbers
        from marts.fct_return_stage_events
        where
            document_type in ('credit_memo', 'cash_refund')
            and event = 'credited'
            and case_key in (select case_key from wanted)
        group by case_key

    ),

    lines as (

        select
            case_key,
            list(
                {'order_line_id': order_line_id, 'quantity': credited_quantity}
                order by order_line_id
            ) as credited
        from marts.fct_return_lines
        where credited_quantity > 0 and case_key in (select case_key from wanted)
        group by case_key

    ),

    quotes as (

        select case_key, {'amount': cast(amount as varchar), 'currency': currency} as quote
        from marts.fct_sync_gates
        where action = 'publish_quote' and decision in ('ready', 'done')

    ),

    -- What is paid of the figure: an exchange may take a part of it, or all.
    refunds as (

        select case_key, {'amount': cast(amount as varchar), 'currency': currency} as refund
        from marts.fct_sync_gates
        where action = 'issue_refund' and decision in ('ready', 'done') and amount > 0

    )

    select
        gates.action,
        gates.store,
        gates.case_key,
        gates.case_name,
        gates.decision,
        gates.gate_key,
        gates.order_line_id,
        gates.sku,
        gates.quantity,
        gates.amount,
        gates.currency,
        gates.hold_reasons,
        gates.evidence,
        gates.told,
        gates.inventory_item_id,
        gates.location_id,
        epoch_us(lifecycle.requested_at) as requested_at,
        case when gates.inventory_method = 'dispositions' then to_json({
            'method': gates.inventory_method,
            'return_id': lifecycle.return_id
        }) when gates.order_line_id is null then to_json({
            'order_id': lifecycle.order_id,
            'order_name': lifecycle.order_name,
            'return_id': lifecycle.return_id,
            'rma_id': lifecycle.rma_id,
            'credits': credits.numbers,
            'lines': lines.credited,
            'shipping': cast(-variance.shipping_component as varchar),
            'quote': quotes.quote,
            'refund': refunds.refund,
            'inspection': lifecycle.inspection_status
        }) end as details
    from wanted as gates
    left join marts.fct_return_lifecycle as lifecycle on gates.case_key = lifecycle.case_key
    left join marts.fct_refund_variance as variance on gates.case_key = variance.case_key
    left join credits on gates.case_key = credits.case_key
    left join lines on gates.case_key = lines.case_key
    left join quotes on gates.case_key = quotes.case_key
    left join refunds on gates.case_key = refunds.case_key
    -- A case is told of its stages in their order.
    order by
        gates.case_name,
        coalesce(gates.order_line_id, ''),
        coalesce(list_position($stages, gates.told), 1),
        gates.gate_key
"""

# No gate asks for an authorization: one is due for a return that the storefront approved a day ago
# and that the ERP knows by no document. A return that two documents fit is a person's to decide.
UNAUTHORIZED = """
    with

    lines as (

        select
            case_key,
            list(
                {'order_line_id': order_line_id, 'quantity': requested_quantity}
                order by order_line_id
            ) as requested,
            sum(credited_quantity) as credited_quantity
        from marts.fct_return_lines
        where requested_quantity > 0
        group by case_key

    )

    select
        'open_rma' as action,
        lifecycle.store,
        lifecycle.case_key,
        lifecycle.case_name,
        'ready' as decision,
        md5(lifecycle.case_key || '|open_rma|' || cast(to_json(lines.requested) as varchar))
            as gate_key,
        epoch_us(lifecycle.requested_at) as requested_at,
        to_json({
            'order_id': lifecycle.order_id,
            'order_name': lifecycle.order_name,
            'return_id': lifecycle.return_id,
            'return_name': lifecycle.case_name,
            'lines': lines.requested
        }) as details
    from marts.fct_return_lifecycle as lifecycle
    inner join lines on lifecycle.case_key = lines.case_key
    where
        lifecycle.kind = 'return'
        and lifecycle.link_method = 'unlinked'
        and lifecycle.rma_id is null
        and lifecycle.confirmation_status = 'done'
        and lifecycle.current_stage not in ('declined', 'cancelled')
        and lines.credited_quantity = 0
        and lifecycle.approved_at <= (select as_of from ops.publication) - interval 24 hour
    order by lifecycle.case_name, gate_key
"""

# Actions confirmed after either instant are not in the numbers.
FACTS = """
    select
        id,
        incomplete_stores,
        epoch_us(as_of) as as_of,
        (
            select epoch_us(max(extracted_at))
            from ops.freshness
            where system = 'ledger' and stream = 'actions'
        ) as ledger_extracted_at
    from ops.publication
"""


class NoPublicationError(Exception):
    """Stop: there is nothing published that could be acted on."""


def current_file(folder: Path) -> Path:
    """Return the file that the pointer names; it never changes once it is named."""
    try:
        said = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        file = folder / str(said["file"])
    except FileNotFoundError as error:
        raise NoPublicationError(
            f"nothing is published in {folder}: `returns run` publishes"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise NoPublicationError(
            f"{folder / POINTER} names no publication any more: `returns rebuild` publishes anew"
        ) from error
    if not file.exists():
        raise NoPublicationError(f"{file} is gone: `returns rebuild` publishes anew")
    return file


@dataclass(frozen=True)
class PublishedRows:
    """
    The rows of one action that are not done, in the order in which they are taken.

    They are read anew by whoever iterates, a few at a time: there may be millions.
    """

    file: Path
    action: str

    def __iter__(self) -> Iterator[GateRow]:
        """Yield row by row."""
        if self.action == "open_rma":
            return _read(self.file, UNAUTHORIZED)
        return _read(self.file, OF_ACTION + GATES, action=self.action, stages=STAGES)


def read_publication(file: Path, action: str) -> Publication:
    """
    Return what the file says of one action, and up to when it knows what was confirmed.

    Where the ledger was never landed, the file knows of no action at all.
    """
    with duckdb.connect(file, read_only=True) as connection:
        facts = connection.execute(FACTS).fetchone()
    if facts is None:
        raise NoPublicationError(f"{file.name} does not say what it is: publish again")
    publication_id, incomplete_stores, as_of, ledger_extracted_at = facts
    return Publication(
        id=publication_id,
        known_until=min(_instant(as_of) or EPOCH, _instant(ledger_extracted_at) or EPOCH),
        rows=PublishedRows(file, action),
        incomplete_stores=frozenset(json.loads(incomplete_stores or "[]")),
    )


def read_row(file: Path, gate_key: str) -> GateRow | None:
    """Return the row of a key, done or not; None where the file has none."""
    gates = _read(file, OF_KEY + GATES, key=gate_key, stages=STAGES)
    unauthorized = (row for row in _read(file, UNAUTHORIZED) if row.gate_key == gate_key)
    return next(chain(gates, unauthorized), None)


def knows_case(file: Path, name: str) -> bool:
    """Return whether a case of the file has this name; several stores may use the same."""
    asked = "select count(*) from marts.fct_return_lifecycle where case_name = $name"
    with duckdb.connect(file, read_only=True) as connection:
        found = connection.execute(asked, {"name": name}).fetchone()
    return found is not None and found[0] > 0


def _read(file: Path, asked: str, **values: object) -> Iterator[GateRow]:
    with duckdb.connect(file, read_only=True) as connection:
        rows = connection.execute(asked, values or None)
        names = [column[0] for column in rows.description or ()]
        while some := rows.fetchmany(ROWS_AT_ONCE):
            for row in some:
                yield _gate_row(dict(zip(names, row, strict=True)))


def _gate_row(row: Mapping[str, Any]) -> GateRow:
    evidence = row.get("evidence")
    return GateRow(
        **{
            **row,
            "hold_reasons": tuple(row.get("hold_reasons") or ()),
            "evidence": evidence if evidence is None else str(evidence),
            "requested_at": _instant(row["requested_at"]),
        }
    )


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)
