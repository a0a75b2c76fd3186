{% set controls = [
    'order_refund_totals',
    'tender_transactions',
    'sales_agreements',
    'refunds',
    'refund_transactions',
    'payouts',
    'settlements',
    'settled_payments',
    'credit_totals',
    'credits',
] %}

with

controls as (

    {% for control in controls %}
        select * from {{ ref('int_tie_out_' ~ control) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        control,
        system,
        store,
        currency,
        period,
        cast(source_count as bigint) as source_count,
        {{ from_minor('source_minor', 'currency') }} as source_amount,
        cast(mart_count as bigint) as mart_count,
        {{ from_minor('mart_minor', 'currency') }} as mart_amount,
        source_count = mart_count and source_minor = mart_minor as is_tied

    from controls

)

select * from final
