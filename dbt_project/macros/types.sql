{# Text of any length. #}
{% macro text_type() -%}
    {{ 'string' if target.type == 'spark' else 'varchar' }}
{%- endmacro %}

{# An instant with its zone. #}
{% macro timestamp_type() -%}
    {{ 'timestamp' if target.type == 'spark' else 'timestamptz' }}
{%- endmacro %}

{# A name that is a word of the language. #}
{% macro quoted(name) -%}
    {{ adapter.quote(name) }}
{%- endmacro %}
