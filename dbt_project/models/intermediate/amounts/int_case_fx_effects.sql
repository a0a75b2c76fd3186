-- The base-currency amount of each credit at its own rate, less at the original invoice's rate.
with

credits as (

    select
        case_key,
        document_id,
        currency,
        sum(gross_minor - discount_minor + tax_minor) as amount_minor

    from {{ changed('int_case_credit_lines') }}

    group by case_key, document_id, currency

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

rated as (

    select
        credits.case_key,
        {{ from_minor('credits.amount_minor', 'credits.currency') }} as credited_amount,
        credit_documents.exchange_rate as credit_rate,
        original_invoices.exchange_rate as invoice_rate

    from credits

    inner join documents as credit_documents on credits.document_id = credit_documents.document_id

    inner join {{ changed('int_case_original_invoices') }} as original_invoices
        on
            credits.case_key = original_invoices.case_key
            and credits.document_id = original_invoices.document_id
            and original_invoices.invoice_rank = 1

),

summed_to_case as (

    select
        case_key,
        sum(
            case
                when credit_rate <> 1 or invoice_rate <> 1
                    then
                        cast(round(credited_amount * credit_rate, 2) as decimal(18, 3))
                        - cast(round(credited_amount * invoice_rate, 2) as decimal(18, 3))
            end
        ) as fx_effect_amount

    from rated

    group by case_key

)

select
    case_key,
    cast(fx_effect_amount as decimal(19, 3)) as fx_effect_amount

from summed_to_case
