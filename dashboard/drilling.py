"""One case of the variance: its components, lines and documents, and both systems."""

from decimal import Decimal

import streamlit as st

from dashboard import links, tables
from dashboard.frame import nothing
from dashboard.marts import cases
from dashboard.money import decimals, rounded
from dashboard.publication import Pointer
from dashboard.tables import Column, Kind
from dashboard.words import COMPONENTS, SYSTEMS
from dashboard.words import DOCUMENTS as DOCUMENT_TYPES

DOCUMENTS = (
    Column("system", "System", Kind.WORD, words=SYSTEMS),
    Column("document_type", "Document", Kind.WORD, words=DOCUMENT_TYPES),
    Column("document_number", "Number"),
    Column("occurred_at", "When", Kind.INSTANT),
    Column("amount", "Amount", Kind.BALANCE),
)
LINES = (
    Column("sku", "SKU"),
    Column("refunded_quantity", "Units refunded", Kind.COUNT),
    Column("credited_quantity", "Units credited", Kind.COUNT),
    Column("storefront_line_amount", "Storefront", Kind.MONEY),
    Column("erp_line_amount", "ERP", Kind.MONEY),
    Column("expected_line_amount", "Precise reversal", Kind.MONEY),
    Column("gross_difference_amount", "Difference in price", Kind.MONEY),
    Column("discount_difference_amount", "in discount", Kind.MONEY),
    Column("tax_difference_amount", "in tax", Kind.MONEY),
    Column("original_tax_codes", "Tax codes of the sale"),
    Column("tax_codes", "Tax codes of the credit"),
)


def drilled(pointer: Pointer, case_key: str) -> None:
    """Show one case: its components, then its lines."""
    case = cases.case(pointer, case_key)
    if case is None:
        return
    with st.container(border=True):
        links.open_return(case_key)
        currency = str(case["currency"])
        for column, (name, label) in zip(
            st.columns(len(COMPONENTS)), COMPONENTS.items(), strict=True
        ):
            amount = case[f"{name}_component"]
            column.metric(label, "Unknown" if amount is None else figure(amount, currency))
        rows = cases.lines(pointer, case_key)
        if rows.num_rows:
            tables.show(rows, LINES, key="lines", title="Lines of the case", currency=currency)
        else:
            nothing("No line of an order stands behind this case.")
        papers = cases.documents(pointer, case_key)
        if papers.num_rows:
            tables.show(papers, DOCUMENTS, key="papers", title="Documents", currency=currency)
        links.open_in_systems(case)


def figure(amount: object, currency: str) -> str:
    """Return an amount with the currency's decimals, without its code."""
    return f"{rounded(Decimal(str(amount)), decimals(currency)):,}"
