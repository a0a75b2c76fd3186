with

cases as (

    select * from {{ ref('int_cases') }}

),

variances as (

    select * from {{ ref('int_case_variances') }}

),

milestones as (

    select * from {{ ref('int_case_milestones') }}

),

credits as (

    select * from {{ ref('int_case_credits') }}

),

fx_effects as (

    select * from {{ ref('int_case_fx_effects') }}

),

cutoffs as (

    select * from {{ ref('int_case_cutoffs') }}

),

bank_references as (

    select * from {{ ref('int_case_bank_references') }}

),

final as (

    select
        cases.case_key,
        cases.case_name,
        cases.kind,
        cases.store,
        variances.currency,
        {{ from_minor('variances.storefront_minor', 'variances.currency') }} as storefront_amount,
        {{ from_minor('variances.paid_minor', 'variances.currency') }} as paid_amount,
        {{ from_minor('variances.settled_minor', 'variances.currency') }} as settled_amount,
        case
            when not variances.is_currency_mismatch
                then {{ from_minor('variances.erp_minor', 'variances.currency') }}
        end as erp_amount,
        {{ from_minor('variances.expected_minor', 'variances.currency') }} as expected_amount,
        {{ from_minor('variances.exchange_minor', 'variances.currency') }} as exchange_amount,
        {{ from_minor('variances.storefront_fee_minor', 'variances.currency') }} as storefront_fee_amount,
        case
            when not variances.is_currency_mismatch
                then {{ from_minor('variances.storefront_minor - variances.erp_minor', 'variances.currency') }}
        end as variance_amount,
        {{ from_minor('variances.reversal_variance_minor', 'variances.currency') }} as reversal_variance_amount,
        case
            when variances.has_refund and variances.payment_count > 0 and not variances.is_currency_mismatch
                then
                    {{ from_minor(
                        'variances.paid_minor - (variances.storefront_minor - variances.exchange_minor)',
                        'variances.currency'
                    ) }}
        end as payout_variance_amount,
        case
            when not variances.is_currency_mismatch
                then {{ from_minor('variances.settled_minor - variances.paid_minor', 'variances.currency') }}
        end as settlement_variance_amount,
        {% for component in ['quantity', 'price', 'discount', 'tax', 'shipping', 'fee', 'adjustment'] %}
            case
                when not variances.is_currency_mismatch
                    then {{ from_minor('variances.' ~ component ~ '_component_minor', 'variances.currency') }}
            end as {{ component }}_component,
        {% endfor %}
        variances.root_cause,
        variances.due_at,
        variances.age_days,
        {{ age_bucket('variances.age_days') }} as age_bucket,
        coalesce(cutoffs.is_cutoff, false) as is_cutoff,
        coalesce(credits.is_applied_elsewhere, false) as is_applied_elsewhere,
        fx_effects.fx_effect_amount,
        bank_references.bank_reference

    from cases

    inner join variances on cases.case_key = variances.case_key

    inner join milestones on cases.case_key = milestones.case_key

    left join credits on cases.case_key = credits.case_key

    left join fx_effects on cases.case_key = fx_effects.case_key

    left join cutoffs on cases.case_key = cutoffs.case_key

    left join bank_references on cases.case_key = bank_references.case_key

)

select * from final
