"""What an account can do: columns, records and features that differ, probed one by one."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from orchestration.extract.errors import StopError
from orchestration.extract.netsuite.endpoint import Endpoint
from orchestration.extract.netsuite.envelope import row_values
from orchestration.extract.netsuite.parts import Query

# Without these something is left out, and what is said here follows.
LEFT_OUT = {
    "transactionline.linelastmodifieddate": "a line that changes alone is read when its document"
    " changes",
    "nexttransactionlinelink.lastmodifieddate": "a link is read when its document changes",
    "deletedrecord": "deletions are found by the weekly lists of all documents and inspections",
    "customrecord_return_inspection": "inspections come from stock statuses and locations alone,"
    " and one that landed before is not looked for among deletions",
}
# What else differs between accounts: a query that answers where it is there.
FEATURES = {
    "transaction.createdfrom": "SELECT t.createdfrom AS x FROM transaction t",
    "transactionline.amount": "SELECT l.amount AS x FROM transactionline l",
    "transactionline.restock": "SELECT l.restock AS x FROM transactionline l",
    "inventoryassignment.bin": "SELECT a.bin AS x FROM inventoryassignment a",
    "inventoryassignment.binnumber": "SELECT a.binnumber AS x FROM inventoryassignment a",
    "transactiontaxdetail": "SELECT d.taxcode AS x FROM transactiontaxdetail d",
    "inventorystatus": "SELECT s.id AS x FROM inventorystatus s",
    "accountingbook": "SELECT b.id AS x FROM accountingbook b",
    "transactionline.linelastmodifieddate": "SELECT l.transaction AS x FROM transactionline l"
    " WHERE SYS_EXTRACT_UTC(l.linelastmodifieddate) IS NOT NULL",
    "nexttransactionlinelink.lastmodifieddate": "SELECT l.nextdoc AS x"
    " FROM NextTransactionLineLink l WHERE SYS_EXTRACT_UTC(l.lastmodifieddate) IS NOT NULL",
    "deletedrecord": "SELECT d.recordid AS x FROM deletedrecord d"
    " WHERE SYS_EXTRACT_UTC(d.deleteddate) IS NOT NULL",
    "customrecord_return_inspection": "SELECT n.id AS x FROM customrecord_return_inspection n",
}
LINK_TYPES = """
SELECT l.previoustype, l.linktype, l.nexttype, COUNT(*) AS n
FROM NextTransactionLineLink l
WHERE l.previoustype IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'CustCred')
GROUP BY l.previoustype, l.linktype, l.nexttype
ORDER BY l.previoustype, l.linktype, l.nexttype
"""
STATUSES = """
SELECT t.type, t.status, COUNT(*) AS n
FROM transaction t
WHERE t.type IN ('SalesOrd', 'CustInvc', 'CashSale', 'RtnAuth', 'ItemRcpt', 'CustCred', 'CashRfnd')
GROUP BY t.type, t.status
ORDER BY t.type, t.status
"""
SIGNS = """
SELECT
  t.type,
  SIGN(l.foreignamount) AS amount_sign,
  SIGN(l.quantity) AS quantity_sign,
  COUNT(*) AS n
FROM transactionline l
INNER JOIN transaction t ON t.id = l.transaction
WHERE t.type IN ('RtnAuth', 'CustCred', 'CashRfnd')
  AND l.mainline = 'F'
  AND l.itemtype = 'InvtPart'
GROUP BY t.type, SIGN(l.foreignamount), SIGN(l.quantity)
ORDER BY t.type, SIGN(l.foreignamount), SIGN(l.quantity)
"""
OBSERVED = {"link_types": LINK_TYPES, "statuses": STATUSES, "signs": SIGNS}

Row = dict[str, str]


class Capabilities(msgspec.Struct, frozen=True):
    """What was probed of an account, and when; the reader leaves out what it lacks."""

    probed_at: datetime
    has: dict[str, bool]
    has_text_values: bool
    observed: dict[str, list[Row]]

    @property
    def lacks(self) -> frozenset[str]:
        """The names of what is left out of an extraction."""
        return frozenset(name for name in LEFT_OUT if not self.has.get(name, True))


def probe(endpoint: Endpoint, *, at: datetime) -> Capabilities:
    """Ask for each feature; only that a query is not accepted says that it is not there."""
    return Capabilities(
        probed_at=at,
        has={name: _has(endpoint, text) for name, text in FEATURES.items()},
        has_text_values=_has_text_values(endpoint),
        observed={name: list(rows(endpoint, Query(text))) for name, text in OBSERVED.items()},
    )


def rows(endpoint: Endpoint, query: Query) -> Iterator[Row]:
    """Yield the rows of a small answer as text."""
    for row in endpoint.ask(query)[1].items:
        values: Mapping[str, msgspec.Raw] = row_values(row)
        yield {
            name: str(msgspec.json.decode(value))
            for name, value in values.items()
            if name != "links"
        }


def _has(endpoint: Endpoint, text: str) -> bool:
    try:
        endpoint.ask(Query(f"SELECT y.x FROM ({text}) y WHERE ROWNUM <= 1"))  # noqa: S608 - declared above
    except StopError:
        return False
    return True


def _has_text_values(endpoint: Endpoint) -> bool:
    found = endpoint.ask(Query("SELECT 1 AS one FROM DUAL"))[1].items
    return bool(found) and isinstance(
        msgspec.json.decode(row_values(found[0]).get("one", b"null")), str
    )
