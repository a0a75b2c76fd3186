{#
  The storefront holds each amount in the shop's currency and in the customer's. A row is kept for each currency that
  differs, so that a case can be read in the currency its ERP documents are written in.
#}
{% macro in_each_currency(relation) -%}
    select
        *,
        shop_currency as currency,
        true as is_shop_money
    from {{ relation }}
    union all
    select
        *,
        presentment_currency as currency,
        false as is_shop_money
    from {{ relation }}
    where presentment_currency <> shop_currency
{%- endmacro %}

{# A money set's amount in the row's currency, in minor units. #}
{% macro minor_of(money_set) -%}
    {{ to_minor(
        'case when is_shop_money then ' ~ money_set ~ '.shopMoney.amount else ' ~ money_set ~ '.presentmentMoney.amount end',
        'currency'
    ) }}
{%- endmacro %}

{# The sum of a money set over a list of records, in minor units of the row's currency; zero where the list is empty. #}
{% macro minor_sum_of(list, money_set) -%}
    {{ to_minor(
        'case when is_shop_money then ' ~ list_sum(list, money_set ~ '.shopMoney.amount')
        ~ ' else ' ~ list_sum(list, money_set ~ '.presentmentMoney.amount') ~ ' end',
        'currency'
    ) }}
{%- endmacro %}

{# The sum of a field over a list of records; zero where the list is empty or missing. #}
{% macro list_sum(list, member) -%}
    {{ return(adapter.dispatch('list_sum')(list, member)) }}
{%- endmacro %}

{% macro duckdb__list_sum(list, member) -%}
    coalesce(list_sum(list_transform({{ list }}, lambda element: element.{{ member }})), 0)
{%- endmacro %}

{% macro spark__list_sum(list, member) -%}
    coalesce(
        aggregate(
            {{ list }}, cast(0 as decimal(20, 4)),
            (total, element) -> cast(total + coalesce(element.{{ member }}, 0) as decimal(20, 4))
        ), 0
    )
{%- endmacro %}
