"""An account of the sandbox, changed between extractions, and what has landed of it."""

from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb

from orchestration.assets.erp import (
    CONTROL_TOTALS,
    comes_before,
    land_stream,
    land_totals,
    settle,
)
from orchestration.assets.landing import Landing
from orchestration.extract.http import RepeatRule
from orchestration.extract.netsuite import NetSuiteClient
from orchestration.extract.streams import NETSUITE_STREAMS, TRANSACTION_TYPES
from orchestration.landing import create_source_views
from orchestration.resources.netsuite import fields_of, open_account
from orchestration.resources.settings import read_netsuite
from orchestration.sandbox.erp_changes import ErpChanges

NO_PATIENCE = RepeatRule(attempts=1)
# As the models read it: the newest header, and what was read with the newest lines.
STATE = {
    "documents": """
        select id, type, tranid, status, foreigntotal, voided, lastmodifieddate
        from documents where id not in (select id from gone)
    """,
    "lines": """
        select l.* exclude (_store, _batch_id, _extracted_at, _run_id, lastmodifieddate)
        from netsuite.transaction_lines as l
        inner join rewrites on l.transaction = rewrites.id and l._extracted_at = rewrites.at
        where l.transaction not in (select id from gone)
    """,
    "taxes": """
        select distinct t.transaction, t.line, t.taxcode, t.taxamount
        from netsuite.transaction_tax_details as t
        inner join rewrites on t.transaction = rewrites.id and t._extracted_at >= rewrites.at
        where t.transaction not in (select id from gone)
    """,
    "links": """
        select distinct k.nextdoc, k.nextline, k.previousdoc, k.previousline, k.linktype,
            k.foreignamount
        from netsuite.transaction_links as k
        inner join rewrites on k.nextdoc = rewrites.id and k._extracted_at >= rewrites.at
        where k.nextdoc not in (select id from gone) and k.previousdoc not in (select id from gone)
    """,
    "inspections": """
        select distinct id, receipt, result, quantity from netsuite.inspections
        where _extracted_at >= (select max(_extracted_at) from netsuite.inspection_ids)
        or id in (
            select id from netsuite.inspection_ids
            qualify _extracted_at = max(_extracted_at) over ()
        )
    """,
}
VIEWS = """
    create view documents as
    select * from ({headers})
    qualify row_number() over (
        partition by id order by _extracted_at desc, lastmodifieddate desc, _batch_id desc
    ) = 1;
    create view rewrites as
    select transaction as id, max(_extracted_at) as at
    from netsuite.transaction_lines
    group by all;
    create view gone as
    select recordid as id from netsuite.deleted_records
    union
    select id from documents
    where _extracted_at < (select max(_extracted_at) from netsuite.document_ids)
    and id not in (
        select id from netsuite.document_ids
        qualify _extracted_at = max(_extracted_at) over ()
    );
"""


class Reader:
    """Lands what an account answers, one run after the other."""

    def __init__(self, running, root, *, page_rows=1000, width=1):
        self.settings = read_netsuite(running.environment)
        self.root = root
        self.page_rows, self.width = page_rows, width
        self.lacks = frozenset()
        self.runs = 0

    def run(self, *, wrap=lambda client: client, without=()):
        """Extract once, as the assets do, and return the streams' batches by name."""
        self.runs += 1
        landing = Landing(self.root, f"run-{self.runs}", datetime.now(UTC))
        batches = {}
        with self.client() as opened:
            client = wrap(opened)
            land_totals(landing, client)
            for stream in in_order():
                if stream.name not in without:
                    batches[stream.name] = land_stream(landing, stream, client)
            if not without:
                settle(landing, client)
        return batches

    @contextmanager
    def client(self):
        with open_account(self.settings) as http:
            yield NetSuiteClient(
                http,
                fields=fields_of(self.settings),
                lacks=self.lacks,
                page_rows=self.page_rows,
                width=self.width,
                rule=NO_PATIENCE,
            )

    def state(self):
        """Return what the models would see, as sets of rows by name."""
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            create_source_views(connection, self.root)
            headers = " union all ".join(
                f"select * from netsuite.{name}" for name in TRANSACTION_TYPES
            )
            connection.execute(VIEWS.format(headers=headers))
            return {name: set(connection.execute(sql).fetchall()) for name, sql in STATE.items()}

    def ask(self, sql):
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            create_source_views(connection, self.root)
            return connection.execute(sql).fetchall()


def in_order():
    """Return the streams as their dependencies order them."""
    done, waiting = [], [one for one in NETSUITE_STREAMS if one is not CONTROL_TOTALS]
    while waiting:
        ready = next(one for one in waiting if all(dep in done for dep in comes_before(one)))
        waiting.remove(ready)
        done.append(ready)
    return done


def changes_of(running):
    return ErpChanges(running.books.erp)


def documents_of(running, kind):
    """Return the ids of a type of document."""
    return _ids(running, f"select id from \"transaction\" where type = '{kind}' order by id")


def inspections_of(running):
    """Return the ids of the account's own records of inspections."""
    return _ids(running, "select id from customrecord_return_inspection order by id")


def _ids(running, query):
    return [row["id"] for row in running.books.erp.found(query, [])]
