-- When each document was last landed as a whole: what of it was not landed again with its lines is no part of it any more.
with

landed as (

    select
        transaction as document_id,
        _extracted_at

    from {{ source('netsuite', 'transaction_lines') }}

    {% if var('changes_only') %}
    where {{ is_changed('transaction') }}
    {% endif %}

),

final as (

    select
        document_id,
        max(_extracted_at) as rewritten_at

    from landed

    group by document_id

)

select * from final
