{# A name in one spelling, however it was written: "Credit Memo", "credit_memo" and "creditmemo" are one word. #}
{% macro one_word(text) -%}
    replace(replace(lower({{ text }}), ' ', ''), '_', '')
{%- endmacro %}
