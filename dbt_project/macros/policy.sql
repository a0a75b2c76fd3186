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

{# Whether the store decides on returned units late, by dispositions, and moves no inventory states. #}
{% macro disposes_late(store) -%}
    {%- set stores = var('late_disposition_stores') -%}
    {%- if stores -%}
    {{ store }} in ('{{ stores | join("', '") }}')
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}

{# From when the store may be touched by the action, as the senders read it too; null: no such day is set. #}
{% macro live_since(store, action) -%}
    {%- set rules = var('sync_live_since') -%}
    {%- if rules -%}
    case
        {%- for rule in rules %}
        when true
            {%- if rule['store'] != '*' %} and {{ store }} = '{{ rule['store'] }}'{% endif %}
            {%- if rule['action'] != '*' %} and {{ action }} = '{{ rule['action'] }}'{% endif %}
            then cast('{{ rule['since'] }}' as {{ timestamp_type() }})
        {%- endfor %}
    end
    {%- else -%}
    cast(null as {{ timestamp_type() }})
    {%- endif -%}
{%- endmacro %}
