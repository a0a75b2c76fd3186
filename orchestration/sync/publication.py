"""The gates of one action as the published file holds them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sync.values import GateRow, Publication

POINTER = "current.json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The case's age decides whether going live covers it, and is not the gates' to say. Beside it
# stands what a call about a whole case needs of it: ids, its credits' numbers and units.
ROWS = """
    with

    credits as (

        select case_key, list(document_number order by occurred_at, document_number) as numbers
        from marts.fct_return_stage_events
        where document_type in ('credit_memo', 'cash_refund') and event = 'credited'
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
        where credited_quantity > 0
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
    from marts.fct_sync_gates as gates
    left join marts.fct_return_lifecycle as lifecycle on gates.case_key = lifecycle.case_key
    left join marts.fct_refund_variance as variance on gates.case_key = variance.case_key
    left join credits on gates.case_key = credits.case_key
    left join lines on gates.case_key = lines.case_key
    left join quotes on gates.case_key = quotes.case_key
    left join refunds on gates.case_key = refunds.case_key
    where gates.action = $action
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
        $action = 'open_rma'
        and lifecycle.kind = 'return'
        and lifecycle.link_method = 'unlinked'
        and lifecycle.rma_id is null
        and lifecycle.confirmation_status = 'done'
        and lifecycle.current_stage not in ('declined', 'cancelled')
        and lines.credited_quantity = 0
        and lifecycle.approved_at <= (select as_of from ops.publication) - interval 24 hour
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
    except FileNotFoundError as error:
        raise NoPublicationError(f"nothing is published in {folder}: run the build") from error
    return folder / str(said["file"])


def read_publication(file: Path, action: str) -> Publication:
    """
    Return the rows of one action, and up to when the file knows what was confirmed.

    Where the ledger was never landed, the file knows of no action at all.
    """
    with duckdb.connect(file, read_only=True) as connection:
        facts = connection.execute(FACTS).fetchone()
        if facts is None:
            raise NoPublicationError(f"{file.name} does not say what it is: publish again")
        asked = UNAUTHORIZED if action == "open_rma" else ROWS
        rows = connection.execute(asked, {"action": action})
        names = [column[0] for column in rows.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    publication_id, incomplete_stores, as_of, ledger_extracted_at = facts
    return Publication(
        id=publication_id,
        known_until=min(_instant(as_of) or EPOCH, _instant(ledger_extracted_at) or EPOCH),
        rows=tuple(_gate_row(row) for row in found),
        incomplete_stores=frozenset(json.loads(incomplete_stores or "[]")),
    )


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
