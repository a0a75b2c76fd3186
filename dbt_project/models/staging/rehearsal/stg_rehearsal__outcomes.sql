{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('rehearsal', 'outcomes'), ['rehearsal_id', 'scenario'], 'rehearsed_at') }}

),

renamed as (

    select
        rehearsal_id,
        pack,
        scenario,
        kinds,
        is_whole_pack,
        difference_count = 0 as is_passed,
        rehearsed_at

    from newest

)

select * from renamed
