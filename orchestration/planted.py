"""What was planted in a generated business, held against what the published marts found of it."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

TRUTH = """
create temp table truth as
select *
from read_csv(
    ?,
    header = true,
    columns = {
        'case_name': 'varchar', 'order_name': 'varchar', 'kind': 'varchar', 'defect': 'varchar',
        'root_cause': 'varchar', 'missing_at': 'timestamptz', 'cutoff_from': 'timestamptz',
        'link_method': 'varchar', 'is_falsely_complete': 'boolean',
        'is_refunded_before_inspection': 'boolean', 'is_payout_failed': 'boolean',
        'is_applied_elsewhere': 'boolean', 'is_wrong_on_both_sides': 'boolean',
        'is_over_returned': 'boolean', 'exposed_quantity': 'bigint', 'failed_on_sale': 'bigint'
    }
)
"""
# Time goes on after the books were loaded: what is awaited goes missing, what lacks its other side
# falls into another period, and the pipeline's own syncs mend: a refund that was missing is paid,
# what our quarantine took off sale is on sale no more.
TOLD = """
create temp table told as
with clock as (select as_of from ops.publication),
synced as (
    select
        case_name,
        min(confirmed_at) filter (action = 'issue_refund') as paid_at,
        min(confirmed_at) filter (action = 'quarantine') as quarantined_at
    from marts.fct_sync_actions
    group by case_name
)
select
    truth.*,
    case
        when truth.root_cause <> 'missing_refund' then null
        else synced.paid_at
    end as paid_by_us_at,
    case
        when paid_by_us_at is not null then 'none'
        when clock.as_of < truth.missing_at
            then replace(truth.root_cause, 'missing', 'awaiting')
        else truth.root_cause
    end as root_cause_now,
    coalesce(
        clock.as_of >= truth.cutoff_from
        and (paid_by_us_at is null or paid_by_us_at >= truth.cutoff_from),
        false
    ) as is_cutoff,
    truth.failed_on_sale > 0 and synced.quarantined_at is null as is_failed_on_sale
from truth
cross join clock
left join synced on truth.case_name = synced.case_name
"""
MENDED = """
select
    count(paid_by_us_at),
    coalesce(sum(failed_on_sale) filter (not is_failed_on_sale), 0)
from told
"""
PLANTED = """
create temp table planted as
select 1 as part, case_name, root_cause_now as finding, null as quantity from told
union all
select 2, case_name, 'put on sale uninspected', exposed_quantity from told
where exposed_quantity > 0
union all
select 2, case_name, 'failed, and on sale', failed_on_sale from told
where is_failed_on_sale
union all
select 2, case_name, 'complete at the storefront only', null from told where is_falsely_complete
union all
select 2, case_name, 'paid before inspection', null from told where is_refunded_before_inspection
union all
select 2, case_name, 'payout failed', null from told where is_payout_failed
union all
select 2, case_name, 'in two periods', null from told where is_cutoff
union all
select 2, case_name, 'applied to another invoice', null from told where is_applied_elsewhere
union all
select 2, case_name, 'wrong on both sides', null from told where is_wrong_on_both_sides
union all
select distinct 2, order_name, 'more returned than sold', null from told where is_over_returned
union all
select 2, case_name, 'link ' || link_method, null from told
where link_method in ('ambiguous', 'unlinked')
union all
select 3, case_name, 'clean', null from told
where root_cause_now in ('none', 'not_due', 'awaiting_credit_memo', 'awaiting_refund')
    and exposed_quantity = 0 and failed_on_sale = 0 and link_method <> 'ambiguous'
    and (link_method <> 'unlinked' or kind <> 'erp_only')
    -- Until the ERP credits a refund without a return, somebody is asked whether it was meant.
    and (kind <> 'refund_only' or root_cause_now = 'none')
    and not (
        is_refunded_before_inspection or is_payout_failed or is_applied_elsewhere
        or is_wrong_on_both_sides or is_over_returned
    )
"""
FOUND = """
create temp table found as
select 1 as part, case_name, root_cause as finding, null as quantity from marts.fct_refund_variance
union all
select 2, case_name, 'put on sale uninspected', sum(peak_quantity)
from marts.fct_restock_exposure group by case_name
union all
select 2, case_name, 'failed, and on sale', sum(failed_quantity)
from marts.fct_restock_exposure where failed_quantity > 0 group by case_name
union all
select 2, case_name, 'complete at the storefront only', null
from marts.fct_return_lifecycle where is_falsely_complete
union all
select 2, case_name, 'paid before inspection', null
from marts.fct_return_lifecycle where is_refunded_before_inspection
union all
select 2, case_name, 'payout failed', null
from marts.fct_return_lifecycle where payout_status = 'failed'
union all
select 2, case_name, 'in two periods', null from marts.fct_refund_variance where is_cutoff
union all
select 2, case_name, 'applied to another invoice', null
from marts.fct_refund_variance where is_applied_elsewhere
union all
select 2, case_name, 'wrong on both sides', null
from marts.fct_refund_variance where root_cause = 'none' and reversal_variance_amount <> 0
union all
select distinct 2, cases.order_name, 'more returned than sold', null
from marts.fct_reconciliation_breaks as breaks
inner join marts.fct_return_lifecycle as cases on breaks.case_key = cases.case_key
where breaks.break_type = 'over_returned'
union all
select 2, case_name, 'link ' || link_method, null
from marts.fct_return_lifecycle where link_method in ('ambiguous', 'unlinked')
union all
-- Two breaks are no fault of a case: what is not due yet, and a month's end between documents.
select 3, cases.case_name, 'clean', null
from marts.fct_return_lifecycle as cases
inner join planted on cases.case_name = planted.case_name and planted.part = 3
where not exists (
    select 1 from marts.fct_reconciliation_breaks as breaks
    where breaks.case_key = cases.case_key and breaks.break_type not in ('not_due', 'cutoff')
)
"""
COMPARED = """
create temp table compared as
select
    coalesce(planted.part, found.part) as part,
    coalesce(planted.finding, found.finding) as finding,
    coalesce(planted.case_name, found.case_name) as case_name,
    planted.case_name is not null as is_planted,
    found.case_name is not null as is_found
from planted
full outer join found
    on planted.part = found.part
    and planted.case_name = found.case_name
    and planted.finding = found.finding
    and planted.quantity is not distinct from found.quantity
"""
COUNTED = """
select
    case part when 1 then 'root cause' when 2 then 'beside it' else 'no break' end,
    finding,
    count(*) filter (is_planted),
    count(*) filter (is_planted and is_found),
    count(*) filter (is_planted and not is_found),
    count(*) filter (is_found and not is_planted)
from compared
group by part, finding
order by part = 3 desc, part, 3 desc, finding
"""
DIFFERING = """
select finding, case_name, is_planted, is_found from compared
where is_planted <> is_found order by finding, case_name
"""


@dataclass(frozen=True)
class Count:
    """One finding: how often it was planted, found there, missed, and flagged elsewhere."""

    group: str
    finding: str
    planted: int
    found: int
    missed: int
    flagged: int


@dataclass(frozen=True)
class Comparison:
    """
    The marts held against the truth.

    `differences`: finding, case, whether it was planted, whether it was found. Of what was planted
    confirmed syncs mend some: refunds that were `paid`, failed units `taken_off_sale`.
    """

    counts: list[Count]
    differences: list[tuple[str, str, bool, bool]]
    paid: int
    taken_off_sale: int


def compare(publication: Path, truth: Path) -> Comparison:
    """
    Hold the published marts against the truth of every case.

    A finding is a root cause, something else that is wrong with a case, or `clean`: no break at
    all, looked for in the cases with which nothing is wrong.
    """
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        quoted = str(publication).replace("'", "''")
        connection.execute(f"attach '{quoted}' as published (read_only)")
        connection.execute("use published")
        connection.execute(TRUTH, [str(truth)])
        for statement in (TOLD, PLANTED, FOUND, COMPARED):
            connection.execute(statement)
        counts = [Count(*row) for row in connection.execute(COUNTED).fetchall()]
        mended = connection.execute(MENDED).fetchall()[0]
        return Comparison(counts, connection.execute(DIFFERING).fetchall(), *mended)
