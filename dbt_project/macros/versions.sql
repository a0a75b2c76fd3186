{# The newest landed version of each record: landing only grows, an overlap or a change lands a record again. #}
{% macro newest_version(relation, keys, changed_at='_extracted_at') -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by _extracted_at desc, {{ changed_at }} desc, _batch_id desc
            ) as _version_rank
        from {{ relation }}
    ) as versions
    where _version_rank = 1
{%- endmacro %}
