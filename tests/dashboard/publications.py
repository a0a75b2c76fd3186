"""Publications to look at: typed by the marts' contract, filled with believable cases."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml

CONTRACT = Path(__file__).parents[2] / "dbt_project" / "models" / "marts" / "_marts__models.yml"
OPS = {
    "publication": "id varchar, as_of timestamptz, published_at timestamptz, run_id varchar,"
    " versions varchar, is_complete boolean, incomplete_stores varchar",
    "checks": "asset varchar, name varchar, store varchar, passed boolean, severity varchar,"
    " metadata varchar, evaluated_at timestamptz",
    "runs": "run_id varchar, job varchar, run_status varchar, step varchar, status varchar,"
    " started_at timestamptz, finished_at timestamptz",
    "freshness": "system varchar, stream varchar, source varchar, row_count bigint,"
    " newest_record_at timestamptz, extracted_at timestamptz",
    "meanings": "table_name varchar, column_name varchar, data_type varchar, description varchar",
}
HOSTILE = '=HYPERLINK("http://evil.example","**:smile: <b>mug</b>**")'
COMPONENTS = ("quantity", "price", "discount", "tax", "shipping", "fee", "adjustment")
STAGES = ("confirmation", "inspection", "posting", "payout")


def publish(
    home, *, as_of, name="first", is_complete=True, without=(), is_empty=False, failing=()
):
    """Write a publication into a home as the pipeline does, pointer last; return its file."""
    folder = home / "published"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.duckdb"
    tables = {} if is_empty else believable(as_of)
    ops = _ops(as_of, name=name, is_complete=is_complete, failing=failing)
    with duckdb.connect(file) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema marts; create schema ops")
        for table, columns in contract().items():
            if table not in without:
                _create(connection, f"marts.{table}", columns, tables.get(table, []))
        for table, columns in OPS.items():
            if f"ops.{table}" not in without:
                _create(connection, f"ops.{table}", columns, ops[table])
    partial = folder / ".current.json.partial"
    partial.write_text(json.dumps({"id": name, "file": file.name}), encoding="utf-8")
    partial.replace(folder / "current.json")
    return file


def contract():
    """Return the columns of each mart, with types and constraints as the contract has them."""
    models = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["models"]
    return {
        model["name"]: ", ".join(
            f"{column['name']} {column['data_type']}" for column in model["columns"]
        )
        for model in models
    }


def asked(file, statement):
    """Return what a publication itself answers."""
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(statement).fetchall()


def believable(as_of):
    """Return the rows of every mart for a few dozen cases in every state the pages tell apart."""
    books = Books(as_of)
    for number in range(1, 13):
        books.finished(number, store="us", currency="USD", price="24.50")
    for number in range(13, 18):
        books.finished(number, store="uk", currency="GBP", price="61.20")
    books.finished(18, store="us", currency="JPY", price="4800")
    for number, days in ((20, 1), (21, 4)):
        books.waiting(number, "awaiting_confirmation", days=days, target=2)
    for number, days in ((22, 3), (23, 21), (24, 33)):
        books.waiting(number, "awaiting_receipt", days=days, target=14)
    for number, days in ((25, 1), (26, 5)):
        books.waiting(number, "awaiting_inspection", days=days, target=3)
    for number, days in ((27, 2), (28, 6)):
        books.waiting(number, "awaiting_posting", days=days, target=3)
    books.waiting(29, "awaiting_payout", days=1, target=3)
    books.waiting(30, "declined", days=8, target=None)
    for number, days, price in ((31, 3, "89.00"), (32, 9, "42.75"), (33, 17, "120.00")):
        books.falsely_complete(number, days=days, price=price)
    books.falsely_complete(34, days=12, price="77.10", store="uk", currency="GBP")
    books.differing(40, "shipping", "5.95", component="shipping")
    books.differing(41, "tax_rate", "3.12", component="tax")
    books.differing(42, "discount_allocation", "-4.90", component="discount")
    books.differing(43, "duplicate_credit_memo", "-36.00", component="quantity")
    books.differing(44, "fee", "7.50", component="fee")
    books.differing(45, "rounding", "0.01", component="price")
    books.differing(46, "missing_credit_memo", "58.00", component="quantity", age=19)
    books.differing(47, "tax_code", "8.20", component="tax", store="uk", currency="GBP")
    books.mismatched(48)
    books.hostile(49)
    return books.rows


class Books:
    """The rows so far; every case is written through `add`."""

    def __init__(self, as_of):
        self.as_of = as_of
        self.rows = {
            name: []
            for name in (
                "fct_return_lifecycle",
                "fct_refund_variance",
                "fct_return_lines",
                "fct_return_stage_events",
                "fct_restock_exposure",
                "fct_sync_gates",
                "fct_sync_actions",
                "fct_reconciliation_breaks",
            )
        }
        self.rows["fct_tie_out"] = _controls()
        self.rows["rpt_return_diagnostics"] = _questions()

    def ago(self, days):
        return self.as_of - timedelta(days=days)

    def add(self, number, *, stage, days, price, store="us", currency="USD", **said):
        """Write one case of one unit; `said` overrides what a new case looks like."""
        key = f"{store}/return/gid://shopify/Return/{number}"
        names = {
            "case_key": key,
            "case_name": f"#{1000 + number}-R1",
            "store": store,
            "currency": currency,
        }
        lifecycle = {
            **names,
            **_lifecycle_defaults(number),
            "current_stage": stage,
            "days_in_stage": days,
            "requested_at": self.ago(days + 9),
            **{name: value for name, value in said.items() if not name.endswith("_amount")},
        }
        self.rows["fct_return_lifecycle"].append(lifecycle)
        amounts = {name: value for name, value in said.items() if name.endswith("_amount")}
        self.rows["fct_refund_variance"].append(
            {
                **names,
                "kind": "return",
                **_variance_defaults(),
                **amounts,
            }
        )
        self._events(names, lifecycle, Decimal(price))
        return names, self.rows["fct_refund_variance"][-1]

    def finished(self, number, *, store, currency, price):
        names, _ = self.add(
            number,
            stage="complete",
            days=number,
            price=price,
            store=store,
            currency=currency,
            **_statuses("done", "done", "done", "done"),
            **self._moments(number + 8),
            is_storefront_complete=True,
            is_erp_complete=True,
            **_units(1, 1, 1),
            settled_at=self.ago(number),
        )
        self._amounts(names, price, price, price, price)
        self._gate(names, "issue_refund", "done", [], amount=price)

    def waiting(self, number, stage, *, days, target):
        order = ["awaiting_confirmation", "awaiting_receipt", "awaiting_inspection"]
        order += ["awaiting_posting", "awaiting_payout"]
        place = order.index(stage) if stage in order else 0
        posted = place == 4
        names, _ = self.add(
            number,
            stage=stage,
            days=days,
            price="30.00",
            **_statuses(
                "in_progress" if place == 0 else "done",
                ("not_started", "not_started", "in_progress", "done", "done")[place],
                "done" if posted else "not_started",
                "not_started",
            ),
            approved_at=self.ago(days + 7) if place else None,
            received_at=self.ago(days + 2) if place > 1 else None,
            inspected_at=self.ago(days + 1) if place > 2 else None,
            credited_at=self.ago(days) if posted else None,
            stage_target_days=target,
            is_overdue=target is not None and days > target,
            is_erp_complete=posted,
            **_units(int(place > 1), int(place > 2), 0),
        )
        self._amounts(names, "0", "0", "30.00" if posted else "0", "30.00")
        if posted:
            self._gate(names, "issue_refund", "ready", [], amount="30.00")
        elif stage != "declined":
            self._gate(names, "issue_refund", "held", ["credit_not_posted", "not_inspected"])
        if place == 3:
            self._gate(names, "restock", "ready", [], sku="MUG-BLUE", quantity=1)

    def falsely_complete(self, number, *, days, price, store="us", currency="USD"):
        names, _ = self.add(
            number,
            stage="awaiting_inspection",
            days=days,
            price=price,
            store=store,
            currency=currency,
            **_statuses("done", "in_progress", "not_started", "done"),
            approved_at=self.ago(days + 7),
            received_at=self.ago(days),
            refunded_at=self.ago(days + 1),
            closed_at=self.ago(days + 1),
            stage_target_days=3,
            is_overdue=days > 3,
            is_storefront_complete=True,
            is_falsely_complete=True,
            is_refunded_before_inspection=True,
            is_restocked_before_inspection=True,
            **_units(1, 0, 1),
        )
        self._amounts(names, price, price, "0", price)
        found = self.rows["fct_refund_variance"][-1]
        found |= {"root_cause": "awaiting_credit_memo", "quantity_component": Decimal(price)}
        found |= {"settled_amount": Decimal(0), "settlement_variance_amount": -Decimal(price)}
        self._gate(names, "issue_refund", "held", ["already_refunded", "not_inspected"])
        self._gate(names, "quarantine", "ready", [], sku=f"SKU-{number}", quantity=1)
        self.rows["fct_restock_exposure"].append(
            {
                **names,
                "order_line_id": f"gid://shopify/LineItem/{number}",
                "sku": f"SKU-{number}",
                "location": "Rotterdam" if store == "us" else "Leeds",
                "peak_quantity": 1,
                "open_quantity": 1,
                "unit_hours": Decimal(24 * (days + 1)),
                "peak_amount": Decimal(price),
                "open_amount": Decimal(price),
                "sold_quantity": number % 3,
                "at_risk_quantity": min(1, number % 3),
                "failed_quantity": int(number == 33),
                "first_exposed_at": self.ago(days + 1),
            }
        )
        self._break(names, "restock_before_inspection", price, "warehouse")

    def differing(self, number, cause, variance, *, component, store="us", currency="USD", age=4):
        price = Decimal("58.00")
        erp = price - Decimal(variance)
        names, found = self.add(
            number,
            stage="complete",
            days=age,
            price=str(price),
            store=store,
            currency=currency,
            **_statuses("done", "done", "done", "done"),
            **self._moments(age + 3),
            is_storefront_complete=True,
            is_erp_complete=True,
            **_units(1, 1, 1),
            settled_at=self.ago(age),
        )
        self._amounts(names, price, price, erp, price)
        found |= {f"{component}_component": Decimal(variance), "root_cause": cause}
        found |= {"due_at": self.ago(age), "age_days": age}
        found["age_bucket"] = "8-30" if age > 7 else "2-7"
        self._break(names, cause, variance, "finance")

    def mismatched(self, number):
        names, found = self.add(
            number,
            stage="complete",
            days=2,
            price="45.00",
            **_statuses("done", "done", "done", "done"),
            **self._moments(6),
            is_storefront_complete=True,
            is_erp_complete=True,
            **_units(1, 1, 1),
        )
        self._amounts(names, "45.00", "45.00", "0", "45.00")
        found |= {"erp_amount": None, "variance_amount": None, "root_cause": "currency_mismatch"}
        found |= {"reversal_variance_amount": None}
        found |= {f"{name}_component": None for name in COMPONENTS}

    def hostile(self, number):
        """A case whose names come from somebody who means harm."""
        self.waiting(number, "awaiting_receipt", days=40, target=14)
        for table in ("fct_return_lifecycle", "fct_refund_variance"):
            self.rows[table][-1]["case_name"] = HOSTILE
        self.rows["fct_return_lifecycle"][-1] |= {"order_name": HOSTILE, "rma_number": "+1+1"}

    def _moments(self, days):
        return {
            "approved_at": self.ago(days),
            "received_at": self.ago(days - 0.5),
            "inspected_at": self.ago(days - 1.5),
            "credited_at": self.ago(days - 2),
            "refunded_at": self.ago(days - 2.2),
        }

    def _amounts(self, names, storefront, paid, erp, expected):
        found = self.rows["fct_refund_variance"][-1]
        sides = [Decimal(side) for side in (storefront, paid, erp, expected)]
        found |= {
            "storefront_amount": sides[0],
            "paid_amount": sides[1],
            "settled_amount": sides[1] or None,
            "erp_amount": sides[2],
            "expected_amount": sides[3],
            "variance_amount": sides[0] - sides[2],
            "reversal_variance_amount": sides[2] - sides[3] if sides[2] else None,
            "payout_variance_amount": sides[1] - sides[0] if sides[0] else None,
            "settlement_variance_amount": Decimal(0) if sides[1] else None,
            "bank_reference": f"7421{names['case_name'][1:5]}0031" if sides[1] else None,
        }
        if not sides[0] and sides[2]:
            found |= {"root_cause": "awaiting_refund", "quantity_component": -sides[2]}
        elif not sides[0]:
            found["root_cause"] = "not_due"
        self._line(names, sides)

    def _line(self, names, sides):
        number = names["case_key"].rsplit("/", 1)[1]
        zero = Decimal(0)
        line = {
            **names,
            "order_line_id": f"gid://shopify/LineItem/{number}",
            "sku": f"SKU-{number}",
            "return_reason": "unwanted",
            "tax_codes": "US-10",
            "original_tax_codes": "US-10",
            "ordered_quantity": 2,
            "requested_quantity": 1,
            "refunded_quantity": int(sides[0] > 0),
            "credited_quantity": int(sides[2] > 0),
        }
        for side, amount in zip(("storefront", "erp", "expected"), (0, 2, 3), strict=True):
            line |= {f"{side}_gross_amount": sides[amount], f"{side}_discount_amount": zero}
            line[f"{side}_tax_amount"] = zero
        self.rows["fct_return_lines"].append(line)

    def _gate(self, names, action, decision, reasons, *, amount=None, sku=None, quantity=None):
        rows = self.rows["fct_sync_gates"]
        rows.append(
            {
                **names,
                "action": action,
                "decision": decision,
                "hold_reasons": reasons,
                "amount": None if amount is None else Decimal(amount),
                "sku": sku,
                "quantity": quantity,
                "gate_key": f"gate-{len(rows)}",
                "evidence": "",
            }
        )

    def _break(self, names, kind, amount, owner):
        self.rows["fct_reconciliation_breaks"].append(
            {
                **names,
                "break_key": f"{names['case_key']}/{kind}",
                "break_type": kind,
                "amount": Decimal(amount),
                "owner_role": owner,
                "next_step": "Quarantine the units until they are inspected.",
                "status": "open",
            }
        )

    def _events(self, names, lifecycle, price):
        told = (
            ("requested_at", "confirmation", "requested", "storefront", "return"),
            ("approved_at", "confirmation", "approved", "storefront", "return"),
            ("received_at", "inspection", "received", "erp", "item_receipt"),
            ("inspected_at", "inspection", "inspected", "erp", "inspection"),
            ("credited_at", "posting", "credited", "erp", "credit_memo"),
            ("refunded_at", "payout", "refunded", "storefront", "refund"),
            ("settled_at", "payout", "settled", "processor", "settlement"),
        )
        number = names["case_key"].rsplit("/", 1)[1]
        self.rows["fct_return_stage_events"] += [
            {
                **names,
                "stage": stage,
                "event": event,
                "system": system,
                "document_type": document,
                "document_number": f"{document[:2].upper()}-{number}",
                "occurred_at": lifecycle[moment],
                "quantity": 1 if stage == "inspection" else None,
                "amount": price if stage in ("posting", "payout") else None,
            }
            for moment, stage, event, system, document in told
            if lifecycle.get(moment)
        ]


def _statuses(*values):
    return {f"{stage}_status": value for stage, value in zip(STAGES, values, strict=True)}


def _units(received, passed, refunded):
    return {
        "requested_quantity": 1,
        "received_quantity": received,
        "passed_quantity": passed,
        "failed_quantity": 0,
        "refunded_quantity": refunded,
        "credited_quantity": int(passed and refunded),
        "restocked_quantity": 0,
    }


def _lifecycle_defaults(number):
    flags = ("is_storefront_complete", "is_erp_complete", "is_falsely_complete", "is_overdue")
    flags += ("is_refunded_before_inspection", "is_restocked_before_inspection", "is_exchange")
    flags += (
        "is_never_charged",
        "is_credited_before_receipt",
        "is_bundle",
        "is_partial",
        "is_promotional",
    )
    return {
        "kind": "return",
        "order_id": f"gid://shopify/Order/{5000 + number}",
        "order_name": f"#{1000 + number}",
        "return_id": f"gid://shopify/Return/{number}",
        "return_name": f"#{1000 + number}-R1",
        "rma_id": str(number),
        "rma_number": f"RMA{7000 + number}",
        "channel": "d2c",
        "link_method": "explicit",
        **dict.fromkeys(flags, False),
    }


def _variance_defaults():
    return {
        **{f"{name}_component": Decimal(0) for name in COMPONENTS},
        "exchange_amount": Decimal(0),
        "root_cause": "none",
        "is_cutoff": False,
        "is_applied_elsewhere": False,
    }


def _controls():
    control = {"system": "erp", "store": "all", "period": "all", "currency": "USD"}
    return [
        control
        | {
            "control": name,
            "source_count": 31,
            "source_amount": Decimal("1204.55"),
            "mart_count": 31,
            "mart_amount": Decimal("1204.55"),
            "is_tied": True,
        }
        for name in ("credits", "credit_totals")
    ]


def _questions():
    return [
        {
            "question": question,
            "store": "us",
            "currency": "USD",
            "numerator": yes,
            "denominator": 40,
            "rate": Decimal(yes) / 40,
            "amount": Decimal("12.50"),
            "verdict": verdict,
        }
        for question, yes, verdict in (
            ("refunds_match", 38, "attention"),
            ("stock_after_inspection", 30, "bad"),
            ("stages_are_visible", 40, "good"),
        )
    ]


def _ops(as_of, *, name, is_complete, failing):
    names = ("orders_are_fresh", "credits_tie_out", "no_return_is_over_credited")
    return {
        "publication": [
            {"id": name, "as_of": as_of, "published_at": as_of, "is_complete": is_complete}
        ],
        "checks": [
            {
                "asset": "marts/fct_tie_out",
                "name": check,
                "passed": check not in failing,
                "severity": "error",
                "metadata": json.dumps({"rows": 0}),
                "evaluated_at": as_of,
            }
            for check in (*names, *(set(failing) - set(names)))
        ],
        "runs": [
            {
                "run_id": "run-1",
                "job": "whole_run",
                "run_status": "success",
                "step": "publication",
                "status": "success",
                "started_at": as_of - timedelta(seconds=40),
                "finished_at": as_of,
            }
        ],
        "freshness": [
            {
                "system": system,
                "stream": stream,
                "source": source,
                "row_count": 120,
                "newest_record_at": as_of - timedelta(hours=1),
                "extracted_at": as_of,
            }
            for system, stream, source in (
                ("shopify", "returns", "us"),
                ("shopify", "refunds", "us"),
                ("netsuite", "transactions", "erp"),
            )
        ],
        "meanings": [
            {
                "table_name": "fct_tie_out",
                "column_name": column,
                "data_type": None if column is None else "varchar",
                "description": meaning,
            }
            for column, meaning in (
                (None, "One row per control."),
                ("control", "What is compared."),
            )
        ],
    }


def _create(connection, table, columns, rows):
    connection.execute(f"create table {table} ({columns})")
    if not rows:
        return
    names = sorted({name for row in rows for name in row})
    held = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
    connection.register("held", held)
    connection.execute(f"insert into {table} by name select * from held")
    connection.unregister("held")
