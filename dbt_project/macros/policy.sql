{# The refund a second person must approve, in major units: the run's override, else the seed's, else the variable for others. #}
{% macro approval_limit(currency, seeded_limit) -%}
    {%- set overrides = var('refund_approval_limits') -%}
    {%- if overrides -%}
    case {{ currency }}
        {%- for code, limit in overrides.items() %} when '{{ code }}' then cast({{ limit }} as decimal(18, 3)){% endfor %}
        else coalesce(cast({{ seeded_limit }} as decimal(18, 3)), {{ var('other_refund_approval_limit') }})
    end
    {%- else -%}
    coalesce(cast({{ seeded_limit }} as decimal(18, 3)), {{ var('other_refund_approval_limit') }})
    {%- endif -%}
{%- endmacro %}
