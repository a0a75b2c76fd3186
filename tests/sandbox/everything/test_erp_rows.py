"""What the ERP says of a scenario: documents, lines, signs, taxes, links and times."""

from collections import defaultdict
from decimal import Decimal

import pytest
import yaml

from orchestration.sandbox.erp_records import rows_of
from orchestration.sandbox.identity import number
from orchestration.sandbox.scenario import read_scenarios
from tests.sandbox.everything.calls import EVERYTHING

UTC = 'TO_CHAR(SYS_EXTRACT_UTC({}), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
HEADER = f"""SELECT t.id, t.type, t.tranid, t.status, t.foreigntotal, t.voided, t.otherrefnum,
  t.postingperiod, t.exchangerate, t.custbody_storefront_return_id AS storefront_return,
  c.symbol, TO_CHAR(t.trandate, 'YYYY-MM-DD') AS dated,
  {UTC.format("t.createddate")} AS created, {UTC.format("t.lastmodifieddate")} AS modified
  FROM transaction t LEFT JOIN currency c ON c.id = t.currency WHERE t.tranid = ?"""
LINES = """SELECT tl.id, tl.itemtype, i.itemid, tl.quantity, tl.foreignamount, tl.createdfrom,
  tl.mainline, tl.taxline, tl.custcol_storefront_line_id AS storefront_line
  FROM transactionline tl LEFT JOIN item i ON i.id = tl.item
  WHERE tl.transaction = ? ORDER BY tl.linesequencenumber"""
TAXES = """SELECT d.line, s.itemid AS code, d.taxamount FROM transactiontaxdetail d
  INNER JOIN salestaxitem s ON s.id = d.taxcode WHERE d.transaction = ? ORDER BY d.line"""
LINKS = """SELECT l.previousdoc, l.previousline, l.nextline, l.linktype, l.foreignamount
  FROM PreviousTransactionLineLink l WHERE l.nextdoc = ? ORDER BY l.nextline, l.linktype"""
RETURN_TYPES = ("RtnAuth", "CustCred", "CashRfnd")


def document_id(ref, stem="everything"):
    return str(number("transaction", stem, ref))


def header(erp, name):
    (row,) = erp.rows(HEADER, name)
    return row


def goods(erp, ref, stem="everything"):
    """Return a document's lines without its main and tax lines, in order."""
    lines = erp.rows(LINES, document_id(ref, stem))
    return [
        (line["itemtype"], line["itemid"], line.get("quantity"), line["foreignamount"])
        for line in lines
        if line["mainline"] == line["taxline"] == "F"
    ]


def taxes(erp, ref, stem="everything"):
    return [(row["code"], row["taxamount"]) for row in erp.rows(TAXES, document_id(ref, stem))]


def links(erp, ref, stem="everything"):
    return [
        (row["linktype"], row["previousdoc"], row["previousline"], row["nextline"])
        for row in erp.rows(LINKS, document_id(ref, stem))
    ]


def test_every_document_adds_up_to_its_header(erp):
    query = """SELECT t.id, t.foreigntotal, SUM(tl.foreignamount) AS lines FROM transaction t
      INNER JOIN transactionline tl ON tl.transaction = t.id AND tl.mainline = 'F'
      AND tl.iscogs = 'F' WHERE t.type <> 'ItemRcpt' GROUP BY t.id, t.foreigntotal"""
    rows = erp.rows(query)

    assert len(rows) > 80
    assert [r for r in rows if Decimal(r["lines"]) != -Decimal(r["foreigntotal"])] == []


def test_sales_and_credits_have_opposite_signs(erp):
    query = """SELECT t.type, t.foreigntotal, tl.quantity, tl.foreignamount, tl.itemtype
      FROM transaction t INNER JOIN transactionline tl ON tl.transaction = t.id
      WHERE tl.itemtype IN ('InvtPart', 'Discount') AND t.type <> 'ItemRcpt'"""
    wrong, seen = [], defaultdict(int)
    for row in erp.rows(query):
        sign = 1 if row["type"] in RETURN_TYPES else -1
        line_sign = -sign if row["itemtype"] == "Discount" else sign
        seen[row["type"], row["itemtype"]] += 1
        if (
            Decimal(row["foreigntotal"]) * sign > 0
            or Decimal(row["foreignamount"]) * line_sign < 0
        ):
            wrong.append(row)
        if row["itemtype"] == "InvtPart" and Decimal(row["quantity"]) * sign < 0:
            wrong.append(row)

    assert wrong == []
    assert {kind for kind, _ in seen} == {"SalesOrd", "CustInvc", "CashSale", *RETURN_TYPES}


def test_tax_details_are_positive_and_add_up_to_the_tax_line(erp):
    query = """SELECT t.id, SUM(d.taxamount) AS details, MIN(d.taxamount) AS least
      FROM transaction t INNER JOIN transactiontaxdetail d ON d.transaction = t.id GROUP BY t.id"""
    lines = {
        row["transaction"]: Decimal(row["foreignamount"])
        for row in erp.rows(
            "SELECT transaction, foreignamount FROM transactionline WHERE taxline = 'T'"
        )
    }
    details = {row["id"]: Decimal(row["details"]) for row in erp.rows(query)}

    taxed = {key: value for key, value in details.items() if value}
    assert {key: abs(value) for key, value in lines.items()} == taxed
    assert all(Decimal(row["least"]) >= 0 for row in erp.rows(query))


def test_a_sales_order_mirrors_the_order_and_names_it(erp):
    order = header(erp, "SO9001")
    assert (order["type"], order["status"], order["symbol"]) == ("SalesOrd", "G", "USD")
    assert order["otherrefnum"] == str(number("Order", "everything", "o1"))
    assert order["foreigntotal"] == "83.1"

    assert goods(erp, "so1") == [
        ("InvtPart", "CUP-90", "-3", "-30"),
        ("Discount", "PROMOTION", None, "0.05"),
        ("InvtPart", "POT-90", "-1", "-40"),
        ("ShipItem", "SHIPPING", None, "-9.95"),
    ]
    assert taxes(erp, "so1") == [("TX", "2.5"), ("TX", "0.7")]
    named = [line.get("storefront_line") for line in erp.rows(LINES, document_id("so1"))]
    assert named[1] == str(number("LineItem", "everything", "o1/cup"))


def test_a_sales_order_without_an_invoice_waits_for_billing(erp):
    billed = erp.rows(
        """SELECT DISTINCT t.id FROM transaction t INNER JOIN PreviousTransactionLink l
        ON l.previousdoc = t.id WHERE t.type = 'SalesOrd'
        AND l.nexttype IN ('CustInvc', 'CashSale')"""
    )
    said = erp.rows("SELECT t.id FROM transaction t WHERE t.type = 'SalesOrd' AND t.status = 'G'")

    assert sorted(row["id"] for row in billed) == sorted(row["id"] for row in said)


def test_an_invoice_is_linked_line_to_line(erp):
    assert header(erp, "INV9001")["dated"] == "2026-03-02"
    assert links(erp, "inv1") == [
        ("OrdBill", document_id("so1"), "1", "1"),
        ("OrdBill", document_id("so1"), "3", "3"),
    ]


def test_the_erp_speaks_net_of_a_tax_that_is_included(erp):
    assert header(erp, "CS9002")["type"] == "CashSale"
    assert header(erp, "CS9002")["foreigntotal"] == "228"
    # 228.00 with 38.00 of tax inside: 190.00 net; the discount of 12.00 is 10.00 without tax
    assert goods(erp, "inv2") == [
        ("InvtPart", "PAN-90", "-2", "-200"),
        ("Discount", "PROMOTION", None, "10"),
    ]
    assert taxes(erp, "inv2") == [("VAT20", "38")]


def test_an_authorization_reverses_the_first_units_precisely(erp):
    row = header(erp, "RMA901")
    assert (row["type"], row["status"]) == ("RtnAuth", "G")
    assert row["storefront_return"] == str(number("Return", "everything", "r1"))
    # a third of 0.05 and of 2.50, to the cent
    assert goods(erp, "ra1") == [
        ("InvtPart", "CUP-90", "1", "10"),
        ("Discount", "PROMOTION", None, "-0.02"),
    ]
    assert taxes(erp, "ra1") == [("TX", "0.83")]
    assert row["foreigntotal"] == "-10.81"
    assert links(erp, "ra1") == [("SaleRet", document_id("inv1"), "1", "1")]
    assert {line.get("createdfrom") for line in erp.rows(LINES, document_id("ra1"))} >= {
        document_id("inv1")
    }


@pytest.mark.parametrize(("rma", "letter"), [("RMA902", "F"), ("RMA904", "B"), ("RMA21", "D")])
def test_an_authorizations_status_is_a_letter(erp, rma, letter):
    assert header(erp, rma)["status"] == letter


def test_an_authorization_is_modified_by_what_is_made_from_it(erp):
    row = header(erp, "RMA901")

    assert (row["created"], row["modified"]) == ("2026-03-05T10:00:00Z", "2026-03-15T23:30:00Z")


def test_a_receipt_counts_units_in_and_is_linked_to_the_authorization(erp):
    assert goods(erp, "ir1") == [("InvtPart", "CUP-90", "1", "0")]
    assert links(erp, "ir1") == [("ShipRcpt", document_id("ra1"), "1", "1")]


def test_an_inspection_names_the_receipts_line(erp):
    query = """SELECT n.custrecord_inspection_result AS result,
      n.custrecord_inspection_quantity AS units, n.custrecord_inspection_line AS line
      FROM customrecord_return_inspection n WHERE n.custrecord_inspection_receipt = ?"""

    assert erp.rows(query, document_id("ir1")) == [{"result": "Pass", "units": "1", "line": "1"}]


def test_a_credit_of_two_authorizations_is_split_by_line(erp):
    assert links(erp, "cm1") == [
        ("Payment", document_id("inv1"), "0", "0"),
        ("OrdBill", document_id("ra1"), "1", "1"),
        ("OrdBill", document_id("ra2"), "1", "3"),
    ]


def test_a_credits_extras_are_lines_of_their_own(erp):
    assert goods(erp, "cm1") == [
        ("InvtPart", "CUP-90", "1", "10"),
        ("Discount", "PROMOTION", None, "-0.02"),
        ("InvtPart", "CUP-90", "1", "10"),
        ("Discount", "PROMOTION", None, "-0.01"),
        ("ShipItem", "SHIPPING", None, "9.95"),
        ("OthCharge", "RESTOCKING-FEE", "1", "-1.5"),
        ("OthCharge", "ADJUSTMENT", None, "0.77"),
    ]
    assert taxes(erp, "cm1") == [("TX", "0.83"), ("TX", "0.84"), ("SHIPTAX", "0.7")]
    # 19.97 of goods, 9.95 shipping, 1.50 fee, 0.77 other, 2.37 tax
    assert header(erp, "CM901")["foreigntotal"] == "-31.56"


def test_an_application_holds_the_credits_total(erp):
    query = """SELECT l.foreignamount FROM NextTransactionLink l
      WHERE l.linktype = 'Payment' AND l.nextdoc = ?"""

    assert erp.rows(query, document_id("cm1")) == [{"foreignamount": "31.56"}]


def test_a_credit_has_its_period_its_rate_and_its_day(erp):
    row = header(erp, "CM901")

    assert (row["postingperiod"], row["exchangerate"], row["dated"]) == (
        "202603",
        "0.9",
        "2026-03-15",
    )
    assert row["created"] == "2026-03-15T23:30:00Z"
    (period,) = erp.rows("SELECT p.periodname FROM accountingperiod p WHERE p.id = 202603")
    assert period == {"periodname": "2026-03"}


def test_a_void_is_said_at_the_time_of_the_void(erp):
    row = header(erp, "CM902")

    assert (row["voided"], row["modified"]) == ("T", "2026-03-18T10:00:00Z")
    assert (row["created"], row["status"]) == ("2026-03-16T10:00:00Z", "V")


def test_a_deleted_document_leaves_only_the_record_of_that(erp):
    query = f"""SELECT d.type, {UTC.format("d.deleteddate")} AS at
      FROM deletedrecord d WHERE d.recordid = ?"""

    assert erp.rows(query, document_id("ra3")) == [
        {"type": "RtnAuth", "at": "2026-03-09T10:00:00Z"}
    ]
    assert erp.rows(HEADER, "RMA903") == []
    assert erp.rows(LINES, document_id("ra3")) == []


def test_a_cash_refund_is_linked_to_the_cash_sale(erp):
    row = header(erp, "CR901")

    assert (row["type"], row["symbol"], row["foreigntotal"]) == ("CashRfnd", "GBP", "-114")
    assert links(erp, "cr1") == [("OrdBill", document_id("inv2"), "1", "1")]


def test_no_link_leads_to_a_document_that_is_not_there(erp):
    query = """SELECT COUNT(*) AS n FROM NextTransactionLineLink l
      LEFT JOIN transaction p ON p.id = l.previousdoc LEFT JOIN transaction t ON t.id = l.nextdoc
      WHERE p.id IS NULL OR t.id IS NULL"""

    assert erp.rows(query) == [{"n": "0"}]


def test_an_erp_in_the_customers_currency_holds_the_customers_amounts(tmp_path):
    content = yaml.safe_load(EVERYTHING.read_text(encoding="utf-8"))
    content["erp"]["currency"] = "EUR"
    file = tmp_path / "euro.yaml"
    file.write_text(yaml.safe_dump(content))

    rows = list(rows_of(read_scenarios([file])[0]))

    order = next(row for table, row in rows if table == "transaction")
    own = [row for table, row in rows if table == "transactionline"]
    cup = next(row for row in own if row["transaction"] == order["id"] and row.get("itemid"))
    taxes = [row["taxamount"] for table, row in rows if table == "transactiontaxdetail"]
    assert (cup["quantity"], cup["foreignamount"]) == (-3, Decimal("-27.00"))
    # 2.50 and 0.70 of tax at 0.9
    assert taxes[:2] == [Decimal("2.25"), Decimal("0.63")]


@pytest.mark.parametrize(("deleted_at", "is_there"), [("2026-03-19", False), ("2026-03-21", True)])
def test_a_document_is_deleted_from_its_moment_on(tmp_path, deleted_at, is_there):
    content = yaml.safe_load(EVERYTHING.read_text(encoding="utf-8")) | {"as_of": "2026-03-20"}
    rma = next(b for b in content["erp"]["return_authorizations"] if b.get("deleted_at"))
    rma["deleted_at"] = deleted_at
    file = tmp_path / "deleted.yaml"
    file.write_text(yaml.safe_dump(content))

    rows = list(rows_of(read_scenarios([file])[0]))

    kept = [
        row for table, row in rows if table == "transaction" and row["tranid"] == rma["number"]
    ]
    records = [row for table, row in rows if table == "deletedrecord"]
    assert (len(kept), len(records)) == ((1, 0) if is_there else (0, 1))
