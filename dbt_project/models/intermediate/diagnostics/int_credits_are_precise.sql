-- Question 4: does a credit reverse its sale: the same money, the same tax codes, the same invoice?
-- A credit in a currency that the sale does not hold reverses nothing to the cent; what was due is at stake.
with

variances as (

    select * from {{ ref('fct_refund_variance') }}

),

lifecycle as (

    select * from {{ ref('fct_return_lifecycle') }}

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
        coalesce(variances.erp_amount, variances.expected_amount) as credited_amount,
        coalesce(variances.reversal_variance_amount, variances.expected_amount) as imprecise_amount,
        coalesce(variances.reversal_variance_amount = 0, false) as is_precise,
        lines.case_key is null as is_on_same_codes,
        not variances.is_applied_elsewhere as is_on_same_invoice

    from variances

    inner join lifecycle on variances.case_key = lifecycle.case_key

    left join lines_with_other_tax_codes as lines on variances.case_key = lines.case_key

    where lifecycle.credited_at is not null

),

{% set questions = {
    'credits_are_precise': ('is_precise', 'imprecise_amount'),
    'credits_keep_tax_codes': ('is_on_same_codes', 'credited_amount'),
    'credits_stay_on_invoice': ('is_on_same_invoice', 'credited_amount'),
} %}

final as (

    {% for question, (condition, at_stake) in questions.items() %}
        select
            '{{ question }}' as question,
            store,
            currency,
            sum(case when {{ condition }} then 1 else 0 end) as numerator,
            count(*) as denominator,
            sum(case when {{ condition }} then abs(credited_amount) else 0 end) as numerator_amount,
            sum(abs(credited_amount)) as denominator_amount,
            sum(case when {{ condition }} then 0 else abs({{ at_stake }}) end) as amount
        from credited
        group by store, currency
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
