{#
  Money inside the models is a whole number of minor units (cents): decimal over decimal is floating in one engine and
  exact in another, and a floating share is wrong by a cent in about one case of a hundred.
#}

{# Said one by one: a long list after `in` is a join of its own in DuckDB, wherever it stands. #}
{% macro is_one_of(expression, texts) -%}
    (
        {%- for text in texts -%}
            {{ ' or ' if not loop.first }}{{ expression }} = '{{ text }}'
        {%- endfor -%}
    )
{%- endmacro %}

{# Minor units in one major unit of a currency: 1, 100 or 1000. #}
{% macro minor_scale(currency) -%}
    case
        when {{ is_one_of(currency, var("zero_decimal_currencies")) }} then 1
        when {{ is_one_of(currency, var("three_decimal_currencies")) }} then 1000
        else 100
    end
{%- endmacro %}

{# Thousandths of a major unit in one minor unit of a currency. #}
{% macro thousandths(currency) -%}
    case
        when {{ is_one_of(currency, var("zero_decimal_currencies")) }} then 1000
        when {{ is_one_of(currency, var("three_decimal_currencies")) }} then 1
        else 10
    end
{%- endmacro %}

{# A decimal amount as minor units of its currency; what a currency cannot hold is rounded half away from zero. #}
{% macro to_minor(amount, currency) -%}
    {{ return(adapter.dispatch('to_minor')(amount, currency)) }}
{%- endmacro %}

{% macro spark__to_minor(amount, currency) -%}
    {{ rounded_minor(amount, currency) }}
{%- endmacro %}

{# No amount has more than four decimals, and almost every one fits the narrow type: the wide is rounded four times slower. #}
{% macro duckdb__to_minor(amount, currency) -%}
    case
        when ({{ amount }}) between -1000000000 and 1000000000
            then {{ rounded_minor('cast(' ~ amount ~ ' as decimal(18, 4))', currency) }}
        else {{ rounded_minor(amount, currency) }}
    end
{%- endmacro %}

{% macro rounded_minor(amount, currency) -%}
    cast(round(({{ amount }}) * ({{ minor_scale(currency) }}), 0) as bigint)
{%- endmacro %}

{# Minor units as the exact decimal amount of a currency. #}
{% macro from_minor(amount, currency) -%}
    cast(
        cast(({{ amount }}) * ({{ thousandths(currency) }}) as decimal(18, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(18, 3)
    )
{%- endmacro %}

{# -1, 0 or 1 as a whole number: some engines say it as a float, which would make floats of cents. #}
{% macro sign_of(amount) -%}
    cast(sign({{ amount }}) as integer)
{%- endmacro %}

{# Division of whole numbers that are not negative, rounded down; the divisor is positive. #}
{% macro floor_div(numerator, divisor) -%}
    {{ return(adapter.dispatch('floor_div')(numerator, divisor)) }}
{%- endmacro %}

{% macro duckdb__floor_div(numerator, divisor) -%}
    (({{ numerator }}) // ({{ divisor }}))
{%- endmacro %}

{% macro spark__floor_div(numerator, divisor) -%}
    (({{ numerator }}) div ({{ divisor }}))
{%- endmacro %}

{# A product over a positive whole number, rounded half away from zero, exact however large the product. #}
{% macro ratio(amount, multiplier, divisor) -%}
    {{ return(adapter.dispatch('ratio')(amount, multiplier, divisor)) }}
{%- endmacro %}

{# Wide whole numbers are divided fifteen times slower than narrow ones: only what does not fit is. #}
{% macro duckdb__ratio(amount, multiplier, divisor) -%}
    case
        when
            ({{ amount }}) between -1000000000 and 1000000000
            and ({{ multiplier }}) between 0 and 1000000000
            and ({{ divisor }}) between 1 and 1000000000000000000
            then {{ ratio_in('bigint', amount, multiplier, divisor) }}
        else {{ ratio_in('hugeint', amount, multiplier, divisor) }}
    end
{%- endmacro %}

{% macro ratio_in(type, amount, multiplier, divisor) -%}
    cast(
        sign(cast(({{ amount }}) as {{ type }}) * cast(({{ multiplier }}) as {{ type }}))
        * (
            (
                2 * abs(cast(({{ amount }}) as {{ type }}) * cast(({{ multiplier }}) as {{ type }}))
                + cast(({{ divisor }}) as {{ type }})
            )
            // (2 * cast(({{ divisor }}) as {{ type }}))
        ) as bigint
    )
{%- endmacro %}

{% macro spark__ratio(amount, multiplier, divisor) -%}
    cast(
        {{ sign_of('cast((' ~ amount ~ ') as decimal(19, 0)) * (' ~ multiplier ~ ')') }}
        * (
            (2 * abs(cast(({{ amount }}) as decimal(19, 0)) * ({{ multiplier }})) + ({{ divisor }}))
            div (2 * cast({{ divisor }} as decimal(19, 0)))
        ) as bigint
    )
{%- endmacro %}

{#
  What units taken+1 .. taken+quantity carry of an amount of a whole line of `units`: cumulative, so that the shares of
  all partial returns add up to the line's amount to the minor unit.
#}
{% macro share(amount, taken, quantity, units) -%}
    (
        {{ ratio(amount, '(' ~ taken ~ ') + (' ~ quantity ~ ')', units) }}
        - {{ ratio(amount, taken, units) }}
    )
{%- endmacro %}
