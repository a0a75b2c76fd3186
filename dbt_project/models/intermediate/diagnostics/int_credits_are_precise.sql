-- Question 4: does a credit reverse its sale: the same money, the same tax codes, the same invoice?
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lines_with_other_tax_codes as (

    select distinct case_key

    from {{ ref('fct_return_lines') }}

    where
        credited_quantity > 0
        and coalesce(tax_codes, '') <> coalesce(original_tax_codes, '')

),

credited as (

    select
        variances.store,
        variances.currency,
        variances.erp_amount,
        variances.reversal_variance_amount,
        variances.reversal_variance_amount = 0 as is_precise,
        lines.case_key is null as is_on_same_codes,
        not variances.is_applied_elsewhere as is_on_same_invoice

    from variances

    left join lines_with_other_tax_codes as lines on variances.case_key = lines.case_key

    where variances.reversal_variance_amount is not null

),

{% set questions = {
    'credits_are_precise': ('is_precise', 'reversal_variance_amount'),
    'credits_keep_tax_codes': ('is_on_same_codes', 'erp_amount'),
    'credits_stay_on_invoice': ('is_on_same_invoice', 'erp_amount'),
} %}

final as (

    {% for question, (condition, at_stake) in questions.items() %}
        select
            '{{ question }}' as question,
            store,
            currency,
            sum(case when {{ condition }} then 1 else 0 end) as numerator,
            count(*) as denominator,
            sum(case when {{ condition }} then abs(erp_amount) else 0 end) as numerator_amount,
            sum(abs(erp_amount)) as denominator_amount,
            sum(case when {{ condition }} then 0 else abs({{ at_stake }}) end) as amount
        from credited
        group by store, currency
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
