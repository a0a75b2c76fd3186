{# A part over a whole, 0 to 1 to four places; null over nothing. #}
{% macro rate(numerator, denominator) -%}
    case
        when {{ denominator }} <> 0
            then cast({{ numerator }} * cast(1.0000 as decimal(5, 4)) / {{ denominator }} as decimal(9, 4))
    end
{%- endmacro %}

{# The value below which a fraction of a group lies, interpolated. #}
{% macro percentile(expression, fraction) -%}
    {{ return(adapter.dispatch('percentile')(expression, fraction)) }}
{%- endmacro %}

{# Between two decimals the engine cuts to their places: the median of 9.27 and 9.28 would be 9.27. #}
{% macro duckdb__percentile(expression, fraction) -%}
    quantile_cont(cast({{ expression }} as double), {{ fraction }})
{%- endmacro %}

{% macro spark__percentile(expression, fraction) -%}
    percentile({{ expression }}, {{ fraction }})
{%- endmacro %}

{# Days from one instant to another, to two places. #}
{% macro decimal_days_between(start, finish) -%}
    cast(cast({{ seconds_between(start, finish) }} as decimal(18, 2)) / 86400 as decimal(18, 2))
{%- endmacro %}

{# The calendar month of an instant in its store's own time zone. #}
{% macro store_month(moment, store) -%}
    {{ month_of(store_date(moment, store)) }}
{%- endmacro %}

{# Midnights between two dates. #}
{% macro calendar_days_between(start, finish) -%}
    {{ return(adapter.dispatch('calendar_days_between')(start, finish)) }}
{%- endmacro %}

{% macro duckdb__calendar_days_between(start, finish) -%}
    ({{ finish }} - {{ start }})
{%- endmacro %}

{% macro spark__calendar_days_between(start, finish) -%}
    datediff({{ finish }}, {{ start }})
{%- endmacro %}

{# A quantity column for each measure: what is named for it, and nothing for the others. #}
{% macro quantities(measured) -%}
    {%- for measure in measured -%}
        {{ kwargs.get(measure, '0') }} as {{ measure }}_quantity
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
