"""The bridge from the storefront's total to the ERP's, whole and step by step."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from dashboard.charts import BLUE, DIGIT_WIDTH, GREY, VERMILION, LayeredChart, ink, legible
from dashboard.money import decimals
from dashboard.words import COMPONENTS


def bridge_chart(totals: Mapping[str, Any], *, currency: str) -> LayeredChart:
    """Return the way from the storefront's total to the ERP's, one step a component."""
    records = bridge_steps(totals)
    shape = f",.{decimals(currency)}f"
    order = [record["step"] for record in records]
    x = alt.X("step:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelLimit=140))
    base = alt.Chart(alt.InlineData(values=records)).encode(x=x)
    bars = base.mark_bar(size=34).encode(
        y=alt.Y(
            "low:Q",
            title=currency,
            scale=alt.Scale(zero=True),
            axis=alt.Axis(format="~s"),
        ),
        y2="high:Q",
        color=alt.Color(
            "direction:N",
            title=None,
            scale=alt.Scale(domain=["Total", "Takes away", "Adds"], range=[GREY, VERMILION, BLUE]),
            legend=alt.Legend(orient="top", symbolType="square"),
        ),
        tooltip=[
            alt.Tooltip("step:N", title="Step"),
            alt.Tooltip("change:Q", title=currency, format=shape),
        ],
    )
    labels = (
        base.transform_calculate(figure=_figure(records, shape=shape))
        .mark_text(dy=-9, color=ink(), fontSize=12)
        .encode(y="high:Q", text="figure:N")
    )
    return legible(alt.layer(bars, labels).properties(height=340))


def _figure(records: Sequence[Mapping[str, Any]], *, shape: str) -> str:
    """Return the figure above a bar, in three digits where whole ones would run together."""
    longest = max(len(format(record["change"], shape)) for record in records)
    whole_from = len(records) * (longest + 1) * DIGIT_WIDTH
    whole, short = (f"format(datum.change, '{kind}')" for kind in (shape, ".3~s"))
    # What is below one would be told in thousandths.
    return f"width < {whole_from} && abs(datum.change) >= 1 ? {short} : {whole}"


def component_bars(totals: Mapping[str, Any], *, currency: str) -> LayeredChart:
    """Return the steps of the bridge from zero, on a scale of their own."""
    shape = f"+,.{decimals(currency)}f"
    values = [
        {"step": step["step"], "change": step["change"], "direction": step["direction"]}
        for step in bridge_steps(totals)
        if step["direction"] != "Total"
    ]
    widest = max((abs(value["change"]) for value in values), default=0.0) * 1.45 or 1.0
    order = [value["step"] for value in values]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("step:N", sort=order, title=None, axis=alt.Axis(labelLimit=140)),
        x=alt.X("change:Q", axis=None, scale=alt.Scale(domain=[-widest, widest])),
        tooltip=[
            alt.Tooltip("step:N", title="Step"),
            alt.Tooltip("change:Q", title=currency, format=shape),
        ],
    )
    bars = base.mark_bar(height=18).encode(
        color=alt.Color(
            "direction:N",
            scale=alt.Scale(domain=["Takes away", "Adds"], range=[VERMILION, BLUE]),
            legend=None,
        )
    )
    text = alt.Text("change:Q", format=shape)
    added = base.transform_filter("datum.change >= 0").mark_text(align="left", dx=5, color=ink())
    taken = base.transform_filter("datum.change < 0").mark_text(align="right", dx=-5, color=ink())
    drawn = alt.layer(bars, added.encode(text=text), taken.encode(text=text))
    return legible(drawn.properties(height=alt.Step(38)))


def bridge_steps(totals: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Return the steps of the bridge; what the components do not explain has a step of its own.

    Floats draw the bars and nothing else: every figure that is read comes from the marts.
    """
    level = Decimal(totals["storefront_bridge_amount"])
    steps = [_step("Storefront", Decimal(0), level, change=level, direction="Total")]
    for name, label in COMPONENTS.items():
        change = -Decimal(totals[f"{name}_component"])
        direction = "Adds" if change > 0 else "Takes away"
        steps.append(_step(label, level, level + change, change=change, direction=direction))
        level += change
    end = Decimal(totals["erp_amount"])
    if level != end:
        steps.append(_step("Unexplained", level, end, change=end - level, direction="Takes away"))
    steps.append(_step("ERP", Decimal(0), end, change=end, direction="Total"))
    return steps


def _step(
    label: str, low: Decimal, high: Decimal, *, change: Decimal, direction: str
) -> dict[str, Any]:
    return {
        "step": label,
        "low": float(min(low, high)),
        "high": float(max(low, high)),
        "change": float(change),
        "direction": direction,
    }
