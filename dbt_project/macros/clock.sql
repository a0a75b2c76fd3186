{# The clock of the build: a document dated later does not exist yet. #}
{% macro as_of() -%}
    {%- set moment = var('as_of') or run_started_at.strftime('%Y-%m-%d %H:%M:%S+00:00') -%}
    cast('{{ moment }}' as {{ timestamp_type() }})
{%- endmacro %}

{# Whole seconds from one instant to another, rounded down. #}
{% macro seconds_between(start, finish) -%}
    {{ return(adapter.dispatch('seconds_between')(start, finish)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(start, finish) -%}
    (date_diff('microsecond', {{ start }}, {{ finish }}) // 1000000)
{%- endmacro %}

{% macro spark__seconds_between(start, finish) -%}
    ((unix_micros({{ finish }}) - unix_micros({{ start }})) div 1000000)
{%- endmacro %}

{# Whole times 24 hours from one instant to another, rounded down. #}
{% macro days_between(start, finish) -%}
    cast({{ floor_div(seconds_between(start, finish), 86400) }} as integer)
{%- endmacro %}

{% macro add_days(moment, days) -%}
    ({{ moment }} + interval '{{ days }}' day)
{%- endmacro %}

{# The accounting date of an instant in its store's own time zone. #}
{% macro store_date(moment, store) -%}
    {%- set zones = var('store_time_zones') -%}
    {%- set zone -%}
        case {{ store }}
            {%- for name, zone_name in zones.items() %} when '{{ name }}' then '{{ zone_name }}'{% endfor %}
            else 'UTC'
        end
    {%- endset -%}
    {{ return(adapter.dispatch('date_in_zone')(moment, zone if zones else "'UTC'")) }}
{%- endmacro %}

{% macro duckdb__date_in_zone(moment, zone) -%}
    cast(timezone({{ zone }}, {{ moment }}) as date)
{%- endmacro %}

{% macro spark__date_in_zone(moment, zone) -%}
    cast(from_utc_timestamp({{ moment }}, {{ zone }}) as date)
{%- endmacro %}

{# The last day of a date's month. #}
{% macro month_end(day) -%}
    last_day({{ day }})
{%- endmacro %}

{# An instant as text: one spelling on every engine, for keys and evidence are made of it. #}
{% macro instant_text(moment) -%}
    {{ return(adapter.dispatch('instant_text')(moment)) }}
{%- endmacro %}

{% macro duckdb__instant_text(moment) -%}
    cast({{ moment }} as varchar)
{%- endmacro %}

{% macro spark__instant_text(moment) -%}
    cast({{ moment }} as string) || '+00'
{%- endmacro %}
