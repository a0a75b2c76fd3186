{# The page of a record in its own system; null where no host is configured. #}
{% macro deep_link(system, store, id) -%}
    {%- if system == 'erp' -%}
        {%- if var('erp_host') -%}
            'https://{{ var("erp_host") }}/app/accounting/transactions/transaction.nl?id=' || cast({{ id }} as {{ text_type() }})
        {%- else -%}
            cast(null as {{ text_type() }})
        {%- endif -%}
    {%- elif var('storefront_hosts') -%}
        case {{ store }}
            {%- for name, host in var('storefront_hosts').items() %}
            when '{{ name }}' then 'https://{{ host }}/admin/orders/' || {{ id_tail(id) }}
            {%- endfor %}
        end
    {%- else -%}
        cast(null as {{ text_type() }})
    {%- endif -%}
{%- endmacro %}
