with

taxes as (

    select * from {{ changed('stg_netsuite__tax_details') }}

),

lines as (

    select * from {{ changed('int_erp_document_lines') }}

),

summed_to_code as (

    select
        taxes.document_id,
        taxes.line_id,
        taxes.tax_code,
        max(case when lines.amount_minor < 0 then -1 else 1 end) as line_sign,
        sum({{ to_minor('taxes.tax_amount', 'lines.currency') }}) as tax_minor

    from taxes

    inner join lines
        on
            taxes.document_id = lines.document_id
            and taxes.line_id = lines.line_id

    group by taxes.document_id, taxes.line_id, taxes.tax_code

),

-- Accounts differ in the sign of a line's tax; within a line the signs tell what one code adds and another takes back,
-- as a reverse charge does.
summed_to_line as (

    select
        *,
        sum(tax_minor) over (partition by document_id, line_id) as line_tax_minor

    from summed_to_code

),

signed_as_the_line as (

    select
        document_id,
        line_id,
        tax_code,
        tax_minor * line_sign * case when line_tax_minor < 0 then -1 else 1 end as tax_minor

    from summed_to_line

)

select * from signed_as_the_line
