{# The ageing bucket of a number of days; null while nothing is due. #}
{% macro age_bucket(days) -%}
    case
        when {{ days }} is null then null
        when {{ days }} <= 1 then '0-1'
        when {{ days }} <= 7 then '2-7'
        when {{ days }} <= 30 then '8-30'
        when {{ days }} <= 60 then '31-60'
        when {{ days }} <= 90 then '61-90'
        else 'over 90'
    end
{%- endmacro %}
