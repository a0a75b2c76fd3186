"""Books that move while they are read: sales, returns, refunds and credits come, change and go."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from orchestration.sandbox.erp_books import ErpBooks
from orchestration.sandbox.erp_records import rows_of
from orchestration.sandbox.scenario import Scenario
from orchestration.sandbox.server import Books
from orchestration.sandbox.storefront_records import records_of

# What of a flow is recorded when, in both systems.
STAGES = ("sale", "return", "refund")
STOREFRONT_STAGE = {
    "Return": "return",
    "ReverseFulfillmentOrder": "return",
    "Refund": "refund",
    "ShopifyPaymentsBalanceTransaction": "refund",
    "ShopifyPaymentsPayout": "refund",
}
ERP_STAGE = {
    "RtnAuth": "return",
    "ItemRcpt": "return",
    "CustCred": "refund",
    "CashRfnd": "refund",
}
# The field by which the storefront finds a change.
CHANGED_AT = {
    "Order": "updatedAt",
    "InventoryLevel": "updatedAt",
    "ShopifyPaymentsBalanceTransaction": "transactionDate",
    "ShopifyPaymentsPayout": "issuedAt",
    "TenderTransaction": "processedAt",
}
MASTERS = ("item", "currency", "salestaxitem")
Record = dict[str, Any]


@dataclass
class Flow:
    """One flow's records, by the stage at which they come."""

    storefront: list[tuple[str, Record]]
    documents: dict[str, list[int]]
    stage: int = 0


@dataclass
class MovingBooks:
    """A sandbox's books, and the flows that are still to come into them."""

    books: Books
    random: Random
    now: datetime
    flows: list[Flow] = field(default_factory=list)
    open_returns: list[tuple[str, Record]] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    happened: list[str] = field(default_factory=list)

    def expect(self, scenarios: Sequence[Scenario], folder: Path) -> None:
        """Take in flows that come later; the ERP's rows wait in a file beside its books."""
        future = ErpBooks(folder / "future.duckdb")
        future.load(row for scenario in scenarios for row in rows_of(scenario))
        future.close()
        self._change(f"attach '{folder / 'future.duckdb'}' as future (read_only)")
        for name in MASTERS:
            self._change(
                f'insert into "{name}" select * from future."{name}"'
                f' where id not in (select id from "{name}")'
            )
        self.flows += [_flow(scenario) for scenario in scenarios]

    def move(self) -> None:
        """Let some hours pass, in which a few things happen."""
        self.now += timedelta(minutes=self.random.randrange(20, 400))
        events: list[Callable[[], None]] = [self._come, self._come, self._void, self._edit]
        events += [self._close_a_return, self._delete]
        for event in self.random.choices(events, weights=[6, 6, 1, 2, 3, 1], k=3):
            event()

    def _come(self) -> None:
        """Record the next stage of a flow."""
        waiting = [flow for flow in self.flows if flow.stage < len(STAGES)]
        if not waiting:
            return
        flow = self.random.choice(waiting[:5])
        stage, flow.stage = STAGES[flow.stage], flow.stage + 1
        for store, record in flow.storefront:
            if record["__typename"] == "Order" or _stage_of(record) == stage:
                self.books.storefront.replace(store, self._as_of(record, flow.stage))
            if record["__typename"] == "Return" and stage == "return":
                self.open_returns.append((store, record))
        self._post(flow.documents.get(stage, []))
        self.happened.append(stage)

    def _as_of(self, record: Record, stage: int) -> Record:
        """Return a record as it is at a stage, changed now."""
        copied = json.loads(json.dumps(record))
        changed_at = CHANGED_AT.get(record["__typename"])
        if changed_at:
            copied[changed_at] = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        if record["__typename"] == "Order":
            copied["returns"] = copied["returns"] if stage > 1 else []
            copied["refunds"] = copied["refunds"] if stage > 2 else []
        if record["__typename"] == "Return":
            copied.update(status="OPEN", closedAt=None)
            for order in copied["reverseFulfillmentOrders"]:
                order["status"] = "OPEN"
        if record["__typename"] == "ReverseFulfillmentOrder":
            copied["status"] = "OPEN"
        return copied

    def _close_a_return(self) -> None:
        """Change a return alone: its order does not tell."""
        if not self.open_returns:
            return
        number = self.random.randrange(len(self.open_returns))
        store, record = self.open_returns.pop(number)
        self.books.storefront.replace(store, record)
        for order in record["reverseFulfillmentOrders"]:
            self.books.storefront.replace(store, order)
        self.happened.append("closed return")

    def _post(self, ids: list[int]) -> None:
        self._change(
            'insert into "transaction" select * replace (? as lastmodifieddate)'
            ' from future."transaction" where id in (select unnest(?))',
            self.now,
            ids,
        )
        self._change(
            "insert into transactionline select * replace (? as linelastmodifieddate)"
            " from future.transactionline where transaction in (select unnest(?))",
            self.now,
            ids,
        )
        self._change(
            "insert into transactiontaxdetail select * from future.transactiontaxdetail"
            " where transaction in (select unnest(?))",
            ids,
        )
        self._change(
            "insert into transactionlinelink select * replace (? as lastmodifieddate)"
            " from future.transactionlinelink where nextdoc in (select unnest(?))",
            self.now,
            ids,
        )
        self._change(
            "insert into customrecord_return_inspection select * replace (? as lastmodified)"
            " from future.customrecord_return_inspection"
            " where custrecord_inspection_receipt in (select unnest(?))",
            self.now,
            ids,
        )

    def _void(self) -> None:
        document = self._some_document("CustCred")
        if document:
            self._change(
                "update \"transaction\" set voided = 'T', lastmodifieddate = ? where id = ?",
                self.now,
                document,
            )
            self.happened.append("void")

    def _edit(self) -> None:
        document = self._some_document("RtnAuth", "SalesOrd", "CustInvc")
        if document:
            self._change(
                "update \"transaction\" set status = 'H', lastmodifieddate = ? where id = ?",
                self.now,
                document,
            )
            self.happened.append("edit")

    def _delete(self) -> None:
        document = self._some_document("CustCred", "RtnAuth")
        if not document:
            return
        self._change(
            "insert into deletedrecord (recordid, type, deleteddate)"
            ' select id, type, ? from "transaction" where id = ?',
            self.now,
            document,
        )
        self._change('delete from "transaction" where id = ?', document)
        for table in ("transactionline", "transactiontaxdetail"):
            self._change(f"delete from {table} where transaction = ?", document)
        self._change("delete from transactionlinelink where ? in (nextdoc, previousdoc)", document)
        self.deleted.add(str(document))
        self.happened.append("deletion")

    def _some_document(self, *kinds: str) -> int | None:
        stages = [_document_stage(kind) for kind in kinds]
        come = [
            document
            for flow in self.flows
            for stage in STAGES[: flow.stage]
            if stage in stages
            for document in flow.documents.get(f"{stage} {kinds[0]}", [])
            if str(document) not in self.deleted
        ]
        return self.random.choice(come) if come else None

    def _change(self, sql: str, *parameters: object) -> None:
        self.books.erp.change(sql, parameters)


def _flow(scenario: Scenario) -> Flow:
    documents: dict[str, list[int]] = {}
    for table, row in rows_of(scenario):
        if table == "transaction":
            stage = _document_stage(row["type"])
            documents.setdefault(stage, []).append(row["id"])
            documents.setdefault(f"{stage} {row['type']}", []).append(row["id"])
    return Flow(list(records_of(scenario)), documents)


def _stage_of(record: Record) -> str:
    return STOREFRONT_STAGE.get(record["__typename"], "sale")


def _document_stage(kind: str) -> str:
    return ERP_STAGE.get(kind, "sale")


def drawn(scenarios: Sequence[Scenario], stores: Sequence[str]) -> Iterator[Scenario]:
    """Yield the first flow of each store: what the books are opened with."""
    for store in stores:
        yield next(
            scenario
            for scenario in scenarios
            if {order["store"] for order in scenario.orders.values()} == {store}
        )
