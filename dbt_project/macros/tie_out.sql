{# The accounting month of a date, as 2026-03. #}
{% macro month_of(day) -%}
    substr(cast({{ day }} as {{ text_type() }}), 1, 7)
{%- endmacro %}

{#
  One row per store, currency and period that either side knows: what the source says beside what was built. Both sides
  are relations of store, currency, period, document_count and amount_minor, at any grain: what only one of them has
  stands against zero.
#}
{% macro tie_out(control, system, source, built) -%}
    select
        '{{ control }}' as control,
        '{{ system }}' as system,
        store,
        currency,
        period,
        sum(source_count) as source_count,
        sum(source_minor) as source_minor,
        sum(mart_count) as mart_count,
        sum(mart_minor) as mart_minor
    from (
        select
            store,
            currency,
            period,
            document_count as source_count,
            amount_minor as source_minor,
            0 as mart_count,
            0 as mart_minor
        from {{ source }}
        union all
        select
            store,
            currency,
            period,
            0 as source_count,
            0 as source_minor,
            document_count as mart_count,
            amount_minor as mart_minor
        from {{ built }}
    ) as sides
    group by store, currency, period
{%- endmacro %}
