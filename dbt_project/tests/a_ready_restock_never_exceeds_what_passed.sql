select
    gates.case_key,
    gates.order_line_id,
    gates.quantity
from {{ ref('fct_sync_gates') }} as gates
inner join {{ ref('fct_return_lines') }} as lines
    on
        gates.case_key = lines.case_key
        and gates.order_line_id = lines.order_line_id
where
    gates.action = 'restock'
    and gates.decision = 'ready'
    and gates.quantity + lines.restocked_quantity > lines.passed_quantity
