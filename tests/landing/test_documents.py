"""Whether a reading of the ERP shows one moment of it."""

from threading import Thread

import pytest

from orchestration.extract.streams import System
from orchestration.landing.documents import is_settled

# Of as many, a limit over what is read twice never ended.
MANY, LONGEST_SECONDS = 120_000, 60
BEFORE, AFTER = "2026-03-19T10:00:00Z", "2026-03-19T11:00:00Z"


@pytest.fixture
def read(landed):
    """Return a function that lands two readings of the totals, and documents between them."""

    def land(*, documents, lines_of=BEFORE, counted=(1, 1)):
        options = {"system": System.NETSUITE, "source": "netsuite"}
        before, after = (
            {"type": "CustCred", "currency": "USD", "postingperiod": 1, "document_count": count}
            for count in counted
        )
        landed("control_totals", before, **options)
        ids = range(documents)
        headers = ({"id": number, "lastmodifieddate": BEFORE} for number in ids)
        landed("credit_memos", *headers, **options)
        lines = ({"transaction": number, "id": 1, "lastmodifieddate": lines_of} for number in ids)
        landed("transaction_lines", *lines, **options)
        landed("control_totals", after, **options)
        return is_settled(landed.root, "netsuite", run_id="run-1")

    return land


def test_a_reading_whose_totals_and_documents_stood_still_is_settled(read):
    assert read(documents=2)


def test_a_reading_in_which_the_totals_moved_is_not(read):
    assert not read(documents=2, counted=(1, 2))


def test_a_document_whose_lines_are_of_another_version_unsettles_a_reading(read):
    assert not read(documents=2, lines_of=AFTER)


def test_a_reading_of_many_documents_is_judged_and_does_not_stand_still(read):
    answers = []
    judging = Thread(target=lambda: answers.append(read(documents=MANY)), daemon=True)
    judging.start()
    judging.join(LONGEST_SECONDS)

    assert answers == [True]
