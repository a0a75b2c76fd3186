"""Extraction after extraction of books that change equals one extraction of the whole."""

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.extract.errors import RepeatError
from orchestration.extract.streams import STREAMS, System
from orchestration.sandbox.erp_account import Account
from orchestration.sandbox.server import serve
from tests.extract.account import Reader, changes_of, documents_of, inspections_of

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FILES = [SCENARIOS / f"{name}.yaml" for name in ("clean_single_return", "two_partial_returns")]
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
HALF = 0.5
FIRST_GIVEN = 10_000  # copies have smaller ids


class Clock:
    """The account's time, which stands until a test sets it."""

    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def first_reading(tmp_path_factory):
    """The books of two return flows at the start, and what a first reading of them landed."""
    folder = tmp_path_factory.mktemp("first")
    with serve(folder / "books", FILES, clock=Clock()) as running:
        Reader(running, folder / "landing").run()
    return folder


@pytest.fixture
def read_once(account, first_reading, tmp_path):
    """Return an account that was read once, and its reader."""
    shutil.copytree(first_reading, tmp_path, dirs_exist_ok=True)
    running = account()
    reader = Reader(running, tmp_path / "landing")
    reader.runs = 1
    return running, reader


@pytest.fixture
def account(tmp_path, clock):
    """Return a function that serves an account of two return flows until the test ends."""
    opened = []

    def start(**preferences):
        serving = serve(tmp_path / "books", FILES, clock=clock, account=Account(**preferences))
        running = serving.__enter__()
        opened.append(serving)
        return running

    yield start
    for serving in opened:
        serving.__exit__(None, None, None)


@pytest.fixture
def equal(tmp_path):
    """Asserts that what a reader landed bit by bit is what a reading of everything lands."""

    def check(running, reader):
        whole = Reader(running, tmp_path / f"whole-{reader.runs}")
        whole.run()
        expected, found = whole.state(), reader.state()
        assert {name: found[name] ^ expected[name] for name in expected} == {
            name: set() for name in expected
        }

    return check


def test_a_line_that_changed_without_its_header_is_read_again(read_once, clock, equal):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    clock.pass_by(days=5)
    changes_of(running).edit_line(credit, 1, at=clock(), location=77)

    batches = reader.run()

    assert sum(batch.rows for batch in batches["credit_memos"]) == 0
    assert (credit, 77) in reader.ask(
        "select transaction, location from netsuite.transaction_lines where location is not null"
    )
    equal(running, reader)


def test_lines_that_changed_while_the_role_did_not_show_it_are_read_once_it_does(
    account, clock, tmp_path, equal
):
    running = account()
    reader = Reader(running, tmp_path / "landing")
    reader.lacks = {"transactionline.linelastmodifieddate"}
    reader.run()
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).edit_line(credit, 1, at=clock.pass_by(days=5), location=77)
    clock.pass_by(days=5)
    reader.run()

    reader.lacks = ()
    clock.pass_by(days=5)
    reader.run()

    equal(running, reader)


def test_findings_of_before_the_role_showed_them_are_read_once_it_does(account, clock, tmp_path):
    running = account()
    whole, reader = (Reader(running, tmp_path / name) for name in ("whole", "landing"))
    findings = "select id from netsuite.inspections order by id"
    whole.run()
    reader.lacks = {"customrecord_return_inspection"}
    reader.run()
    with reader.client() as client:
        assert list(client.records_by_id(STREAMS[System.NETSUITE, "inspections"], [1])) == []
    clock.pass_by(days=30)
    assert len(reader.run()["inspection_ids"]) == 1
    assert reader.run()["inspection_ids"] == [], "once a week it is said that nothing was asked"
    assert reader.ask(findings) == []

    reader.lacks = ()
    reader.run()

    assert reader.ask(findings) == whole.ask(findings) != []


def test_what_several_authorities_levy_under_one_code_is_read_whole_however_pages_fall(
    account, tmp_path
):
    running = account()
    (credit, *_) = documents_of(running, "CustCred")
    taxes = "select sum(taxamount) from netsuite.transaction_tax_details"
    once = Reader(running, tmp_path / "once")
    once.run()
    ((before,),) = once.ask(taxes)
    for levied in (Decimal("0.50"), Decimal("0.25")):
        running.books.erp.change(
            "insert into transactiontaxdetail (transaction, line, taxcode, taxamount)"
            " select transaction, line, taxcode, ? from transactiontaxdetail"
            " where transaction = ? limit 1",
            [levied, credit],
        )

    reader = Reader(running, tmp_path / "landing", page_rows=2)
    reader.run()

    assert reader.ask(taxes) == [(before + Decimal("0.75"),)]
    key = ", ".join(STREAMS[System.NETSUITE, "transaction_tax_details"].key)
    twice = f"select {key} from netsuite.transaction_tax_details group by all having count(*) > 1"
    assert reader.ask(twice) == []


def test_a_link_that_names_no_line_is_one_of_the_whole_document_however_pages_fall(
    account, clock, tmp_path
):
    running = account()
    (credit, *_), (order, *_) = (
        documents_of(running, "CustCred"),
        documents_of(running, "SalesOrd"),
    )
    for value in (1, 2, 3):
        running.books.erp.change(
            "insert into transactionlinelink values"
            " (?, null, 'SalesOrd', ?, null, 'CustCred', ?, ?, ?)",
            [order, credit, f"Whole{value}", value, clock.pass_by(hours=3)],
        )

    with Reader(running, tmp_path, page_rows=1).client() as client:
        links = STREAMS[System.NETSUITE, "transaction_links"]
        changes = STREAMS[System.NETSUITE, "link_changes"]
        read = [
            [row for page in pages for row in json.loads(page)["items"]]
            for pages in (
                client.records_by_id(links, [credit]),
                client.pages(changes, since=clock() - timedelta(hours=8)),
            )
        ]

    for rows in read:
        assert [
            (row["nextline"], row["previousline"])
            for row in sorted(rows, key=lambda row: row["linktype"])
            if row["linktype"].startswith("Whole")
        ] == [("0", "0")] * 3


def test_a_line_that_is_gone_takes_its_taxes_and_links_with_it(read_once, clock, equal):
    running, reader = read_once
    before = reader.state()
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).remove_line(credit, 1, at=clock.pass_by(days=1))

    reader.run()

    equal(running, reader)
    after = reader.state()
    assert all(len(after[name]) < len(before[name]) for name in ("lines", "taxes", "links"))


def test_what_a_credit_is_applied_to_follows_the_credit(read_once, clock, equal):
    running, reader = read_once
    credit, invoice = documents_of(running, "CustCred")[0], documents_of(running, "SalesOrd")[0]
    applied = "select foreignamount from netsuite.transaction_links where foreignamount = 11.25"
    changes_of(running).apply_credit(
        credit, invoice, amount=Decimal("11.25"), at=clock.pass_by(hours=3)
    )
    reader.run()
    assert len(reader.ask(applied)) == 1
    equal(running, reader)

    changes_of(running).unapply_credit(credit, at=clock.pass_by(hours=3))
    reader.run()
    equal(running, reader)


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "unrecorded"])
def test_a_document_that_is_gone_is_found_so_within_a_week(read_once, clock, equal, is_recorded):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    at = clock.pass_by(hours=2)
    changes_of(running).delete_document(credit, at=at, is_recorded=is_recorded)

    assert reader.run()["document_ids"] == []
    assert (credit in {row[0] for row in reader.state()["documents"]}) is not is_recorded

    clock.pass_by(days=7)
    reader.run()
    equal(running, reader)


def test_an_inspection_that_is_gone_is_found_so_within_a_week(read_once, clock, equal):
    running, reader = read_once
    inspection, *_ = inspections_of(running)
    changes_of(running).delete_inspection(inspection, at=clock.pass_by(hours=2), is_recorded=False)

    assert reader.run()["inspection_ids"] == []

    clock.pass_by(days=7)
    reader.run()
    equal(running, reader)


def test_a_recorded_deletion_that_may_be_of_an_inspection_brings_the_list_at_once(
    read_once, clock, equal
):
    running, reader = read_once
    inspection, *_ = inspections_of(running)
    changes_of(running).delete_inspection(inspection, at=clock.pass_by(hours=2))
    clock.pass_by(minutes=1)

    reader.run()

    equal(running, reader)
    clock.pass_by(hours=2)
    assert reader.run()["inspection_ids"] == [], "it was listed since"


def test_an_inspection_that_no_window_showed_is_read_by_its_id(read_once, clock, equal):
    running, reader = read_once
    running.books.erp.change(
        "insert into customrecord_return_inspection select * replace (7 as id)"
        " from customrecord_return_inspection limit 1"
    )
    clock.pass_by(days=8)

    reader.run()

    assert (7,) in reader.ask("select id from netsuite.inspections")
    equal(running, reader)


class HalfAList:
    """A client whose answers to one stream break off after the first page."""

    def __init__(self, client, stream):
        self.client, self.stream = client, stream
        self.records_by_id, self.server_time = client.records_by_id, client.server_time

    def pages(self, stream, *, since):
        pages = self.client.pages(stream, since=since)
        if stream.name != self.stream:
            return pages
        return self._broken_off(pages)

    @staticmethod
    def _broken_off(pages):
        yield next(iter(pages))
        raise RepeatError("the line is down")


def test_half_a_list_of_inspections_takes_none_away(account, clock, tmp_path):
    running = account()
    reader = Reader(running, tmp_path / "landing", page_rows=1)
    reader.run()
    whole = reader.state()["inspections"]
    assert len(whole) > 1
    clock.pass_by(days=8)

    with pytest.raises(RepeatError):
        reader.run(wrap=lambda client: HalfAList(client, "inspection_ids"))

    assert reader.state()["inspections"] == whole


def test_documents_of_one_second_over_the_edge_of_a_page_are_all_read(account, clock, tmp_path):
    running = account()
    reader = Reader(running, tmp_path / "landing", page_rows=7, width=3)
    reader.run()
    (credit, *_) = documents_of(running, "CustCred")
    at = clock.pass_by(hours=1)
    for number in range(100):
        changes_of(running).copy_document(credit, 1000 + number, at=at)

    reader.run()

    rows = reader.ask("select id from netsuite.credit_memos where id < 2000")
    assert sorted(row[0] for row in rows) == list(range(1000, 1100))


def test_a_document_that_shows_late_is_read_with_the_next_window(read_once, clock):
    running, reader = read_once
    clock.pass_by(hours=1)
    reader.run()
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).copy_document(credit, 1001, at=clock() - timedelta(minutes=5))
    changes_of(running).copy_document(credit, 1002, at=clock() - timedelta(hours=20))
    clock.pass_by(hours=1)

    reader.run()
    assert reader.ask("select id from netsuite.credit_memos where id < 2000") == [(1001,)]

    clock.pass_by(days=1)
    reader.run()
    assert (1002,) in reader.ask("select id from netsuite.credit_memos where id < 2000")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 4, tzinfo=UTC)], ids=str
)
def test_no_hour_of_a_night_when_the_clocks_change_is_lost(tmp_path, clock, account, zone, night):
    clock.now = night - timedelta(days=2)
    running = account(zone=zone)
    reader = Reader(running, tmp_path / "landing", page_rows=7)
    reader.run()
    (credit, *_) = documents_of(running, "CustCred")
    for number in range(40):
        clock.now = night + timedelta(minutes=6 * number)
        changes_of(running).copy_document(credit, 1000 + number, at=clock())
        if number % 20 == 19:
            reader.run()

    rows = reader.ask("select distinct id from netsuite.credit_memos where id < 2000")
    assert sorted(row[0] for row in rows) == list(range(1000, 1040))


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_server_clock_that_is_put_right_loses_nothing(read_once, clock, minutes):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    clock.pass_by(hours=1)
    changes_of(running).copy_document(credit, 1001, at=clock())
    reader.run()
    clock.pass_by(minutes=minutes)
    changes_of(running).copy_document(credit, 1002, at=clock())
    clock.pass_by(minutes=1)
    reader.run()

    rows = reader.ask("select distinct id from netsuite.credit_memos where id < 2000 order by id")
    assert rows == [(1001,), (1002,)]


def test_a_time_far_ahead_does_not_move_the_window(account, clock, tmp_path):
    running = account()
    reader = Reader(running, tmp_path / "landing")
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).copy_document(credit, 1001, at=datetime(2099, 1, 1, tzinfo=UTC))
    reader.run()
    changes_of(running).copy_document(credit, 1002, at=clock.pass_by(hours=1))

    reader.run()

    assert (1002,) in reader.ask("select id from netsuite.credit_memos")


@pytest.mark.parametrize(
    "failing", ["transaction_lines", "transaction_tax_details", "transaction_links"]
)
def test_details_of_which_one_failed_are_read_again_together(read_once, clock, equal, failing):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).edit_document(credit, at=clock.pass_by(hours=3), memo="late")
    reader.run(without=[failing])
    clock.pass_by(hours=3)

    batches = reader.run()

    assert all(batches[name][0].rows for name in ("transaction_lines", "transaction_links"))
    equal(running, reader)


class Meddler:
    """Changes a document at the moment when a stream is about to be read."""

    def __init__(self, client, stream, change, *, times=1):
        self.client, self.stream, self.change, self.times = client, stream, change, times

    def pages(self, stream, *, since):
        self._meddle(stream)
        return self.client.pages(stream, since=since)

    def records_by_id(self, stream, ids):
        self._meddle(stream)
        return self.client.records_by_id(stream, ids)

    def server_time(self):
        return self.client.server_time()

    def _meddle(self, stream):
        if stream.name == self.stream and self.times:
            self.times -= 1
            self.change()


@pytest.mark.parametrize(
    "stream", ["transaction_lines", "transaction_tax_details", "transaction_links"]
)
def test_what_changes_while_it_is_read_is_read_again_before_the_run_ends(
    read_once, clock, equal, stream
):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    clock.pass_by(hours=3)
    changes_of(running).edit_document(credit, at=clock(), memo="before")

    def change():
        changes_of(running).copy_document(credit, 1001, at=clock.pass_by(seconds=5))
        changes_of(running).remove_line(credit, 1, at=clock.pass_by(seconds=5))

    reader.run(wrap=lambda client: Meddler(client, stream, change))

    equal(running, reader)


def test_a_document_that_no_window_showed_is_read_by_its_id(read_once, clock):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).copy_document(credit, 1001, at=START - timedelta(days=90))
    clock.pass_by(days=8)

    reader.run()

    assert (1001,) in reader.ask("select id from netsuite.credit_memos")
    assert (1001,) in reader.ask("select distinct transaction from netsuite.transaction_lines")


def test_an_error_leaves_the_window_where_it_was(read_once, clock, equal):
    running, reader = read_once
    (credit, *_) = documents_of(running, "CustCred")
    changes_of(running).edit_document(credit, at=clock.pass_by(hours=3), memo="late")

    def fail():
        raise RepeatError("the line is down")

    with pytest.raises(RepeatError):
        reader.run(wrap=lambda client: Meddler(client, "credit_memos", fail))
    clock.pass_by(hours=3)
    reader.run()

    equal(running, reader)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_changes_come_to_the_same(account, clock, tmp_path, equal, seed):
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311 - drawn again from its seed
    running = account(zone="America/New_York", has_capital_names=seed == 2)
    reader = Reader(running, tmp_path / "landing", page_rows=chance.choice([5, 50]), width=2)
    reader.run()
    for number in range(8):
        for step in range(chance.randint(0, 4)):
            change_something(chance, running, copy=1000 + 10 * number + step, clock=clock)
        clock.pass_by(minutes=chance.choice([5, 60, 60 * 30, 60 * 24 * 8]))
        reader.run()
    clock.pass_by(days=8)
    reader.run()

    equal(running, reader)


def change_something(chance, running, *, copy, clock):
    changes, at = changes_of(running), clock() - timedelta(minutes=chance.randint(0, 50))
    held = documents_of(running, "CustCred")
    credit, order = chance.choice(held), documents_of(running, "SalesOrd")[0]
    amount, location = Decimal(chance.randint(1, 9)), chance.randint(1, 9)
    copies = [one for one in held if one < FIRST_GIVEN]
    kinds = [
        lambda: changes.edit_document(credit, at=at, memo=str(at)),
        lambda: changes.edit_line(credit, 1, at=at, location=location),
        lambda: changes.remove_line(credit, 1, at=at),
        lambda: changes.copy_document(credit, copy, at=at),
        lambda: changes.apply_credit(credit, order, amount=amount, at=at),
        lambda: changes.unapply_credit(credit, at=at),
    ]
    if copies:
        gone, is_recorded = chance.choice(copies), chance.random() < HALF
        kinds.append(lambda: changes.delete_document(gone, at=at, is_recorded=is_recorded))
    found = inspections_of(running)
    if len(found) > 1:
        inspection, is_recorded = chance.choice(found), chance.random() < HALF
        kinds.append(lambda: changes.delete_inspection(inspection, at=at, is_recorded=is_recorded))
    chance.choice(kinds)()
