{# dbt-spark puts texts between quotes as they are: an apostrophe in a seed would end the statement. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set statement -%}
            insert into {{ this.render() }} values
            {%- for row in chunk %}
                (
                    {%- for name in agate_table.column_names -%}
                        {%- set kind = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
                        cast({{ spark_literal(row[loop.index0]) }} as {{ kind }}){{ ', ' if not loop.last }}
                    {%- endfor -%}
                ){{ ',' if not loop.last }}
            {%- endfor %}
        {%- endset -%}
        {%- do adapter.add_query(statement, abridge_sql_log=True) -%}
        {%- do statements.append(statement) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else 'select 1') }}
{% endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ (value | string).replace('\\', '\\\\').replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
