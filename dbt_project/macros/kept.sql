{#
    A table whose rows outlive the build: a build of changes replaces those of the changed records,
    so that rows which leave the model leave the table, and touches no other. The changed rows stand
    in schema `changed` for the models that follow. A kept model carries one of these ids; where the first of
    them may be null, its meta says by which its rows are replaced (kept_by).
#}
{% materialization kept, adapter='duckdb' %}

    {%- set existing = load_cached_relation(this) -%}

    {% if existing is none or not var('changes_only') %}
        {{ return(materialization_table_duckdb()) }}
    {% endif %}

    {%- set piece = api.Relation.create(
        database=this.database, schema='changed', identifier=this.identifier, type='table'
    ) -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('piece') -%}
        create or replace table {{ piece }} as ({{ compiled_code }})
    {%- endcall %}

    {%- set columns = adapter.get_columns_in_relation(piece) | map(attribute='name') | list -%}
    {%- set record_id = config.get('meta', {}).get('kept_by') or kept_record_id(columns) -%}

    {% call statement('forget') -%}
        delete from {{ existing }} where {{ is_changed(record_id) }}
    {%- endcall %}

    {% call statement('main') -%}
        insert into {{ existing }} by name
        select * from {{ piece }} where {{ is_changed(record_id) }}
    {%- endcall %}

    {{ run_hooks(post_hooks) }}

    {{ adapter.commit() }}

    {{ return({'relations': [existing]}) }}

{% endmaterialization %}

{#
    A kept model without a table of its own: a view, for what is read once or a few columns at a time.
    In a build of changes the changed rows stand in schema `changed`, as a kept model's do. The view
    itself stays as the last build of everything wrote it: it must not name the clock.
#}
{% materialization passed_on, adapter='duckdb' %}

    {% if load_cached_relation(this) is none or not var('changes_only') %}
        {{ return(materialization_view_duckdb()) }}
    {% endif %}

    {%- set piece = api.Relation.create(
        database=this.database, schema='changed', identifier=this.identifier, type='table'
    ) -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('main') -%}
        create or replace table {{ piece }} as ({{ compiled_code }})
    {%- endcall %}

    {{ run_hooks(post_hooks) }}

    {{ adapter.commit() }}

    {{ return({'relations': [load_cached_relation(this)]}) }}

{% endmaterialization %}

{# The id by which a kept model's rows are replaced. #}
{% macro kept_record_id(columns) -%}
    {%- for name in ['case_key', 'document_id', 'next_document_id', 'receipt_id', 'refund_id', 'return_id', 'order_id'] if name in columns -%}
        {%- if loop.first -%}{{ return(name) }}{%- endif -%}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ' is kept, but carries no id to replace its rows by: add case_key,'
            ~ ' document_id, next_document_id, receipt_id, refund_id, return_id or order_id,'
            ~ ' or make it a table'
        ) }}
    {%- endfor -%}
{%- endmacro %}
