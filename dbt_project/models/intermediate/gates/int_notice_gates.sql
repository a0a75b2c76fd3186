-- A notice for each stage that became done; once sent, it is never due again.
with

stages as (

    select * from {{ changed('int_case_stages') }}

    where
        kind = 'return'
        and current_stage not in ('declined', 'cancelled')

),

stages_done as (

    {% for stage in ['confirmation', 'inspection', 'posting'] %}
        select
            case_key,
            '{{ stage }}' as told
        from stages
        where {{ stage }}_status = 'done'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

sent as (

    select distinct
        case_key,
        reference as told

    from {{ changed('int_confirmed_actions') }}

    where action = 'notify'

),

final as (

    select
        stages_done.case_key,
        stages_done.told,
        case
            when sent.case_key is not null then 'done'
            when orders.customer_id is null then 'held'
            else 'ready'
        end as decision,
        {{ sorted_list(["case when sent.case_key is null and orders.customer_id is null then 'no_contact' end"]) }}
            as hold_reasons

    from stages_done

    inner join {{ changed('int_cases') }} as cases on stages_done.case_key = cases.case_key

    left join {{ changed('int_storefront_orders') }} as orders
        on
            cases.store = orders.store
            and cases.order_id = orders.order_id

    left join sent
        on
            stages_done.case_key = sent.case_key
            and stages_done.told = sent.told

)

select * from final
