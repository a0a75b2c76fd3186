"""What people do in the ERP after its books were opened: documents change, come, and go."""

# ruff: noqa: S608 - names are declared in code.

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.sandbox.erp_books import ErpBooks

LINES = ("transactionline", "transactiontaxdetail", "inventoryassignment")
# What stands in place of a type where a record of an account's own was deleted: its type's number.
INSPECTION_TYPE = "271"


@dataclass(frozen=True)
class ErpChanges:
    """Changes of one account's books; `at` is the time that the ERP keeps of each."""

    books: ErpBooks

    def edit_document(self, document: int, *, at: datetime, memo: str) -> None:
        """Change a header."""
        self._change(
            'update "transaction" set memo = ?, lastmodifieddate = ? where id = ?',
            memo,
            at,
            document,
        )

    def edit_line(self, document: int, line: int, *, at: datetime, location: int) -> None:
        """Change a line alone: its document's header keeps its time."""
        self._change(
            "update transactionline set location = ?, linelastmodifieddate = ?"
            " where transaction = ? and id = ?",
            location,
            at,
            document,
            line,
        )

    def remove_line(self, document: int, line: int, *, at: datetime) -> None:
        """Remove a line, with its taxes and what it is linked to."""
        self._change(
            "delete from transactionline where transaction = ? and id = ?", document, line
        )
        self._change(
            "delete from transactiontaxdetail where transaction = ? and line = ?", document, line
        )
        self._change(
            "delete from transactionlinelink where nextdoc = ? and nextline = ?", document, line
        )
        self._touch(document, at)

    def apply_credit(self, credit: int, invoice: int, *, amount: Decimal, at: datetime) -> None:
        """Apply a credit to an invoice: only the credit is changed by it."""
        self._change(
            "insert into transactionlinelink values (?, 0, 'CustInvc', ?, 0, 'CustCred',"
            " 'Payment', ?, ?)",
            invoice,
            credit,
            amount,
            at,
        )
        self._touch(credit, at)

    def unapply_credit(self, credit: int, *, at: datetime) -> None:
        """Take back what a credit was applied to."""
        self._change(
            "delete from transactionlinelink where nextdoc = ? and linktype = 'Payment'", credit
        )
        self._touch(credit, at)

    def copy_document(self, document: int, copy: int, *, at: datetime) -> None:
        """Enter a document like another, its lines and taxes too, linked to nothing."""
        self._change(
            'insert into "transaction" select * replace (? as id, ? as createddate,'
            ' ? as lastmodifieddate) from "transaction" where id = ?',
            copy,
            at,
            at,
            document,
        )
        self._change(
            "insert into transactionline select * replace (? as transaction,"
            " ? as linelastmodifieddate) from transactionline where transaction = ?",
            copy,
            at,
            document,
        )
        self._change(
            "insert into transactiontaxdetail select * replace (? as transaction)"
            " from transactiontaxdetail where transaction = ?",
            copy,
            document,
        )

    def delete_document(self, document: int, *, at: datetime, is_recorded: bool = True) -> None:
        """Delete a document; that it was is not always recorded."""
        if is_recorded:
            self._change(
                "insert into deletedrecord (recordid, type, deleteddate)"
                ' select id, type, ? from "transaction" where id = ?',
                at,
                document,
            )
        self._change('delete from "transaction" where id = ?', document)
        for table in LINES:
            self._change(f"delete from {table} where transaction = ?", document)
        self._change("delete from transactionlinelink where ? in (nextdoc, previousdoc)", document)

    def delete_inspection(
        self, inspection: int, *, at: datetime, is_recorded: bool = True
    ) -> None:
        """Delete a record of an inspection; that it was is not always recorded."""
        if is_recorded:
            self._change(
                "insert into deletedrecord (recordid, type, deleteddate) values (?, ?, ?)",
                inspection,
                INSPECTION_TYPE,
                at,
            )
        self._change("delete from customrecord_return_inspection where id = ?", inspection)

    def _touch(self, document: int, at: datetime) -> None:
        self._change('update "transaction" set lastmodifieddate = ? where id = ?', at, document)

    def _change(self, sql: str, *parameters: object) -> None:
        self.books.change(sql, parameters)
