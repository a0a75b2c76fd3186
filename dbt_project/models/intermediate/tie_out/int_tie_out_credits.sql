-- Every credit that counts, against what the cases hold of it. Accounts differ in the sign.
with

periods as (

    select
        period_id,
        {{ month_of('ended_on') }} as period

    from {{ ref('stg_netsuite__accounting_periods') }}

),

documents as (

    select
        documents.document_id,
        documents.document_type,
        documents.is_effective,
        documents.currency,
        documents.total_amount,
        coalesce(periods.period, 'none') as period

    from {{ ref('int_erp_documents') }} as documents

    left join periods on documents.period_id = periods.period_id

),

credits as (

    select
        'all' as store,
        currency,
        period,
        count(*) as document_count,
        abs(sum({{ to_minor('total_amount', 'currency') }})) as amount_minor

    from documents

    where
        document_type in ('credit_memo', 'cash_refund')
        and is_effective

    group by currency, period

),

amounts_in_cases as (

    select
        document_id,
        sum(gross_minor - discount_minor + tax_minor) as amount_minor

    from {{ ref('int_case_credit_lines') }}

    group by document_id

),

documents_in_cases as (

    select distinct document_id
    from {{ ref('int_credit_lines_linked_to_cases') }}

),

credits_in_cases as (

    select
        'all' as store,
        documents.currency,
        documents.period,
        count(*) as document_count,
        abs(sum(coalesce(amounts_in_cases.amount_minor, 0))) as amount_minor

    from documents_in_cases

    inner join documents on documents_in_cases.document_id = documents.document_id

    left join amounts_in_cases on documents_in_cases.document_id = amounts_in_cases.document_id

    group by documents.currency, documents.period

)

{{ tie_out('credits', 'erp', 'credits', 'credits_in_cases') }}
