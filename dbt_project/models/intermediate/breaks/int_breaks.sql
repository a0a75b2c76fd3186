-- Every hit of every family; the first by the policy's rank stands for its case and subject.
{% set families = [
    'money', 'payout', 'settlement', 'stock', 'overwritten', 'receipt', 'inspection', 'over_returned', 'link', 'posting'
] %}
with

hits as (

    {% for family in families %}
        select
            case_key,
            subject,
            order_line_id,
            break_type,
            opens,
            cast(amount as decimal(18, 3)) as amount,
            due_at
        from {{ ref('int_' ~ family ~ '_breaks') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

policy as (

    select * from {{ ref('break_policy') }}

),

ranked as (

    select
        hits.*,
        policy.owner_role,
        policy.next_step,
        row_number() over (
            partition by hits.case_key, hits.subject, hits.order_line_id
            -- To the end, so that equal hits come out alike however many threads there are.
            order by
                policy.break_rank asc,
                hits.amount desc,
                hits.opens asc,
                hits.due_at asc
        ) as hit_rank

    from hits

    left join policy on hits.break_type = policy.break_type

),

final as (

    select
        md5(case_key || '|' || subject || '|' || coalesce(order_line_id, '') || '|' || break_type) as break_key,
        case_key,
        subject,
        order_line_id,
        break_type,
        opens,
        amount,
        due_at,
        owner_role,
        next_step

    from ranked

    where hit_rank = 1

)

select * from final
