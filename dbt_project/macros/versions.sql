{#
    The newest landed version of each record: landing only grows, an overlap or a change lands a record
    again. `of` names the column of the record's id in a kept model: a build of changes reads only those.

    Most records landed once. Only those that landed again are ranked: a rank carries every column through
    a sort, and the records are wide. Of changes little is read, once; of everything a column is read when
    it is needed, or all of it would wait in memory.
#}
{% macro newest_version(relation, keys, changed_at='_extracted_at', of=none) -%}
    {%- set is_of_changes = of is not none and var('changes_only') -%}
    {%- set landed = 'landed' if is_of_changes else relation -%}
    {%- set is_same -%}
        {%- for key in keys -%}
            {{ ' and ' if not loop.first }}versions.{{ key }} is not distinct from repeated.{{ key }}
        {%- endfor -%}
    {%- endset -%}
    with
{% if is_of_changes %}
    landed as (

        select * from {{ changed_rows(relation, of) }}

    ),
{% endif %}
    repeated as (

        select
            {{ keys | join(', ') }},
            count(*) as version_count
        from {{ landed }}
        group by {{ keys | join(', ') }}
        having count(*) > 1

    ),

    ranked as (

        select
            versions.*,
            row_number() over (
                partition by versions.{{ keys | join(', versions.') }}
                order by versions._extracted_at desc, versions.{{ changed_at }} desc, versions._batch_id desc
            ) as _version_rank
        from (select * from {{ landed }}) as versions
        inner join repeated on {{ is_same }}

    )

    select
        versions.*,
        1 as _version_rank
    from (select * from {{ landed }}) as versions
    left join repeated on {{ is_same }}
    where repeated.version_count is null

    union all

    select * from ranked
    where _version_rank = 1
{%- endmacro %}

{# The rows of several streams of one shape, each marked in `column` with the word that its name stands for. #}
{% macro rows_of_streams(system, streams, column) -%}
    (
        {%- for stream, word in streams.items() %}
        select
            *,
            '{{ word }}' as {{ column }}
        from {{ source(system, stream) }}
        {{- ' union all' if not loop.last }}
        {%- endfor %}
    ) as rows_of_streams
{%- endmacro %}

{#
    The ids of the last list of every record there is, with when it was taken. What was seen before that
    and is not among them is gone, whether its deletion was recorded or not.
#}
{% macro last_list(census) -%}
    select distinct
        id,
        _extracted_at as listed_at
    from {{ census }}
    where _extracted_at = (select max(_extracted_at) from {{ census }})
{%- endmacro %}
