{#
    The newest landed version of each record: landing only grows, an overlap or a change lands a record
    again. `of` names the column of the record's id in a kept model: a build of changes reads only those.
#}
{% macro newest_version(relation, keys, changed_at='_extracted_at', of=none) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by _extracted_at desc, {{ changed_at }} desc, _batch_id desc
            ) as _version_rank
        from {{ relation }}
        {%- if of is not none and var('changes_only') %}
        where {{ is_changed(of) }}
        {%- endif %}
    ) as versions
    where _version_rank = 1
{%- endmacro %}
