{# The key of a case: its store, its kind and the id of the record it is about. #}
{% macro case_key(store, kind, id) -%}
    coalesce({{ store }}, 'unassigned') || '/' || {{ kind }} || '/' || {{ id }}
{%- endmacro %}
