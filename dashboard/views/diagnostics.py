"""Do returns come out right? The five questions, answered with numbers."""

from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard import charts, links, tables
from dashboard.choosing import filters
from dashboard.downloads import Whole
from dashboard.frame import counted, nothing, page, part, scope
from dashboard.marts import diagnostics
from dashboard.marts.diagnostics import BEHIND, CUTS, QUESTIONS
from dashboard.marts.source import Scope
from dashboard.money import spoken_amount
from dashboard.publication import Pointer, kept
from dashboard.settings import settings
from dashboard.tables import Column, Kind
from dashboard.words import ASKED, CAUSES, LINKS, NO, QUESTIONS_SHORT, STAGES, VERDICTS

NOT_ASKED = {"flows_are_rehearsed": "Nobody has rehearsed one yet: run `make rehearse`."}
# What is counted; every other question is asked of cases.
ASKED_OF = {"stock_after_inspection": "units", "flows_are_rehearsed": "scenarios"}
SEEN = Decimal("0.001")
COLOURS = {"good": "green", "attention": "orange", "bad": "red"}
ICONS = {
    "good": ":material/check_circle:",
    "attention": ":material/error:",
    "bad": ":material/cancel:",
}
WHO = (
    Column("case_name", "Return"),
    Column("store", "Store"),
    Column("order_name", "Order"),
    Column("rma_number", "RMA"),
    Column("at_stake_amount", "Money at stake", Kind.MONEY),
)
SIDES = (
    Column("storefront_amount", "Storefront", Kind.MONEY),
    Column("paid_amount", "Bank, paid", Kind.MONEY),
    Column("erp_amount", "ERP", Kind.MONEY),
    Column("expected_amount", "Precise reversal", Kind.MONEY),
)
WHY = {
    "stock_after_inspection": (Column("current_stage", "Where it is", Kind.WORD, words=STAGES),),
    "stages_are_visible": (Column("link_method", "How it is linked", Kind.WORD, words=LINKS),),
    "completion_is_true": (Column("current_stage", "Where it is", Kind.WORD, words=STAGES),),
}
CAUSE = (Column("root_cause", "Cause", Kind.WORD, words=CAUSES),)


def verdict(answer: dict[str, Any]) -> str:
    """Return the verdict by the thresholds that the publication carries."""
    if not answer["denominator"] or answer["good_rate"] is None:
        return "attention"
    if answer["numerator"] >= answer["denominator"] * answer["good_rate"]:
        return "good"
    is_close = answer["numerator"] >= answer["denominator"] * answer["attention_rate"]
    return "attention" if is_close else "bad"


def cards(found: dict[str, dict[str, Any]], currency: str) -> None:
    """Show the five answers beside each other, each with what else is asked under it."""
    for column, question in zip(st.columns(len(QUESTIONS)), QUESTIONS, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{ASKED[question]}**")
            answer = found.get(question)
            if answer is None or not answer["denominator"]:
                st.metric(QUESTIONS_SHORT[question], "Not asked")
                st.caption(NOT_ASKED.get(question, "No case to ask it of."))
                continue
            said = verdict(answer)
            st.metric(QUESTIONS_SHORT[question], _share(answer["rate"]))
            st.badge(VERDICTS[said], color=COLOURS[said], icon=ICONS[said])  # type: ignore[arg-type]
            st.caption(_of(answer, currency))
            asked = [cut for cut in CUTS.get(question, ()) if cut in found]
            st.caption("  \n".join(_cut(cut, found[cut]) for cut in asked))


def over_time(narrowed: Scope) -> None:
    """Show how the answers have moved over the publications that are kept."""
    publications = list(reversed(kept(settings().published)))
    found = [
        row
        for row in diagnostics.trend(publications, narrowed)
        if row["question"] in QUESTIONS and row["rate"] is not None
    ]
    found.sort(key=lambda row: (row["as_of"], QUESTIONS.index(row["question"])))
    moments = {row["as_of"] for row in found}
    if len(moments) < 2:
        st.header("How the answers move", anchor=False)
        nothing("One publication is kept so far: a trend shows from the next one on.")
        return
    st.header(_moved(found), anchor=False)
    st.caption(f"Share of each question in the {len(moments)} publications that are kept")
    st.altair_chart(
        charts.share_lines(found, words=QUESTIONS_SHORT),
        alt=f"Share of each question over time: {_moved(found)}",
    )


def behind(pointer: Pointer, narrowed: Scope) -> None:
    """List the cases behind one answer."""
    st.header("The cases behind an answer", anchor=False)
    question = st.selectbox(
        "Question",
        list(BEHIND),
        format_func=lambda code: NO[code],
        key="question",
        bind="query-params",
        width=420,
    )
    question = str(question or QUESTIONS[0])
    count = diagnostics.behind_count(pointer, narrowed, question)
    if not count:
        nothing("No case answers this with no.")
        return
    number = tables.page_of(count, key="behind_page", noun="Cases")
    cases = diagnostics.behind(pointer, narrowed, question)
    rows = cases.page(number)
    selected = tables.show(
        rows,
        WHO + WHY.get(question, CAUSE) + SIDES,
        key="behind",
        title=f"{NO[question]}: {counted(count, 'case')}",
        currency=narrowed.currency,
        is_selectable=True,
        whole=Whole(cases.whole, count),
    )
    if selected is not None:
        links.open_return(rows.column("case_key")[selected].as_py())


def _moved(found: list[dict[str, Any]]) -> str:
    """Say which answer has moved most between the first and the last publication."""
    moves = {}
    for question in QUESTIONS:
        rates = [row["rate"] for row in found if row["question"] == question]
        if len(rates) > 1:
            moves[question] = Decimal(str(rates[-1])) - Decimal(str(rates[0]))
    if not any(abs(move) >= SEEN for move in moves.values()):
        return "No answer has moved by a tenth of a point"
    most = max(moves, key=lambda question: abs(moves[question]))
    direction = "up" if moves[most] > 0 else "down"
    return f"{QUESTIONS_SHORT[most]}: {direction} {abs(moves[most]) * 100:.1f} points"


def _of(answer: dict[str, Any], currency: str) -> str:
    asked = ASKED_OF.get(str(answer["question"]), "cases")
    said = f"{answer['numerator']:,} of {answer['denominator']:,} {asked}"
    if answer["amount"]:
        said += f"; {spoken_amount(Decimal(answer['amount']), currency)} at stake"
    return said


def _cut(question: str, answer: dict[str, Any]) -> str:
    """A kind of flow that nobody has rehearsed is named too."""
    told = _share(answer["rate"]) if answer["denominator"] else "none"
    return f"{QUESTIONS_SHORT[question]}: {told}"


def _share(rate: object) -> str:
    """Rounded down: what is not all is never shown as all."""
    tenths = int(Decimal(str(rate)) * 1000)
    return f"{tenths // 10}.{tenths % 10}%"


with page("Do returns come out right?") as pointer:
    with filters():
        narrowed = scope(pointer, has_money=True)
    if narrowed.currency is None:
        nothing("There are no returns in this publication.")
    else:
        found = diagnostics.answers(pointer, narrowed)
        cards(found, narrowed.currency)
        over_time(narrowed)
        with part():
            behind(pointer, narrowed)
