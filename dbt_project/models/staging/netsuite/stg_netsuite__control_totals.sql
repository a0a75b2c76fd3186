{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('netsuite', 'control_totals'), ['type', 'currency', 'postingperiod']) }}

),

last_witness as (

    select max(_extracted_at) as extracted_at from newest

),

renamed as (

    select
        newest.type as type_code,
        newest.currency,
        newest.postingperiod as period_id,
        newest.document_count,
        newest.document_total

    from newest

    inner join last_witness on newest._extracted_at = last_witness.extracted_at

)

select * from renamed
