select
    case_key,
    count(*) as row_count
from {{ ref('int_cases') }}
group by case_key
having count(*) > 1
