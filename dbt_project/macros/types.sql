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

{# A contract's type, said in the words of the other engine: contracts are written in DuckDB's. #}
{% macro spark__cast(field, type) -%}
    {%- set words = {
        'varchar': 'string', 'varchar[]': 'array<string>', 'timestamptz': 'timestamp'
    } -%}
    cast({{ field }} as {{ words.get(type | lower, type) }})
{%- endmacro %}
