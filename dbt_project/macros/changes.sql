{#
    A model as far as it changed. A build of everything reads all of it; a build of changes only the
    rows of the records that a change can reach, which orchestration/assets/closure.py has found.
    `by` names the id column of a model that is not kept.
#}
{% macro changed(model, by=none) -%}
    {%- set whole = ref(model) -%}
    {%- if not var('changes_only') -%}
        {{ return(whole) }}
    {%- elif by is none -%}
        {{ return(whole.incorporate(path={'schema': 'changed'})) }}
    {%- else -%}
        (select * from {{ whole }} where {{ is_changed(by) }})
    {%- endif -%}
{%- endmacro %}

{#
    Whether a row belongs to a changed record; the key of a case ends in its kind and the record it is
    about. Asked of every row of a kept model, so it takes no pattern to answer.
#}
{% macro is_changed(column) -%}
    {%- if column == 'case_key' -%}
        substr({{ column }}, strpos({{ column }}, '/') + 1) in (select kind_and_id from changed._cases)
    {%- else -%}
        cast({{ column }} as {{ text_type() }}) in (select record_id from changed._records)
    {%- endif -%}
{%- endmacro %}

{#
    A source as far as it changed, by the column `of` that names the record of a row. Which batches tell of
    changed records is asked of that column alone: the others are read in these batches only.
#}
{% macro changed_rows(source, of) -%}
    {{ source }}
    {%- if var('changes_only') %}
        where
            {{ is_changed(of) }}
            and _batch_id in (select distinct _batch_id from {{ source }} where {{ is_changed(of) }})
    {%- endif %}
{%- endmacro %}
