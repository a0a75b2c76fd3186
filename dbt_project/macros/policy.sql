{# The refund a second person must approve, in major units: the run's override, else the seed's, else 500. #}
{% macro approval_limit(currency, seeded_limit) -%}
    {%- set overrides = var('refund_approval_limits') -%}
    {%- if overrides -%}
    case {{ currency }}
        {%- for code, limit in overrides.items() %} when '{{ code }}' then cast({{ limit }} as decimal(18, 3)){% endfor %}
        else coalesce(cast({{ seeded_limit }} as decimal(18, 3)), 500)
    end
    {%- else -%}
    coalesce(cast({{ seeded_limit }} as decimal(18, 3)), 500)
    {%- endif -%}
{%- endmacro %}
