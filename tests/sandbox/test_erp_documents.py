"""The ERP's documents: they balance, their signs are the ERP's, and they name each other."""

from collections import defaultdict
from decimal import Decimal

import pytest

LINES = """
SELECT tl.transaction, tl.mainline, tl.taxline, tl.itemtype, tl.quantity, tl.foreignamount, t.type
FROM transactionline tl INNER JOIN transaction t ON t.id = tl.transaction
ORDER BY tl.transaction, tl.id
"""
LINKS = """
SELECT DISTINCT l.linktype, l.previoustype, l.nexttype FROM nexttransactionlinelink l
"""
SALES = {"SalesOrd", "CustInvc", "CashSale"}
CREDITS = {"RtnAuth", "CustCred", "CashRfnd"}


def signs(values):
    return {(value > 0) - (value < 0) for value in map(Decimal, values)} - {0}


@pytest.fixture(scope="module")
def lines(erp):
    return erp.rows(LINES)


def test_the_lines_of_every_document_add_up_to_its_main_line(lines):
    sums, mains = defaultdict(Decimal), {}
    for line in lines:
        value = Decimal(line.get("foreignamount", "0"))
        if line["mainline"] == "T":
            mains[line["transaction"]] = value
        else:
            sums[line["transaction"]] += value
    assert mains
    assert {key: -total for key, total in sums.items()} == mains


def test_a_documents_total_is_its_main_line(erp):
    rows = erp.rows(
        "SELECT t.foreigntotal, tl.foreignamount FROM transaction t "
        "INNER JOIN transactionline tl ON tl.transaction = t.id AND tl.mainline = 'T' "
        "WHERE t.type NOT IN ('ItemRcpt', 'StatChng')"
    )
    assert rows
    assert all(row["foreigntotal"] == row["foreignamount"] for row in rows)


@pytest.mark.parametrize(("kinds", "header"), [(SALES, 1), (CREDITS, -1)])
def test_lines_have_the_opposite_sign_of_their_header(lines, kinds, header):
    chosen = [line for line in lines if line["type"] in kinds]
    items = [line for line in chosen if line.get("itemtype") == "InvtPart"]
    discounts = [line for line in chosen if line.get("itemtype") == "Discount"]
    taxes = [line for line in chosen if line["taxline"] == "T"]
    mains = [line for line in chosen if line["mainline"] == "T"]
    assert signs(line["foreignamount"] for line in mains) == {header}
    assert signs(line["foreignamount"] for line in items) == {-header}
    assert signs(line["quantity"] for line in items) == {-header}
    assert signs(line["foreignamount"] for line in discounts) == {header}
    assert signs(line["foreignamount"] for line in taxes) == {-header}


def test_a_receipt_counts_goods_and_has_no_amounts(lines):
    receipts = [line for line in lines if line["type"] == "ItemRcpt"]
    items = [line for line in receipts if line["mainline"] == "F"]
    assert signs(line["quantity"] for line in items) == {1}
    assert signs(line.get("foreignamount", "0") for line in receipts) == set()


def test_a_restocking_fee_is_taken_off_a_credit(erp):
    fees = erp.rows(
        "SELECT tl.foreignamount FROM transactionline tl INNER JOIN item i ON i.id = tl.item "
        "INNER JOIN transaction t ON t.id = tl.transaction "
        "WHERE i.itemid = 'RESTOCKING-FEE' AND t.type IN ('CustCred', 'CashRfnd')"
    )
    assert signs(fee["foreignamount"] for fee in fees) == {-1}


def test_links_go_from_the_earlier_document_to_the_later(erp):
    found = defaultdict(set)
    for row in erp.rows(LINKS):
        found[row["linktype"]].add((row["previoustype"], row["nexttype"]))
    assert {earlier for earlier, _ in found["SaleRet"]} <= SALES
    assert {later for _, later in found["SaleRet"]} == {"RtnAuth"}
    assert found["ShipRcpt"] == {("RtnAuth", "ItemRcpt")}
    assert {("RtnAuth", "CustCred"), ("SalesOrd", "CustInvc")} <= found["OrdBill"]
    assert {later for _, later in found["OrdBill"]} <= {*SALES, *CREDITS} - {"SalesOrd", "RtnAuth"}
    assert found["Payment"] == {("CustInvc", "CustCred")}


def test_an_application_links_whole_documents_with_the_amount_applied(erp):
    rows = erp.rows(
        "SELECT l.nextline, l.previousline, l.foreignamount, t.foreigntotal "
        "FROM nexttransactionlinelink l INNER JOIN transaction t ON t.id = l.nextdoc "
        "WHERE l.linktype = 'Payment'"
    )
    assert rows
    for row in rows:
        assert (row["nextline"], row["previousline"]) == ("0", "0")
        assert Decimal(row["foreignamount"]) == -Decimal(row["foreigntotal"])


def test_only_a_sales_order_knows_the_storefronts_ids(erp):
    rows = erp.rows(
        "SELECT DISTINCT t.type FROM transaction t INNER JOIN transactionline tl "
        "ON tl.transaction = t.id "
        "WHERE t.otherrefnum IS NOT NULL OR tl.custcol_storefront_line_id IS NOT NULL"
    )
    assert [row["type"] for row in rows] == ["SalesOrd"]
