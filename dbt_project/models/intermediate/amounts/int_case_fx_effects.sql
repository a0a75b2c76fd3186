-- The base-currency amount of each credit at its own rate, less at the original invoice's rate. A credit of several
-- invoices reverses each of them at that one's own rate; what names none of them goes with the earliest.
with

lines as (

    select * from {{ changed('int_case_credit_lines') }}

),

documents as (

    select * from {{ changed('int_erp_documents') }}

),

original_invoices as (

    select * from {{ changed('int_case_original_invoices') }}

),

line_sources as (

    select * from {{ changed('int_erp_line_sources') }}

),

-- Nearly every credit has one original invoice: only of the others a line is asked for its own.
documents_of_several as (

    select distinct document_id from original_invoices
    where invoice_rank > 1

),

line_invoices as (

    select
        line_sources.document_id,
        line_sources.line_id,
        case
            when line_sources.source_document_type = 'return_authorization' then authorized.source_document_id
            else line_sources.source_document_id
        end as invoice_id

    from line_sources

    left join line_sources as authorized
        on
            line_sources.source_document_id = authorized.document_id
            and line_sources.source_line_id = authorized.line_id

    where line_sources.document_id in (select document_id from documents_of_several)

),

line_rates as (

    select
        original_invoices.case_key,
        line_invoices.document_id,
        line_invoices.line_id,
        original_invoices.exchange_rate

    from line_invoices

    inner join original_invoices
        on
            line_invoices.document_id = original_invoices.document_id
            and line_invoices.invoice_id = original_invoices.invoice_id

),

credits as (

    select
        lines.case_key,
        lines.document_id,
        lines.currency,
        line_rates.exchange_rate as line_rate,
        sum(lines.gross_minor - lines.discount_minor + lines.tax_minor) as amount_minor

    from lines

    left join line_rates
        on
            lines.case_key = line_rates.case_key
            and lines.document_id = line_rates.document_id
            -- The line that holds the amount: a kit's units stand on others.
            and lines.tax_line_id = line_rates.line_id

    group by lines.case_key, lines.document_id, lines.currency, line_rates.exchange_rate

),

rated as (

    select
        credits.case_key,
        {{ from_minor('credits.amount_minor', 'credits.currency') }} as credited_amount,
        credit_documents.exchange_rate as credit_rate,
        coalesce(credits.line_rate, earliest.exchange_rate) as invoice_rate

    from credits

    inner join documents as credit_documents on credits.document_id = credit_documents.document_id

    inner join original_invoices as earliest
        on
            credits.case_key = earliest.case_key
            and credits.document_id = earliest.document_id
            and earliest.invoice_rank = 1

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
