{#
    A table built whole takes the place of the one before it in one transaction. dbt-duckdb's own way makes
    another table, renames both and drops one, which costs more than most models: nobody reads a warehouse
    while it is built.
#}
{% materialization table, adapter='duckdb' %}

    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}

    {% if existing is not none and not existing.is_table %}
        {{ drop_relation_if_exists(existing) }}
    {% endif %}

    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}
        drop table if exists {{ target }};
        {{ create_table_as(False, target, compiled_code) }}
        {%- else %}
        create or replace table {{ target }} as ({{ compiled_code }})
        {%- endif %}
    {%- endcall %}

    {% do create_indexes(target) %}

    {{ run_hooks(post_hooks) }}

    {% do persist_docs(target, model) %}

    {{ adapter.commit() }}

    {{ return({'relations': [target]}) }}

{% endmaterialization %}

{#
    A view likewise: one statement, where dbt-duckdb's own way makes another, renames both and drops one.
    It names no database, so that it reads whatever file it stands in, under any name it is attached by.
#}
{% materialization view, adapter='duckdb' %}

    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}

    {{ run_hooks(pre_hooks) }}

    {% if existing is not none and not existing.is_view %}
        {{ drop_relation_if_exists(existing) }}
    {% endif %}

    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(compiled_code) }}
        {%- endif %}
        create or replace view {{ target }} as (
            {{ compiled_code | replace('"' ~ this.database ~ '".', '') }}
        )
    {%- endcall %}

    {{ run_hooks(post_hooks) }}

    {% do persist_docs(target, model) %}

    {{ adapter.commit() }}

    {{ return({'relations': [target]}) }}

{% endmaterialization %}

{#
    Written before the parenthesis of a common table expression: it is read by itself, before what
    joins it, so that the engine knows which side is the small one. Spark has no word for it.
#}
{% macro by_itself() -%}
    {{ '' if target.type == 'spark' else 'materialized' }}
{%- endmacro %}
