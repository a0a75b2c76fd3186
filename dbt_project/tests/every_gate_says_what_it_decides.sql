-- A view has no constraints of its own: what a sender reads of a gate is held to be there.
select
    case_key,
    action,
    gate_key
from {{ ref('fct_sync_gates') }}
where
    store is null
    or action is null
    or decision is null
    or gate_key is null
