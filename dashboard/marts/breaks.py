"""Queries of the work queue: the breaks of a publication, each as people's decisions leave it."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from dashboard.decisions import Decided
from dashboard.marts.source import Listing, Parameter, Scope, has, optional, rows
from dashboard.publication import Pointer

BREAKS = "fct_reconciliation_breaks"
NEEDS = (BREAKS, "fct_return_lifecycle", "ops.publication")
# What explains itself asks nobody for anything.
NOBODY = "none"

Break = dict[str, object]


@dataclass(frozen=True)
class BreakFilter:
    """What the queue is narrowed to; nothing means all."""

    break_type: str | None = None
    owner: str | None = None
    status: str | None = None
    age: str | None = None
    text: str | None = None

    @property
    def is_by_name(self) -> bool:
        """Return whether a text is looked for, which orders and RMAs may hold too."""
        return self.parameters["text"] is not None

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return them by the names the queries use."""
        return {
            "break_type": self.break_type,
            "owner": self.owner,
            "status": self.status,
            "age": self.age,
            "text": self.text.strip().lower() if self.text and self.text.strip() else None,
        }


def stood(pointer: Pointer, *, with_case: bool = True) -> str:
    """
    Return every break with its standing, as the beginning of a `with` clause.

    Without its case a break has no order, no RMA and no moment it arose, and is found much sooner.

    A snooze ends with its day, an acceptance with its amount, a word that it was mended with a
    later publication that shows the break again.
    """
    return f"with stood as not materialized ({_standing(pointer, with_case=with_case)})"


def _standing(pointer: Pointer, *, with_case: bool) -> str:
    materiality = optional(pointer, BREAKS, "materiality_amount", alias="breaks")
    return f"""
        select
            breaks.* exclude (status, owner_role{_excluded(materiality)}),
            {materiality},
            breaks.owner_role as team,
            coalesce(states.owner, breaks.owner_role) as owner,
            case
                when states.status = 'snoozed' and states.snoozed_until > $today then 'snoozed'
                when
                    states.status = 'accepted' and states.amount is not distinct from breaks.amount
                    then 'accepted'
                when
                    states.status = 'resolved'
                    and states.resolved_at >= (select as_of from ops.publication)
                    then 'resolved'
                when
                    states.proposed_by is not null
                    and states.amount is not distinct from breaks.amount
                    then 'proposed'
                else 'open'
            end as standing,
            states.note,
            states.reason,
            states.snoozed_until,
            states.proposed_by,
            states.decided_by,
            states.decided_at,
            {_OF_CASE if with_case else _WITHOUT_CASE}
        from marts.fct_reconciliation_breaks as breaks
        {_CASE if with_case else ""}
        left join break_states as states on breaks.break_key = states.break_key
    """  # noqa: S608


_CASE = "left join marts.fct_return_lifecycle as cases on breaks.case_key = cases.case_key"
_OF_CASE = """cases.order_name,
            cases.rma_number,
            coalesce(breaks.due_at, cases.requested_at) as arose_at"""
_WITHOUT_CASE = """cast(null as varchar) as order_name,
            cast(null as varchar) as rma_number,
            breaks.due_at as arose_at"""
# A proposal is not accepted yet, so it is still open.
IS_OPEN = "(standing in ('open', 'proposed') and team <> 'none')"
# Breaks of one case are often about the same money: of each case the most counts.
AT_STAKE = f"""
    select store, currency, case_key, max(amount) as amount
    from stood where {IS_OPEN} group by store, currency, case_key
"""  # noqa: S608
_LISTED = """
    select break_key, break_type, case_key, case_name, store, order_name, rma_number,
        document_type, document_number, currency, amount, materiality_amount, due_at,
        age_bucket, team, owner, standing, next_step,
        coalesce(nullif(concat_ws('; ', note, reason), ''), next_step) as said, snoozed_until,
        proposed_by, decided_by, decided_at, storefront_url, erp_url
"""
_ORDER = "amount desc nulls first, due_at nulls last, case_name, break_key"
_AGE = "coalesce(age_bucket, 'not due')"
_FILTER = f"""currency = $currency
    and ($store is null or store = $store)
    and ($break_type is null or break_type = $break_type)
    and ($owner is null or owner = $owner)
    and ($age is null or {_AGE} = $age)
    and (
        $status is null
        or ($status = 'to_do' and {IS_OPEN})
        or standing = $status
    )
    and (
        $text is null
        or contains(lower(case_name), $text)
        or contains(lower(coalesce(order_name, '')), $text)
        or contains(lower(coalesce(rma_number, '')), $text)
        or contains(lower(coalesce(document_number, '')), $text)
    )"""


def headline(pointer: Pointer, scope: Scope, *, decided: Decided) -> dict[str, object]:
    """Return count and money of what is to do, and counts of what people set aside."""
    statement = f"""
        {stood(pointer, with_case=False)}
        select
            count(*) filter ({IS_OPEN}) as to_do,
            (
                select coalesce(sum(amount), 0) from ({AT_STAKE})
                where currency = $currency and ($store is null or store = $store)
            ) as to_do_amount,
            count(*) filter ({IS_OPEN} and age_bucket in ('61-90', 'over 90')) as old,
            count(*) filter (standing = 'proposed') as proposed,
            count(*) filter (standing = 'snoozed') as snoozed,
            count(*) filter (standing = 'accepted') as accepted,
            count(*) filter (standing = 'resolved') as resolved
        from stood
        where currency = $currency and ($store is null or store = $store)
    """  # noqa: S608
    found: dict[str, object] = rows(
        pointer, statement, scope.parameters, needs=NEEDS, decided=decided
    ).to_pylist()[0]
    return found


def groups(pointer: Pointer, scope: Scope, *, narrowed: BreakFilter, decided: Decided) -> pa.Table:
    """Return the breaks by kind, the most money first; ages count whole days since due."""
    statement = f"""
        {stood(pointer, with_case=narrowed.is_by_name)}
        select
            break_type,
            any_value(team) as team,
            count(*) as breaks,
            coalesce(sum(amount), 0) as amount,
            count(*) filter (standing = 'proposed') as proposed,
            max(date_sub('day', due_at, (select as_of from ops.publication))) as oldest_days
        from stood
        where {_FILTER}
        group by break_type
        order by amount desc, breaks desc, break_type
    """  # noqa: S608
    parameters = scope.parameters | narrowed.parameters
    return rows(pointer, statement, parameters, needs=NEEDS, decided=decided)


def choices(pointer: Pointer, scope: Scope, *, decided: Decided) -> dict[str, list[str]]:
    """Return the kinds and owners there are, to choose from."""
    statement = f"""
        {stood(pointer, with_case=False)}
        select
            list(distinct break_type order by break_type) as break_types,
            list(distinct owner order by owner) as owners
        from stood
        where currency = $currency and ($store is null or store = $store)
    """  # noqa: S608
    found: dict[str, list[str]] = rows(
        pointer, statement, scope.parameters, needs=NEEDS, decided=decided
    ).to_pylist()[0]
    return {name: values or [] for name, values in found.items()}


def listed(
    pointer: Pointer,
    scope: Scope,
    *,
    narrowed: BreakFilter,
    decided: Decided,
) -> Listing:
    """
    List the breaks, the most money first.

    A page finds its keys first: else the whole of every row would be joined, to show fifty.
    """
    chosen = f"from stood where {_FILTER}"
    keys = f"""
        select break_key from ({_standing(pointer, with_case=narrowed.is_by_name)})
        where {_FILTER} order by {_ORDER} limit $page_rows offset $skipped
    """  # noqa: S608
    return Listing(
        pointer,
        f"{stood(pointer)} {_LISTED} {chosen} order by {_ORDER}",
        scope.parameters | narrowed.parameters,
        NEEDS,
        decided,
        of_page=f"{stood(pointer)} {_LISTED} from stood where break_key in ({keys})"
        f" order by {_ORDER}",
    )


def count(pointer: Pointer, scope: Scope, *, narrowed: BreakFilter, decided: Decided) -> int:
    """Return how many rows the pages of `listed` have between them."""
    statement = f"""
        {stood(pointer, with_case=narrowed.is_by_name)}
        select count(*) as breaks from stood where {_FILTER}
    """  # noqa: S608
    parameters = scope.parameters | narrowed.parameters
    found = rows(pointer, statement, parameters, needs=NEEDS, decided=decided)
    return int(found.to_pylist()[0]["breaks"])


def gist(
    pointer: Pointer, scope: Scope, *, narrowed: BreakFilter, decided: Decided
) -> dict[str, int]:
    """Return how many breaks fit, how many of them are material, and how many are set aside."""
    statement = f"""
        {stood(pointer, with_case=narrowed.is_by_name)}
        select
            count(*) as breaks,
            count(*) filter (coalesce(amount >= materiality_amount, true)) as material,
            count(*) filter (standing <> 'open') as aside
        from stood
        where {_FILTER}
    """  # noqa: S608
    parameters = scope.parameters | narrowed.parameters
    found: dict[str, int] = rows(
        pointer, statement, parameters, needs=NEEDS, decided=decided
    ).to_pylist()[0]
    return found


def at_stake(
    pointer: Pointer, scope: Scope, *, narrowed: BreakFilter, decided: Decided
) -> Decimal:
    """Return the money of the breaks that fit; of a case with several the most counts."""
    statement = f"""
        {stood(pointer, with_case=narrowed.is_by_name)}
        select coalesce(sum(amount), 0) as amount
        from (select max(amount) as amount from stood where {_FILTER} group by case_key)
    """  # noqa: S608
    parameters = scope.parameters | narrowed.parameters
    found = rows(pointer, statement, parameters, needs=NEEDS, decided=decided).to_pylist()
    return Decimal(found[0]["amount"])


def of_case(pointer: Pointer, case_key: str, *, decided: Decided) -> list[Break]:
    """
    Return what is wrong with one case, who acts on it and how it stands; not what is early.

    Nothing where the publication holds no breaks; a `subject` it lacks is empty.
    """
    if not has(pointer, BREAKS):
        return []
    statement = f"""
        {stood(pointer, with_case=False)}
        select break_type, {optional(pointer, BREAKS, "subject", alias="stood")}, amount, team,
            owner, next_step, standing, due_at, age_bucket, note
        from stood
        where
            case_key = $case_key
            and standing not in ('resolved', 'accepted')
            and break_type <> 'not_due'
        order by due_at nulls last, break_type
        limit 20
    """  # noqa: S608
    found: list[Break] = rows(
        pointer, statement, {"case_key": case_key}, needs=NEEDS, decided=decided
    ).to_pylist()
    return found


def _excluded(materiality: str) -> str:
    return "" if materiality.startswith("null") else ", materiality_amount"
