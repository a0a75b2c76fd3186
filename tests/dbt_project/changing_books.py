"""Two systems whose records arrive late, change, are voided, deleted and cancelled at random."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import duckdb

from orchestration.assets.builds import TELL_BY_ABSENCE
from orchestration.extract.streams import STREAMS, System
from orchestration.landing import create_source_views, land

DOCUMENTS = (
    "sales_orders",
    "invoices",
    "cash_sales",
    "return_authorizations",
    "item_receipts",
    "credit_memos",
    "cash_refunds",
)
# The lines of a document, their taxes and links are read and landed together.
DETAILS = {
    "transaction_lines": "transaction",
    "transaction_tax_details": "transaction",
    "transaction_links": "nextdoc",
}
START = datetime(2026, 1, 1, tzinfo=UTC)


class ChangingBooks:
    """
    The records of an extraction, given out at random to a landing of their own.

    A unit is what lands at once: one record, or all details of one ERP document.
    """

    def __init__(self, landing, *, given, chance):
        self.landing = landing
        self.chance = chance
        self.step = 0
        self.units = _units(given)
        self.waiting = sorted(self.units)
        self.landed = []
        chance.shuffle(self.waiting)

    def arrive(self, count):
        """Land so many units that nobody has seen yet."""
        arriving, self.waiting = self.waiting[:count], self.waiting[count:]
        self._land(arriving)
        self.landed += arriving

    def change(self, count):
        """Change so many units that landed already, and land them again."""
        changed = self.chance.sample(self.landed, min(count, len(self.landed)))
        for unit in changed:
            for stream, record in self.units[unit]:
                change(stream, record, chance=self.chance)
        deleted = [unit for unit in changed if unit[1] in DOCUMENTS and self.chance.random() < 0.2]
        for unit in deleted:
            self.units[unit] = [
                *self.units[unit],
                ("deleted_records", _deletion(unit, at=_moment(self.chance))),
            ]
        self._land(changed)

    def keys(self):
        """Return the keys of all that has landed, by stream and store."""
        landed = defaultdict(set)
        for unit in self.landed:
            for stream, record in self.units[unit]:
                landed[unit[0], stream, unit[2]].add(_key(unit[0], stream, record))
        return dict(landed)

    def _land(self, units):
        self.step += 1
        batches = defaultdict(list)
        for unit in units:
            for stream, record in self.units[unit]:
                batches[unit[0], stream, unit[2]].append(record)
        for (system, name, store), records in sorted(batches.items()):
            stream = STREAMS[System(system), name]
            answer = records
            for field in reversed(stream.records):
                answer = {field: answer}
            land(
                self.landing,
                stream,
                [json.dumps(answer).encode()],
                source=store,
                run_id=f"step-{self.step:04d}",
                extracted_at=START + timedelta(minutes=self.step),
                since=None,
            )


def keys_of(given):
    """Return the keys of the records of a landing, by stream and store."""
    return {
        (system, name, store): {_key(system, name, record) for record in records}
        for (system, name, store), records in given.items()
    }


def given_records(landing):
    """Return the newest version of every landed record, by system, stream and store."""
    given = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        create_source_views(connection, landing)
        for (system, name), stream in STREAMS.items():
            # It tells by what it leaves out, and brings a build of everything each time.
            if (system, name) in TELL_BY_ABSENCE:
                continue
            columns = ", ".join(f'"{column}"' for column in stream.columns)
            fields = ", ".join(f'"{column}" := "{column}"' for column in stream.columns)
            keys = ", ".join(["_store", *(f'"{key}"' for key in stream.key)])
            rows = connection.execute(f"""
                select _store, to_json(struct_pack({fields}))
                from (
                    select _store, {columns} from "{system}"."{name}"
                    qualify row_number() over (
                        partition by {keys} order by _extracted_at desc, _batch_id desc
                    ) = 1
                )
                order by all
            """).fetchall()
            for store, text in rows:
                given.setdefault((str(system), name, store), []).append(json.loads(text))
    return given


def _units(given):
    units = defaultdict(list)
    for (system, name, store), records in given.items():
        for record in records:
            key = DETAILS.get(name)
            if key:
                units[system, "details", store, str(record[key])].append((name, record))
            else:
                units[system, name, store, "/".join(_key(system, name, record))].append(
                    (name, record)
                )
    return dict(units)


def _key(system, name, record):
    return tuple(str(record[part]) for part in STREAMS[System(system), name].key)


def _deletion(unit, *, at):
    return {"recordid": int(unit[3]), "type": unit[1], "deleteddate": at}


def _moment(chance):
    return (
        datetime(2026, 2, 15, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 60))
    ).isoformat()


def change(stream, record, *, chance):
    """Change one record in a way its system could."""
    changes = CHANGES.get(stream)
    if changes:
        chance.choice(changes)(record, chance)


def _put(field, *values):
    def changed(record, chance):
        record[field] = chance.choice(values)

    return changed


def _move(field):
    def changed(record, chance):
        record[field] = _moment(chance)

    return changed


def _rename(record, chance):
    record["name"] = f"#{chance.randrange(1000, 1100)}"


def _edit_line(record, chance):
    for line in record["lineItems"]["nodes"]:
        line["quantity"] += chance.choice([0, 1])


def _return_more(record, chance):
    for line in record["returnLineItems"]["nodes"]:
        line["quantity"] = max(1, line["quantity"] + chance.choice([-1, 0, 1]))


def _refund_otherwise(record, chance):
    for line in record["refundLineItems"]["nodes"]:
        line["restockType"] = chance.choice(["RETURN", "NO_RESTOCK"])
        line["subtotalSet"]["shopMoney"]["amount"] += chance.choice([-1, 0, 1])
    for payment in record["transactions"]["nodes"]:
        payment["status"] = chance.choice(["SUCCESS", "FAILURE", "PENDING"])


def _dispose_otherwise(record, chance):
    for order in record["reverseFulfillmentOrders"]["nodes"]:
        for line in order["lineItems"]["nodes"]:
            for disposition in line["dispositions"]:
                disposition["type"] = chance.choice(["RESTOCKED", "PROCESSING_REQUIRED"])
                disposition["createdAt"] = _moment(chance)


def _credit_more(record, chance):
    if record.get("foreignamount"):
        record["foreignamount"] += chance.choice([-1, 0, 1])


HEADER_CHANGES = [
    _move("createddate"),
    _put("voided", "T", "F"),
    _put("storefront_order", None, "#1001", "#1002"),
    _put("storefront_return", None, "#1001-R1", "#1002-R1"),
]
CHANGES = {
    "orders": [_rename, _edit_line, _put("test", *(True, False)), _move("processedAt")],
    "returns": [
        _put("status", "REQUESTED", "OPEN", "CLOSED", "CANCELED", "DECLINED"),
        _return_more,
        _move("createdAt"),
        _move("closedAt"),
    ],
    "refunds": [_refund_otherwise, _move("processedAt")],
    "dispositions": [_dispose_otherwise],
    "balance_transactions": [_move("transactionDate")],
    **dict.fromkeys(DOCUMENTS, HEADER_CHANGES),
    "return_authorizations": [*HEADER_CHANGES, _put("status", *"ABCDEFGH")],
    "transaction_lines": [_credit_more, _put("createdfrom", None)],
    "inspections": [
        _put("result", "Pass", "Fail", "Pending", "Odd"),
        _put("isinactive", "T", "F"),
        _move("inspected"),
    ],
}
