-- Question 5: have the complex flows been rehearsed?
select
    'flows_are_rehearsed' as question,
    'all' as store,
    'all' as currency,
    {{ var('rehearsals_passed') }} as numerator,
    {{ var('rehearsals_run') }} as denominator,
    cast(null as decimal(18, 3)) as numerator_amount,
    cast(null as decimal(18, 3)) as denominator_amount,
    0 as amount
