{#
    A relation, under an alias, with one row for each element of its list column, beside the columns of the row that
    holds it; rows with an empty list are left out. As a join, DuckDB would hash the whole rows to find equal lists.
#}
{% macro each_of(relation, alias, list, element) -%}
    {{ return(adapter.dispatch('each_of')(relation, alias, list, element)) }}
{%- endmacro %}

{% macro duckdb__each_of(relation, alias, list, element) -%}
    (select *, unnest({{ list }}) as {{ element }} from {{ relation }}) as {{ alias }}
{%- endmacro %}

{% macro spark__each_of(relation, alias, list, element) -%}
    {{ relation }} as {{ alias }} lateral view explode({{ alias }}.{{ list }}) each_{{ element }} as {{ element }}
{%- endmacro %}

{# The elements that are not null, sorted. #}
{% macro sorted_list(elements) -%}
    {{ return(adapter.dispatch('sorted_list')(elements)) }}
{%- endmacro %}

{% macro duckdb__sorted_list(elements) -%}
    list_sort(list_filter([{{ elements | join(', ') }}], lambda element: element is not null))
{%- endmacro %}

{% macro spark__sorted_list(elements) -%}
    array_sort(filter(array({{ elements | join(', ') }}), element -> element is not null))
{%- endmacro %}

{% macro empty_list() -%}
    {{ return(adapter.dispatch('empty_list')()) }}
{%- endmacro %}

{% macro duckdb__empty_list() -%}
    cast([] as varchar[])
{%- endmacro %}

{% macro spark__empty_list() -%}
    cast(array() as array<string>)
{%- endmacro %}

{% macro list_length(list) -%}
    {{ 'size' if target.type == 'spark' else 'len' }}({{ list }})
{%- endmacro %}

{# The texts of a group in order, joined: a multiset that can be compared. #}
{% macro joined_in_order(expression, separator=' ') -%}
    {{ return(adapter.dispatch('joined_in_order')(expression, separator)) }}
{%- endmacro %}

{# An aggregate that sorts, sorts in each group by itself: four times slower than a list that is sorted. #}
{% macro duckdb__joined_in_order(expression, separator) -%}
    array_to_string(
        list_sort(list({{ expression }}) filter (where ({{ expression }}) is not null)), '{{ separator }}'
    )
{%- endmacro %}

{% macro spark__joined_in_order(expression, separator) -%}
    array_join(array_sort(collect_list({{ expression }})), '{{ separator }}')
{%- endmacro %}

{% macro joined_distinct(expression, separator=' ') -%}
    {{ return(adapter.dispatch('joined_distinct')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__joined_distinct(expression, separator) -%}
    array_to_string(
        list_sort(list(distinct {{ expression }}) filter (where ({{ expression }}) is not null)), '{{ separator }}'
    )
{%- endmacro %}

{% macro spark__joined_distinct(expression, separator) -%}
    array_join(array_sort(collect_set({{ expression }})), '{{ separator }}')
{%- endmacro %}

{# The number at the end of a global id: what an ERP keeps of gid://shopify/Order/1. #}
{% macro id_tail(id) -%}
    regexp_replace({{ id }}, '^.*/', '')
{%- endmacro %}

{# Whether some record of a list meets a condition on `element`. #}
{% macro any_of(list, condition) -%}
    {{ return(adapter.dispatch('any_of')(list, condition)) }}
{%- endmacro %}

{% macro duckdb__any_of(list, condition) -%}
    (len(list_filter({{ list }}, lambda element: {{ condition }})) > 0)
{%- endmacro %}

{% macro spark__any_of(list, condition) -%}
    exists({{ list }}, element -> {{ condition }})
{%- endmacro %}

{# Two lists as one, sorted. #}
{% macro merged_sorted(first, second) -%}
    {{ return(adapter.dispatch('merged_sorted')(first, second)) }}
{%- endmacro %}

{% macro duckdb__merged_sorted(first, second) -%}
    list_sort(list_concat({{ first }}, {{ second }}))
{%- endmacro %}

{% macro spark__merged_sorted(first, second) -%}
    array_sort(concat({{ first }}, {{ second }}))
{%- endmacro %}

{# Texts as a list of literals, for `in (...)`. #}
{% macro literals(texts) -%}
    '{{ texts | join("', '") }}'
{%- endmacro %}

{# Units as an element of such a multiset; a line that names no sku counts as one of a sku that only its like has. #}
{% macro unit_text(sku, quantity, unknown='') -%}
    {{ return("coalesce(" ~ sku ~ ", '" ~ unknown ~ "') || '*' || cast(" ~ quantity ~ " as " ~ text_type() ~ ")") }}
{%- endmacro %}
