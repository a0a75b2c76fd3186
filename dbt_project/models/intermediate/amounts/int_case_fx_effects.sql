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

cases as (

    select * from {{ changed('int_cases') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

original_invoices as (

    select
        linked_orders.store,
        linked_orders.order_id,
        documents.exchange_rate,
        row_number() over (
            partition by linked_orders.store, linked_orders.order_id
            order by documents.created_at, documents.document_number, documents.document_id
        ) as invoice_rank

    from documents

    inner join {{ changed('int_erp_documents_linked_to_orders') }} as linked_orders
        on documents.document_id = linked_orders.document_id

    where
        documents.document_type in ('invoice', 'cash_sale')
        and documents.is_effective

),

rated as (

    select
        credits.case_key,
        {{ from_minor('credits.amount_minor', 'credits.currency') }} as credited_amount,
        credit_documents.exchange_rate as credit_rate,
        original_invoices.exchange_rate as invoice_rate

    from credits

    inner join cases on credits.case_key = cases.case_key

    inner join documents as credit_documents on credits.document_id = credit_documents.document_id

    inner join original_invoices
        on
            cases.store = original_invoices.store
            and cases.order_id = original_invoices.order_id
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
