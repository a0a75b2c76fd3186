select
    case_key,
    variance_amount,
    quantity_component + price_component + discount_component + tax_component
    + shipping_component + fee_component + adjustment_component as components_amount
from {{ ref('fct_refund_variance') }}
where
    variance_amount
    <> quantity_component + price_component + discount_component + tax_component
    + shipping_component + fee_component + adjustment_component
