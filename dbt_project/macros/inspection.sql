{# Whether a rule of the seed inspection_rules speaks of this id or name; a value ending in * fits every name so begun. #}
{% macro fits_rule(rule_value, id, name) -%}
    (
        {{ rule_value }} = cast({{ id }} as {{ text_type() }})
        or {{ rule_value }} = {{ name }}
        or (
            {{ rule_value }} like '%*'
            and substr({{ name }}, 1, length({{ rule_value }}) - 1)
            = substr({{ rule_value }}, 1, length({{ rule_value }}) - 1)
        )
    )
{%- endmacro %}
