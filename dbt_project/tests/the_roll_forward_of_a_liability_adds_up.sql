-- Opened plus difference less credited is what is owed now, and what is settled owes nothing.
select *
from {{ ref('fct_refund_liability') }}
where
    opened_amount + difference_amount - credited_amount <> liability_amount
    or (not is_open and (liability_amount <> 0 or asset_amount <> 0))
