{#
    The key of a gate: a digest of its case, action and line, of what would be sent and where to, of what
    the action moved before, and of the case's own decision with the evidence it rests on. `line` are the
    expressions that stand for the order line, item, place and quantity of a gate about one.
#}
{% macro gate_key(line=["''", "''", "''", "''"], amount_minor="''", told="''", suffix="''") -%}
    md5(
        case_key || '|' || action || '|' || {{ line[0] }} || '|' || {{ line[1] }} || '|' || {{ line[2] }} || '|'
        || currency || '|' || {{ line[3] }} || '|' || {{ amount_minor }} || '|'
        || cast(moved_before_quantity as {{ text_type() }}) || '|' || {{ told }} || '|'
        || own_decision || '|' || evidence || {{ suffix }}
    )
{%- endmacro %}
