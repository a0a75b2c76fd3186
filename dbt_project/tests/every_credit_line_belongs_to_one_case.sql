select
    lines.document_id,
    lines.line_id,
    count(linked.case_key) as case_count
from {{ ref('int_erp_document_lines') }} as lines
left join {{ ref('int_credit_lines_linked_to_cases') }} as linked
    on
        lines.document_id = linked.document_id
        and lines.line_id = linked.line_id
where
    lines.document_type in ('credit_memo', 'cash_refund')
    and lines.line_class not in ('line_discount', 'header_discount', 'subtotal')
group by lines.document_id, lines.line_id
having count(linked.case_key) <> 1
