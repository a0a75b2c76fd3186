"""Queries of the page that asks what may be sent, and what is held and why."""

from dataclasses import dataclass

import pyarrow as pa

from dashboard.marts.source import Listing, Parameter, Scope, rows
from dashboard.publication import Pointer

NEEDS = ("fct_sync_gates",)


@dataclass(frozen=True)
class GateFilter:
    """What the rows are narrowed to; nothing means all."""

    action: str | None = None
    decision: str | None = None
    reason: str | None = None

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return them by the names the queries use."""
        return {"action": self.action, "decision": self.decision, "reason": self.reason}


def decisions(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return how many rows of each action are ready, held and done."""
    statement = """
        select
            action,
            count(*) filter (decision = 'ready') as ready,
            count(*) filter (decision = 'held') as held,
            count(*) filter (decision = 'done') as done
        from marts.fct_sync_gates
        where $store is null or store = $store
        group by action
        order by list_position([
            'publish_quote', 'quarantine', 'hold_for_inspection', 'restock', 'write_off',
            'issue_refund', 'publish_status', 'notify'
        ], action)
    """
    return rows(pointer, statement, scope.of_store, needs=NEEDS)


def reasons(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return how many held rows each reason holds; a row may have several."""
    statement = """
        select reason, count(*) as held, count(distinct case_key) as cases
        from (
            select case_key, unnest(hold_reasons) as reason
            from marts.fct_sync_gates
            where decision = 'held' and ($store is null or store = $store)
        )
        group by reason
        order by held desc, reason
    """
    return rows(pointer, statement, scope.of_store, needs=NEEDS)


def gates(pointer: Pointer, scope: Scope, *, narrowed: GateFilter) -> Listing:
    """
    List the gates: ready first, then held, then done, which is the alphabet from its end.

    Within an action they stand as the publication holds them: ordering millions of names anew for
    each page would take longer than all the rest of it.
    """
    statement = f"""
        select case_key, case_name, store, action, sku, quantity, currency, amount, decision,
            hold_reasons, evidence
        from marts.fct_sync_gates
        where {_FILTER}
        order by decision desc, action, rowid
    """  # noqa: S608
    return Listing(pointer, statement, scope.of_store | narrowed.parameters, NEEDS)


def gate_count(pointer: Pointer, scope: Scope, *, narrowed: GateFilter) -> int:
    """Return how many rows the pages of `gates` have between them."""
    statement = f"select count(*) as gates from marts.fct_sync_gates where {_FILTER}"  # noqa: S608
    parameters = scope.of_store | narrowed.parameters
    return int(rows(pointer, statement, parameters, needs=NEEDS).to_pylist()[0]["gates"])


def sent(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return the latest 50 actions that were sent and confirmed."""
    statement = """
        select confirmed_at, case_name, store, action, sku, quantity, currency, amount, reference
        from marts.fct_sync_actions
        where action_state = 'confirmed' and ($store is null or store = $store)
        order by confirmed_at desc, case_name
        limit 50
    """
    return rows(pointer, statement, scope.of_store, needs=("fct_sync_actions",))


def runs(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return the latest 20 runs that sent something: what, and when it was confirmed."""
    statement = """
        select
            run_id,
            min(sent_at) as began_at,
            max(confirmed_at) as ended_at,
            count(*) as actions,
            count(distinct case_key) as cases,
            list(distinct action order by action) as kinds
        from marts.fct_sync_actions
        where action_state = 'confirmed' and ($store is null or store = $store)
        group by run_id
        order by ended_at desc
        limit 20
    """
    return rows(pointer, statement, scope.of_store, needs=("fct_sync_actions",))


_FILTER = """($store is null or store = $store)
    and ($action is null or action = $action)
    and ($decision is null or decision = $decision)
    and ($reason is null or list_contains(hold_reasons, $reason))"""
