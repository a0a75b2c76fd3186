"""Charts that say their point; colours that the colour-blind tell apart, in light and dark."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

import altair as alt
import pyarrow as pa
import streamlit as st

from dashboard.money import decimals
from dashboard.words import STATUSES, STEPS

BLUE, ORANGE, VERMILION, GREY, PALE = "#2f7ec0", "#e69f00", "#d55e00", "#8b8f98", "#b9bdc4"
TEAL = "#009e73"
STATUS_COLOURS = {
    "done": BLUE,
    "not_required": PALE,
    "in_progress": ORANGE,
    "not_started": GREY,
    "failed": VERMILION,
}
WHOLE_FROM = 100
# Of figures of 12 pixels' height, in pixels.
DIGIT_WIDTH = 7
# From this width on, in pixels, the names of all statuses stand in one row.
LEGEND_WIDTH = 430
Records = Sequence[Mapping[str, object]]
LayeredChart = alt.LayerChart | alt.FacetChart


def in_words(point: str, records: Records, *, label: str, figure: str, shape: str = ",") -> str:
    """Return what a chart shows for who cannot see it: its point, then each label's figure."""
    figures = "; ".join(f"{one[label]} {format(_number(one[figure]), shape)}" for one in records)
    return f"{point}: {figures}" if figures else point


def _number(value: object) -> Decimal:
    return Decimal(str(value))


def money_shape(currency: str) -> str:
    """Return how an amount of this currency is written out."""
    return f",.{decimals(currency)}f"


def ink() -> str:
    """Return the colour of text inside a chart, readable on the reader's theme."""
    return "#edebe8" if st.context.theme.type == "dark" else "#2f2d2b"


def legible(chart: LayeredChart) -> LayeredChart:
    """Return a chart with its labels in ink: the theme's own grey has less than 4.5 to 1."""
    drawn = chart.configure_axis(labelColor=ink(), titleColor=ink())
    named: LayeredChart = drawn.configure_legend(labelColor=ink(), titleColor=ink())
    return named


def stage_chart(statuses: pa.Table) -> LayeredChart:
    """Return one bar a stage, cut by status: what is done from the left, what is open after it."""
    order = list(STATUS_COLOURS)
    rows = statuses.to_pylist()
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row["stage"]] += row["cases"]
    records = [
        {
            "stage": STEPS.get(row["stage"], row["stage"]),
            "status": STATUSES.get(row["status"], str(row["status"])),
            "place": order.index(row["status"]) if row["status"] in order else len(order),
            "cases": row["cases"],
            # A segment too narrow for its figure shows it where the pointer rests.
            "figure": f"{row['cases']:,}" if row["cases"] * 40 >= totals[row["stage"]] else "",
        }
        for row in rows
    ]
    base = alt.Chart(alt.InlineData(values=records)).encode(
        y=alt.Y("stage:N", sort=list(STEPS.values()), title=None, axis=alt.Axis(labelLimit=200)),
        order=alt.Order("place:Q"),
        tooltip=[
            alt.Tooltip("stage:N", title="Stage"),
            alt.Tooltip("status:N", title="Status"),
            alt.Tooltip("cases:Q", title="Cases", format=","),
        ],
    )
    bars = base.mark_bar(height=26).encode(
        x=alt.X("cases:Q", stack="zero", axis=None),
        color=alt.Color(
            "status:N",
            title=None,
            scale=alt.Scale(
                domain=[STATUSES[code] for code in order], range=list(STATUS_COLOURS.values())
            ),
            # On a phone five names do not fit beside each other.
            legend=alt.Legend(
                orient="top",
                symbolType="square",
                columns=alt.ExprRef(f"width < {LEGEND_WIDTH} ? 2 : 0"),
            ),
        ),
    )
    # Dark on the light segments and on orange, light on the dark ones: readable on each.
    figures = base.mark_text(fontSize=12).encode(
        x=alt.X("cases:Q", stack="zero", bandPosition=0.5),
        text="figure:N",
        color=alt.condition(
            "datum.status == 'Done' || datum.status == 'Failed'",
            alt.value("#ffffff"),
            alt.value("#1c1b1a"),
        ),
    )
    return legible(alt.layer(bars, figures).properties(height=alt.Step(38)))


def share_lines(records: Records, *, words: Mapping[str, str]) -> LayeredChart:
    """Return one line a question over time; colours and shapes tell them apart."""
    values = [
        {
            "moment": str(record["as_of"]),
            "rate": float(str(record["rate"])),
            "question": words[str(record["question"])],
        }
        for record in records
    ]
    order = list(dict.fromkeys(str(value["question"]) for value in values))
    colour = alt.Color(
        "question:N",
        title=None,
        sort=order,
        scale=alt.Scale(domain=order, range=[BLUE, VERMILION, ORANGE, GREY, TEAL]),
        legend=alt.Legend(orient="top"),
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("moment:T", title=None, axis=alt.Axis(format="%d %b %H:%M", labelOverlap=True)),
        y=alt.Y("rate:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=".0%")),
        color=colour,
        tooltip=[
            alt.Tooltip("question:N", title="Question"),
            alt.Tooltip("moment:T", title="As of", format="%Y-%m-%d %H:%M"),
            alt.Tooltip("rate:Q", title="Share", format=".1%"),
        ],
    )
    lines = base.mark_line(strokeWidth=2.5)
    points = base.mark_point(filled=True, size=90).encode(
        shape=alt.Shape("question:N", sort=order, legend=None)
    )
    return legible(alt.layer(lines, points).properties(height=260))


def money_bars(
    records: Records, *, label: str, amount: str, currency: str, colour: str = BLUE
) -> LayeredChart:
    """Return bars of money, the largest first, each with its figure."""
    shape = money_shape(currency)
    values = [{"label": r[label], "amount": float(Decimal(str(r[amount])))} for r in records]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
        x=alt.X("amount:Q", axis=None, scale=alt.Scale(nice=False, rangeMax=_end(values, shape))),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("amount:Q", title=currency, format=shape),
        ],
    )
    bars = base.mark_bar(height=20, color=colour)
    figures = base.mark_text(align="left", dx=5, color=ink(), fontSize=12).encode(
        text=alt.Text("amount:Q", format=shape)
    )
    return legible(alt.layer(bars, figures).properties(height=alt.Step(32)))


def money_columns(
    records: Records, *, label: str, amount: str, currency: str, colour: str = BLUE
) -> LayeredChart:
    """Return columns of money in the order they come in, from zero, each with its figure."""
    shape = money_shape(currency)
    values = [{"label": r[label], "amount": float(Decimal(str(r[amount])))} for r in records]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("amount:Q", axis=None, scale=alt.Scale(zero=True)),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("amount:Q", title=currency, format=shape),
        ],
    )
    bars = base.mark_bar(color=colour, size=34)
    # Over a narrow column stands no more than a whole amount, unless that says nothing.
    widest = max((abs(float(str(value["amount"]))) for value in values), default=0.0)
    figures = base.mark_text(dy=-8, color=ink(), fontSize=11).encode(
        text=alt.Text("amount:Q", format=",.0f" if widest >= WHOLE_FROM else shape)
    )
    return legible(alt.layer(bars, figures).properties(height=220))


def _end(values: Records, shape: str) -> alt.ExprRef:
    """A figure stands beyond the end of its bar: leave room for the longest, however narrow."""
    longest = max((len(format(float(str(v["amount"])), shape)) for v in values), default=0)
    return alt.ExprRef(f"width - {longest * DIGIT_WIDTH + 10}")
