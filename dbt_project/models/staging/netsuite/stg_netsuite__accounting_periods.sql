{{ config(materialized='table') }}

with

newest as (

    {{ newest_version(source('netsuite', 'accounting_periods'), ['id'], 'lastmodifieddate') }}

),

renamed as (

    select
        id as period_id,
        periodname as period_name,
        coalesce(closed, 'F') = 'T' as is_closed,
        coalesce(arlocked, 'F') = 'T' as is_receivables_locked,
        startdate as started_on,
        enddate as ended_on

    from newest

)

select * from renamed
