"""A customer hears of every stage that is done, and of none twice."""

import json
from dataclasses import replace

import pytest

from orchestration.extract.post import MailServer, Receiver
from orchestration.ledger import State
from orchestration.sync.notices import STAGES, letter_of
from orchestration.sync.values import Outcome
from tests.sync.letters import SECRET, Hooks, mail_server

QUOTE = {"amount": "211.860", "currency": "USD"}


@pytest.fixture(scope="module")
def server():
    with mail_server() as (url, box):
        yield url, box


@pytest.fixture
def box(server, bench):
    url, taken = server
    taken.letters.clear()
    taken.answers.clear()
    taken.refused.clear()
    taken.unknown.clear()
    taken.senders.clear()
    bench.post = MailServer(url, "Shop <shop@example.com>", "https://example.com/stop")
    return taken


@pytest.fixture
def hooks(bench):
    taken = Hooks()
    bench.post = Receiver("https://example.com/hooks", SECRET, transport=taken)
    return taken


def notice(bench, stage="posting", **changes):
    key = {"gate_key": changes.pop("gate_key", stage)}
    quote = {"quote": changes.pop("quote", QUOTE)}
    said = {name: changes.pop(name) for name in ("refund", "inspection") if name in changes}
    return bench.case_gate("notify", told=stage, **key, details={**quote, **said}, **changes)


def send(bench, *rows, **said):
    return bench.run(*(rows or [notice(bench)]), action="notify", **said)


def address(bench):
    return bench.record("Order", "o1")["email"]


def test_a_letter_reaches_the_address_of_the_moment_and_tells_the_erps_figure(bench, box):
    assert send(bench).counts == {Outcome.CONFIRMED: 1}

    (letter,) = box.letters
    assert letter["To"] == address(bench)
    assert letter["Subject"] == "The amount of your return #1017-R1 is final"
    assert "211.86 USD" in letter.get_body(("plain",)).get_content()
    assert "211.86 USD" in letter.get_body(("html",)).get_content()
    assert letter["List-Unsubscribe"] == "<https://example.com/stop>"
    assert bench.ledger.intent("posting").reference == "posting"


def test_the_ledger_keeps_no_address(bench, box, tmp_path):
    box.refused.add(address(bench))
    send(bench)

    kept = b"".join(file.read_bytes() for file in tmp_path.glob("ledger.sqlite*"))
    assert bench.ledger.intent("posting").state is State.REFUSED
    assert address(bench).encode() not in kept


def test_before_there_is_a_figure_it_is_being_calculated_and_never_ours(bench):
    intent = notice(bench, "confirmation", quote=None).intent

    letter = letter_of(intent, letter_id="1", address=None)

    assert "is being calculated" in letter.text


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_text_and_names_are_shown_as_they_are(bench, stage):
    row = replace(notice(bench, stage), case_name="<b>#1</b>")

    letter = letter_of(row.intent, letter_id="1", address=None)

    assert "<b>#1</b>" in letter.text
    assert "<b>" not in letter.html.partition("<body>")[2]


def test_notices_of_several_stages_do_not_wait_for_each_other(bench, box):
    summary = send(bench, *(notice(bench, stage) for stage in STAGES))

    assert summary.counts == {Outcome.CONFIRMED: 3}
    assert len(box.letters) == 3


def test_only_what_is_paid_is_promised_and_the_rest_is_credited(bench):
    paid = {"amount": "24.00", "currency": "USD"}
    row = notice(bench, refund=paid, quote={"amount": "54.00", "currency": "USD"})
    even = notice(bench, quote={"amount": "40.00", "currency": "USD"})

    text = letter_of(row.intent, letter_id="1", address=None).text
    exchanged = letter_of(even.intent, letter_id="1", address=None).text

    assert "You are credited 54.00 USD for it." in text
    assert "You get back 24.00 USD." in text
    assert "You are credited 40.00 USD for it." in exchanged
    assert "get back" not in exchanged


def test_goods_that_were_inspected_are_not_asked_for_any_more(bench):
    early, late = (
        letter_of(notice(bench, "confirmation", **of).intent, letter_id="1", address=None).text
        for of in ({}, {"inspection": "done"})
    )

    assert "Send the goods back" in early
    assert "Send the goods back" not in late


def test_a_notice_is_not_sent_again_on_newer_evidence(bench, box):
    send(bench)
    bench.clock.wait(days=2)
    send(bench, notice(bench, gate_key="newer", evidence="CM18@2"))

    assert len(box.letters) == 1


def test_a_mail_server_that_is_gone_after_the_text_leaves_it_to_a_person(bench, box):
    box.answers = ["gone"]
    lost = send(bench)
    bench.clock.wait(days=2)
    for _ in range(2):
        send(bench)
    bench.ledger.settle(
        "posting", is_applied=True, who="desk", note="in the server's log", at=bench.clock()
    )
    send(bench, notice(bench, gate_key="newer", evidence="CM18@2"))

    assert lost.counts == {Outcome.UNKNOWN: 1}
    assert len(box.letters) == 1
    assert bench.ledger.intent("posting").reference == "posting"


def second_notice(bench):
    """The notice of a later case, whose order has another address."""
    order = bench.record("Order", "o1")
    other = {**order, "id": "gid://shopify/Order/2", "email": "ok@example.com", "customer": None}
    bench.books.put("us", [other])
    details = json.dumps({**json.loads(notice(bench).details), "order_id": other["id"]})
    named = {"case_key": "us/return/second", "case_name": "#9999-R1", "gate_key": "second"}
    return replace(notice(bench), details=details, **named)


def test_a_letter_that_is_to_come_later_is_sent_by_the_next_run_and_the_others_now(bench, box):
    box.answers = ["451 later"]
    rows = (notice(bench), second_notice(bench))
    first = send(bench, *rows)
    second = send(bench, *rows)

    assert first.held_by_reason == {"not_applied": 1}
    assert first.counts[Outcome.CONFIRMED] == 1
    assert second.counts == {Outcome.CONFIRMED: 1, Outcome.DONE: 1}
    assert [letter["To"] for letter in box.letters] == ["ok@example.com", address(bench)]


def test_an_answer_to_the_text_that_is_none_leaves_it_to_a_person(bench, box):
    box.answers = ["??? what"]

    assert send(bench).counts == {Outcome.UNKNOWN: 1}
    assert len(box.letters) == 1


def test_an_address_whose_domain_is_not_found_silences_nobody_else(bench, box):
    box.unknown.add(address(bench))
    rows = (notice(bench), second_notice(bench))
    first = send(bench, *rows)
    send(bench, *rows)

    assert first.held_by_reason == {"not_applied": 1}
    assert [letter["To"] for letter in box.letters] == ["ok@example.com"]
    box.unknown.clear()
    assert send(bench, *rows).counts == {Outcome.CONFIRMED: 1, Outcome.DONE: 1}


@pytest.mark.parametrize(
    ("where", "answer", "reason"),
    [
        ("senders", "451 4.3.0 later", "store_busy"),
        ("senders", "550 5.7.1 not your domain", "store_refuses_calls"),
        ("senders", "421 4.3.2 closing", "store_busy"),
        ("answers", "421 4.3.2 closing", "store_busy"),
    ],
)
def test_a_server_that_takes_no_letter_at_all_is_left_alone_until_the_next_run(
    bench, box, where, answer, reason
):
    setattr(box, where, [answer])
    rows = (notice(bench), second_notice(bench))

    assert send(bench, *rows).held_by_reason == {reason: 2}
    assert send(bench, *rows).counts == {Outcome.CONFIRMED: 2}
    assert len(box.letters) == 2


@pytest.mark.parametrize(
    "own", ["josé@example.com", "a b@example.com", "@example.com", "a@b.example,c@d.example"]
)
def test_an_address_that_the_server_cannot_be_told_is_refused_alone(bench, own):
    with mail_server(enable_SMTPUTF8=False) as (url, taken):
        bench.post = MailServer(url, "shop@example.com")
        bench.change("Order", "o1", email=own, customer=None)
        summary = send(bench, notice(bench), second_notice(bench))

    assert summary.counts == {Outcome.REFUSED: 1, Outcome.CONFIRMED: 1}
    assert [letter["To"] for letter in taken.letters] == ["ok@example.com"]
    assert "@" not in bench.ledger.intent("posting").message


def test_an_address_beyond_ascii_is_written_to_where_the_server_takes_it(bench):
    with mail_server(enable_SMTPUTF8=True) as (url, taken):
        bench.post = MailServer(url, "shop@example.com")
        bench.change("Order", "o1", email="josé@bücher.example", customer=None)

        assert send(bench).counts == {Outcome.CONFIRMED: 1}

    assert [letter["To"] for letter in taken.letters] == ["josé@xn--bcher-kva.example"]


def test_a_mail_server_that_is_not_there_is_tried_by_the_next_run(bench):
    bench.post = MailServer("smtp://127.0.0.1:9", "shop@example.com")

    assert send(bench).held_by_reason == {"store_busy": 1}


def test_whoever_unsubscribed_gets_no_notice(bench, box):
    customer = bench.books.get("us", bench.record("Order", "o1")["customer"]["$ref"])
    bench.books.put("us", [{**customer, "tags": ["vip", "no-return-notices"]}])

    assert send(bench).held_by_reason == {"unsubscribed": 1}
    assert box.letters == []


def test_a_customer_without_an_address_is_held(bench, box):
    bench.change("Order", "o1", customer=None, email=None)

    assert send(bench).held_by_reason == {"no_contact": 1}
    assert box.letters == []


def test_without_a_carrier_nothing_is_sent(bench):
    assert send(bench).held_by_reason == {"no_post_configured": 1}


def test_a_figure_that_was_restated_is_not_told_once_more_as_it_was(bench, hooks):
    hooks.faults = ["lose before"]
    send(bench)
    restated = {"amount": "190.00", "currency": "USD"}

    summary = send(bench, notice(bench, gate_key="newer", evidence="CM18@2", quote=restated))

    assert summary.counts[Outcome.CONFIRMED] == 0
    assert hooks.taken == {}
    assert "settle it by hand" in summary.outcomes[0].reason


def test_whoever_unsubscribed_meanwhile_is_not_sent_a_notice_once_more(bench, hooks):
    hooks.faults = ["lose before"]
    send(bench)
    customer = bench.books.get("us", bench.record("Order", "o1")["customer"]["$ref"])
    bench.books.put("us", [{**customer, "tags": ["no-return-notices"]}])

    summary = send(bench)

    assert summary.counts[Outcome.CONFIRMED] == 0
    assert hooks.taken == {}


def test_a_webhook_is_signed_and_holds_no_address(bench, hooks):
    assert send(bench).counts == {Outcome.CONFIRMED: 1}

    (content,) = hooks.taken.values()
    assert content["type"] == "return.posting_done"
    assert content["data"]["stage"] == "posting"
    assert content["data"]["quote"] == QUOTE
    assert address(bench) not in str(content)


@pytest.mark.parametrize("fault", ["lose before", "lose after", "503", "408", "425"])
def test_a_webhook_without_an_answer_is_sent_again_under_its_id(bench, hooks, fault):
    hooks.faults = [fault]
    assert send(bench).counts == {Outcome.UNKNOWN: 1}
    bench.clock.wait(hours=30)
    send(bench)

    assert len(hooks.taken) == 1
    assert len(set(hooks.seen)) == 1
    assert bench.ledger.intent("posting").state is State.CONFIRMED


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("429", "store_busy"),
        ("401", "store_refuses_calls"),
        ("308", "store_refuses_calls"),
        ("405", "store_refuses_calls"),
    ],
)
def test_a_receiver_that_takes_nothing_now_is_asked_by_the_next_run(bench, hooks, status, reason):
    hooks.faults = [status]

    assert send(bench).held_by_reason == {reason: 1}
    assert send(bench).counts == {Outcome.CONFIRMED: 1}


@pytest.mark.parametrize("status", ["400", "409", "422"])
def test_a_copy_that_a_receiver_refuses_says_nothing_of_the_first(bench, hooks, status):
    hooks.faults = ["lose after", status]
    send(bench)
    send(bench)

    assert bench.ledger.intent("posting").state is State.UNKNOWN
    send(bench)
    assert bench.ledger.intent("posting").state is State.CONFIRMED
    assert len(hooks.taken) == 1


def test_an_address_that_httpx_cannot_use_closes_the_store_and_is_not_quoted(bench):
    bench.post = Receiver("https://example.com:abc/hook-s3cret", SECRET)

    assert send(bench).held_by_reason == {"store_refuses_calls": 1}
    assert "s3cret" not in bench.ledger.intent("posting").message


def test_a_receiver_shows_neither_its_secret_nor_its_address():
    shown = repr(Receiver("https://example.com/hook-s3cret", SECRET))

    assert "s3cret" not in shown
    assert SECRET not in shown


def test_an_unknown_outcome_at_a_receiver_is_not_handed_to_a_mail_server(bench, hooks, server):
    hooks.faults = ["lose after"]
    send(bench)
    url, box = server
    box.letters.clear()
    bench.post = MailServer(url, "shop@example.com")
    send(bench)

    assert box.letters == []
    assert bench.ledger.intent("posting").state is State.UNKNOWN
