with

cases as (

    select * from {{ changed('int_cases') }}

),

case_currencies as (

    select * from {{ changed('int_case_currencies') }}

),

lines_summed_to_case as (

    select
        case_key,
        sum(storefront_total_minor) as storefront_lines_minor,
        sum(erp_total_minor) as erp_lines_minor,
        sum(expected_reversal_minor) as expected_lines_minor,
        sum(authorized_reversal_minor) as authorized_lines_minor,
        sum(authorized_quantity) as authorized_quantity,
        sum(quantity_component_minor) as quantity_component_minor,
        sum(price_component_minor) as price_component_minor,
        sum(discount_component_minor) as discount_component_minor,
        sum(tax_component_minor) as tax_component_minor,
        sum(storefront_quantity) as refunded_quantity,
        sum(erp_quantity) as credited_quantity

    from {{ changed('int_case_line_amounts') }}

    group by case_key

),

combined as (

    select
        cases.case_key,
        case_currencies.currency,
        case_currencies.is_currency_mismatch,
        storefront.case_key is not null as has_refund,
        credits.case_key is not null as has_credit,
        coalesce(storefront.payment_count, 0) as payment_count,
        coalesce(lines.refunded_quantity, 0) as refunded_quantity,
        coalesce(lines.credited_quantity, 0) as credited_quantity,
        coalesce(lines.storefront_lines_minor, 0) as storefront_lines_minor,
        coalesce(lines.erp_lines_minor, 0) as erp_lines_minor,
        coalesce(lines.expected_lines_minor, 0) as expected_lines_minor,
        coalesce(lines.authorized_lines_minor, 0) as authorized_lines_minor,
        coalesce(lines.authorized_quantity, 0) as authorized_quantity,
        coalesce(lines.quantity_component_minor, 0) as quantity_component_minor,
        coalesce(lines.price_component_minor, 0) as price_component_minor,
        coalesce(lines.discount_component_minor, 0) as discount_component_minor,
        coalesce(lines.tax_component_minor, 0) as tax_component_minor,
        coalesce(storefront.shipping_minor, 0) as storefront_shipping_minor,
        coalesce(erp.shipping_minor, 0) as erp_shipping_minor,
        coalesce(shipping_reversals.shipping_minor, 0) as expected_shipping_minor,
        coalesce(returns.fee_minor, 0) as agreed_fee_minor,
        case when storefront.case_key is not null then coalesce(returns.fee_minor, 0) else 0 end
            as storefront_fee_minor,
        coalesce(erp.fee_minor, 0) as erp_fee_minor,
        coalesce(storefront.adjustment_minor, 0) as storefront_adjustment_minor,
        coalesce(erp.other_minor, 0) as erp_other_minor,
        coalesce(storefront.paid_minor, 0) as paid_minor,
        storefront.settled_minor,
        coalesce(returns.exchange_minor, 0) as exchange_minor,
        coalesce(returns.has_exchange, false) as has_exchange,
        coalesce(storefront.has_pending_payment, false) as has_pending_payment,
        coalesce(storefront.has_failed_payment, false) as has_failed_payment

    from cases

    inner join case_currencies on cases.case_key = case_currencies.case_key

    left join lines_summed_to_case as lines on cases.case_key = lines.case_key

    left join {{ changed('int_case_storefront_amounts') }} as storefront on cases.case_key = storefront.case_key

    left join {{ changed('int_case_credits') }} as credits on cases.case_key = credits.case_key

    left join {{ changed('int_case_erp_amounts') }} as erp on cases.case_key = erp.case_key

    left join {{ changed('int_case_shipping_reversals') }} as shipping_reversals
        on cases.case_key = shipping_reversals.case_key

    left join {{ changed('int_storefront_return_amounts') }} as returns
        on
            cases.store = returns.store
            and cases.return_id = returns.return_id
            and case_currencies.currency = returns.currency

),

final as (

    select
        *,
        storefront_lines_minor + storefront_shipping_minor - storefront_fee_minor + storefront_adjustment_minor
            as storefront_minor,
        erp_lines_minor + erp_shipping_minor - erp_fee_minor + erp_other_minor as erp_minor,
        storefront_shipping_minor - erp_shipping_minor as shipping_component_minor,
        erp_fee_minor - storefront_fee_minor as fee_component_minor,
        storefront_adjustment_minor - erp_other_minor as adjustment_component_minor

    from combined

)

select * from final
