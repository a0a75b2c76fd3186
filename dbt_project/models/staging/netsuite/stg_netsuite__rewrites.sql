-- When each document was last landed as a whole: what of it was not landed again with its lines is no part of it any
-- more.
with

final as (

    select
        transaction as document_id,
        max(_extracted_at) as rewritten_at

    from {{ changed_rows(source('netsuite', 'transaction_lines'), of='transaction') }}

    group by transaction

)

select * from final
