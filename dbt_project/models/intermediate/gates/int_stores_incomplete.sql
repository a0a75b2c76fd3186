-- Stores whose own figures do not tie: nothing is done with their rows.
select distinct store
from {{ ref('fct_tie_out') }}
where
    not is_tied
    and system in ('storefront', 'processor')
