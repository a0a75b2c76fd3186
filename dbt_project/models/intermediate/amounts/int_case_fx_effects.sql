-- The base-currency amount at the credit's rate, less at the original invoice's rate.
with

credits as (

    select * from {{ changed('int_case_credits') }}

),

cases as (

    select * from {{ changed('int_cases') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

amounts as (

    select * from {{ changed('int_case_amounts') }}

),

original_invoices as (

    select
        linked_orders.store,
        linked_orders.order_id,
        documents.exchange_rate,
        row_number() over (
            partition by linked_orders.store, linked_orders.order_id
            order by documents.created_at, documents.document_id
        ) as invoice_rank

    from documents

    inner join {{ changed('int_erp_documents_linked_to_orders') }} as linked_orders
        on documents.document_id = linked_orders.document_id

    where
        documents.document_type in ('invoice', 'cash_sale')
        and documents.is_effective

),

final as (

    select
        cases.case_key,
        case
            when credit_documents.exchange_rate <> 1 or original_invoices.exchange_rate <> 1
                then
                    cast(round(
                        {{ from_minor('amounts.erp_minor', 'amounts.currency') }} * credit_documents.exchange_rate, 2
                    ) as decimal(18, 3))
                    - cast(round(
                        {{ from_minor('amounts.erp_minor', 'amounts.currency') }} * original_invoices.exchange_rate, 2
                    ) as decimal(18, 3))
        end as fx_effect_amount

    from credits

    inner join cases on credits.case_key = cases.case_key

    inner join amounts on credits.case_key = amounts.case_key

    inner join documents as credit_documents on credits.first_credit_id = credit_documents.document_id

    inner join original_invoices
        on
            cases.store = original_invoices.store
            and cases.order_id = original_invoices.order_id
            and original_invoices.invoice_rank = 1

)

select * from final
