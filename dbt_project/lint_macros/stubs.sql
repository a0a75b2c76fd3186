{# What the linter reads in place of the project's macros: it knows neither adapters nor dispatch. #}
{% macro as_of() %}now(){% endmacro %}
{% macro seconds_between(start, finish) %}seconds_between({{ start }}, {{ finish }}){% endmacro %}
{% macro days_between(start, finish) %}days_between({{ start }}, {{ finish }}){% endmacro %}
{% macro add_days(moment, days) %}add_days({{ moment }}, {{ days }}){% endmacro %}
{% macro month_end(day) %}month_end({{ day }}){% endmacro %}
{% macro store_date(moment, store) %}store_date({{ moment }}, {{ store }}){% endmacro %}
{% macro instant_text(moment) %}instant_text({{ moment }}){% endmacro %}
{% macro sign_of(amount) %}sign_of({{ amount }}){% endmacro %}
{% macro timestamp_type() %}timestamp{% endmacro %}
{% macro minor_scale(currency) %}100{% endmacro %}
{% macro to_minor(amount, currency) %}to_minor({{ amount }}){% endmacro %}
{% macro from_minor(amount, currency) %}from_minor({{ amount }}){% endmacro %}
{% macro ratio(amount, multiplier, divisor) %}ratio({{ amount }}, {{ multiplier }}){% endmacro %}
{% macro share(amount, taken, quantity, units) %}share({{ amount }}){% endmacro %}
{% macro each_of(relation, alias, list, element) %}{{ relation }} as {{ alias }} cross join unnest({{ alias }}.{{ list }}) as each_{{ element }} ({{ element }}){% endmacro %}
{% macro gate_key(line=[], amount_minor='', told='', suffix='') %}md5(case_key){% endmacro %}
{% macro sorted_list(elements) %}sorted_list(1){% endmacro %}
{% macro merged_sorted(first, second) %}merged_sorted({{ first }}, {{ second }}){% endmacro %}
{% macro empty_list() %}empty_list(){% endmacro %}
{% macro list_length(list) %}len({{ list }}){% endmacro %}
{% macro joined_in_order(expression, separator) %}min(''){% endmacro %}
{% macro joined_distinct(expression, separator) %}min(''){% endmacro %}
{% macro any_of(list, condition) %}any_of({{ list }}){% endmacro %}
{% macro id_tail(id) %}id_tail({{ id }}){% endmacro %}
{% macro newest_version(relation, keys, changed_at, of) %}select * from {{ relation }}{% endmacro %}
{% macro last_list(census) %}select id, _extracted_at as listed_at from {{ census }}{% endmacro %}
{% macro rows_of_streams(system, streams, column) %}rows_of_streams{% endmacro %}
{% macro in_each_currency(relation) %}select * from {{ relation }}{% endmacro %}
{% macro minor_of(money_set) %}minor_of({{ money_set }}){% endmacro %}
{% macro minor_sum_of(list, money_set) %}minor_sum_of({{ list }}){% endmacro %}
{% macro case_key(store, kind, id) %}case_key({{ store }}){% endmacro %}
{% macro deep_link(system, store, id) %}deep_link({{ id }}){% endmacro %}
{% macro age_bucket(days) %}age_bucket({{ days }}){% endmacro %}
{% macro approval_limit(currency, seeded_limit) %}approval_limit({{ currency }}, {{ seeded_limit }}){% endmacro %}
{% macro text_type() %}varchar{% endmacro %}
{% macro by_itself() %}materialized{% endmacro %}
{% macro quoted(name) %}{{ name }}_record{% endmacro %}
{% macro literals(texts) %}'a', 'b'{% endmacro %}
{% macro changed(model, by=none) %}{{ model }}{% endmacro %}
{% macro month_of(day) %}month_of({{ day }}){% endmacro %}
{% macro tie_out(control, system, source, built) %}select {{ source }}.* from {{ source }} cross join {{ built }}{% endmacro %}
{% macro rate(numerator, denominator) %}{{ numerator }} / {{ denominator }}{% endmacro %}
{% macro percentile(expression, fraction) %}max({{ expression }}){% endmacro %}
{% macro decimal_days_between(start, finish) %}({{ finish }} - {{ start }}){% endmacro %}
{% macro store_month(moment, store) %}concat({{ moment }}, {{ store }}){% endmacro %}
{% macro calendar_days_between(start, finish) %}({{ finish }} - {{ start }}){% endmacro %}
{% macro disposes_late(store) %}disposes_late({{ store }}){% endmacro %}
{% macro live_since(store, action) %}live_since({{ store }}, {{ action }}){% endmacro %}
{% macro fits_rule(rule_value, id, name) %}fits_rule({{ rule_value }}, {{ id }}, {{ name }}){% endmacro %}
{% macro one_word(text) %}one_word({{ text }}){% endmacro %}
{% macro quantities(measured) %}{% for measure in measured %}{{ kwargs.get(measure, '0') }} as {{ measure }}_quantity{{ ', ' if not loop.last }}{% endfor %}{% endmacro %}
{% macro changed_rows(source, of) %}{{ source }}{% endmacro %}
{% macro unit_text(sku, quantity, unknown='') %}{{ sku }}{% endmacro %}
