{#
    A part over a whole, 0 to 1 to four places, half up; null over nothing. In whole thousandths, so that both engines
    come to one figure where it lies between two.
#}
{% macro rate(numerator, denominator) -%}
    case
        when {{ denominator }} <> 0
            then
                cast(
                    cast({{ ratio(in_thousandths(numerator), '10000', in_thousandths(denominator)) }} as decimal(9, 0))
                    * cast(0.0001 as decimal(5, 4)) as decimal(9, 4)
                )
    end
{%- endmacro %}

{% macro in_thousandths(figure) -%}
    {{ return("cast((" ~ figure ~ ") * 1000 as decimal(24, 0))") }}
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
