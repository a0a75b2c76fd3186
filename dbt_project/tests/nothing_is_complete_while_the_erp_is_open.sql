select
    case_key,
    current_stage
from {{ ref('fct_return_lifecycle') }}
where
    current_stage = 'complete'
    and not is_erp_complete
