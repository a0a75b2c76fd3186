with

lines as (

    select * from {{ changed('int_erp_document_lines') }}

    where
        document_type in ('credit_memo', 'cash_refund')
        -- A kit's components carry no money; the members of an item group do.
        and (not is_kit_component or amount_minor <> 0)

),

taxes_summed_to_line as (

    select
        document_id,
        line_id,
        sum(tax_minor) as tax_minor

    from {{ changed('int_erp_line_taxes') }}

    group by document_id, line_id

),

-- A line discount belongs to the line above it, for units or for an amount alone, or to the lines of the subtotal above
-- it; so does the tax that it takes off. A markup is part of the price.
placed as (

    select
        lines.*,
        taxes_summed_to_line.tax_minor,
        max(case when lines.line_class in ('item', 'fee', 'other') then lines.line_number end) over (
            partition by lines.document_id
            order by lines.line_number
            rows between unbounded preceding and current row
        ) as lessened_line_number,
        max(case when lines.line_class = 'subtotal' then lines.line_number end) over (
            partition by lines.document_id
            order by lines.line_number
            rows between unbounded preceding and current row
        ) as subtotal_line_number,
        min(case when lines.line_class = 'subtotal' then lines.line_number end) over (
            partition by lines.document_id
            order by lines.line_number
            rows between current row and unbounded following
        ) as own_subtotal_line_number

    from lines

    left join taxes_summed_to_line
        on
            lines.document_id = taxes_summed_to_line.document_id
            and lines.line_id = taxes_summed_to_line.line_id

),

subtotals as (

    select distinct
        document_id,
        own_subtotal_line_number as subtotal_line_number

    from placed

    where
        line_class in ('item', 'fee', 'other')
        and own_subtotal_line_number is not null

),

lessening as (

    select
        placed.document_id,
        placed.lessened_line_number,
        placed.amount_minor,
        placed.tax_minor,
        subtotals.subtotal_line_number

    from placed

    left join subtotals
        on
            placed.document_id = subtotals.document_id
            and placed.subtotal_line_number = subtotals.subtotal_line_number
            and placed.subtotal_line_number > placed.lessened_line_number

    where placed.line_class = 'line_discount'

),

line_discounts as (

    select
        document_id,
        lessened_line_number,
        -sum(least(amount_minor, 0)) as discount_minor,
        sum(greatest(amount_minor, 0)) as markup_minor,
        sum(tax_minor) as tax_minor

    from lessening

    where subtotal_line_number is null

    group by document_id, lessened_line_number

),

subtotal_discounts as (

    select
        document_id,
        subtotal_line_number,
        -sum(least(amount_minor, 0)) as discount_minor,
        sum(greatest(amount_minor, 0)) as markup_minor,
        coalesce(sum(tax_minor), 0) as tax_minor

    from lessening

    where subtotal_line_number is not null

    group by document_id, subtotal_line_number

),

subtotalled_in_order as (

    select
        placed.document_id,
        placed.line_id,
        subtotal_discounts.discount_minor,
        subtotal_discounts.markup_minor,
        subtotal_discounts.tax_minor,
        sum(abs(placed.amount_minor)) over (
            partition by placed.document_id, subtotal_discounts.subtotal_line_number
            order by placed.line_number
            rows between unbounded preceding and current row
        ) as running_minor,
        abs(placed.amount_minor) as weight_minor,
        greatest(
            sum(abs(placed.amount_minor)) over (
                partition by placed.document_id, subtotal_discounts.subtotal_line_number
            ), 1
        ) as covered_minor

    from placed

    inner join subtotal_discounts
        on
            placed.document_id = subtotal_discounts.document_id
            and placed.own_subtotal_line_number = subtotal_discounts.subtotal_line_number

    where placed.line_class in ('item', 'fee', 'other')

),

subtotal_discounts_allocated as (

    select
        document_id,
        line_id,
    {% for amount in ['discount', 'markup', 'tax'] %}
        {{ share(amount ~ '_minor', 'running_minor - weight_minor', 'weight_minor', 'covered_minor') }}
            as {{ amount }}_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from subtotalled_in_order

),

header_discounts as (

    select
        document_id,
        -sum(amount_minor) as discount_minor,
        coalesce(sum(tax_minor), 0) as tax_minor

    from placed

    where line_class = 'header_discount'

    group by document_id

),

-- A header discount covers the items; in a credit of amounts alone, those.
coverable as (

    select
        *,
        max(case when line_class = 'item' then 1 else 0 end) over (partition by document_id) as has_item

    from lines

    where line_class in ('item', 'other')

),

covered_in_order as (

    select
        document_id,
        line_id,
        sum(abs(amount_minor)) over (
            partition by document_id
            order by line_number
            rows between unbounded preceding and current row
        ) as running_minor,
        abs(amount_minor) as weight_minor,
        greatest(sum(abs(amount_minor)) over (partition by document_id), 1) as covered_minor

    from coverable

    where line_class = 'item' or has_item = 0

),

header_discounts_allocated as (

    select
        covered_in_order.document_id,
        covered_in_order.line_id,
    {% for amount in ['discount', 'tax'] %}
        {{ ratio(
            'header_discounts.' ~ amount ~ '_minor', 'covered_in_order.running_minor', 'covered_in_order.covered_minor'
        ) }}
        - {{ ratio(
            'header_discounts.' ~ amount ~ '_minor',
            'covered_in_order.running_minor - covered_in_order.weight_minor',
            'covered_in_order.covered_minor'
        ) }} as {{ amount }}_minor
        {{- ',' if not loop.last }}
    {% endfor %}

    from covered_in_order

    inner join header_discounts on covered_in_order.document_id = header_discounts.document_id

),

final as (

    select
        placed.document_id,
        placed.line_id,
        placed.currency,
        placed.line_class,
        placed.quantity,
        placed.amount_minor
        + coalesce(line_discounts.markup_minor, 0)
        + coalesce(subtotal_discounts_allocated.markup_minor, 0) as gross_minor,
        coalesce(line_discounts.discount_minor, 0)
        + coalesce(subtotal_discounts_allocated.discount_minor, 0)
        + coalesce(header_discounts_allocated.discount_minor, 0) as discount_minor,
        coalesce(placed.tax_minor, 0)
        + coalesce(line_discounts.tax_minor, 0)
        + coalesce(subtotal_discounts_allocated.tax_minor, 0)
        + coalesce(header_discounts_allocated.tax_minor, 0) as tax_minor

    from placed

    left join line_discounts
        on
            placed.document_id = line_discounts.document_id
            and placed.line_number = line_discounts.lessened_line_number

    left join subtotal_discounts_allocated
        on
            placed.document_id = subtotal_discounts_allocated.document_id
            and placed.line_id = subtotal_discounts_allocated.line_id

    left join header_discounts_allocated
        on
            placed.document_id = header_discounts_allocated.document_id
            and placed.line_id = header_discounts_allocated.line_id

    where placed.line_class <> 'subtotal'

)

select * from final
