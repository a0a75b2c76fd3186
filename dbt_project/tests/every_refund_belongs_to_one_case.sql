select
    refunds.store,
    refunds.refund_id,
    count(case_refunds.case_key) as case_count
from {{ ref('int_storefront_refunds') }} as refunds
left join {{ ref('int_case_refunds') }} as case_refunds
    on
        refunds.store = case_refunds.store
        and refunds.refund_id = case_refunds.refund_id
group by refunds.store, refunds.refund_id
having count(case_refunds.case_key) <> 1
