"""What customers, agents and ERP users read of a return is the ERP's figure and our stages."""

from decimal import Decimal

import httpx
import pytest

from orchestration.ledger import State
from orchestration.sandbox.identity import gid
from orchestration.sync.told import BEING_CALCULATED
from orchestration.sync.values import Outcome

STAGES = "confirmation=done inspection=in_progress posting=not_started payout=not_started"
LATER = STAGES.replace("in_progress", "done")
QUOTE = {"state": "stated by the ERP", "amount": "211.86", "currency": "USD"}


def status(bench, told=STAGES, **changes):
    key = {"gate_key": changes.pop("gate_key", told)}
    return bench.case_gate("publish_status", told=told, **key, **changes)


def quote(bench, **changes):
    amount = {"amount": Decimal("211.860"), "currency": "USD"}
    return bench.case_gate("publish_quote", **amount, **changes)


def test_storefront_and_erp_users_read_the_same_stages(both):
    summary = both.run(status(both), action="publish_status")

    assert summary.counts == {Outcome.CONFIRMED: 1}
    told = both.told()["#1017-R1"]
    assert told["stages"]["inspection"] == "in_progress"
    assert told["quote"] == BEING_CALCULATED
    assert both.authorizations()[0] == ("RMA18", None, STAGES)
    # What was published last is how the gates know that nothing has moved.
    assert both.ledger.intent(STAGES).reference == STAGES


def test_a_quote_and_the_stages_stand_beside_each_other_and_beside_other_returns(both):
    both.run(status(both, case_name="#1017-R2"), action="publish_status")
    both.run(quote(both), action="publish_quote")
    both.clock.wait(minutes=1)
    both.run(status(both, LATER), action="publish_status")

    assert both.told()["#1017-R1"]["quote"] == QUOTE
    assert both.told()["#1017-R1"]["stages"]["inspection"] == "done"
    assert both.told()["#1017-R2"]["stages"]["inspection"] == "in_progress"


def test_what_another_program_wrote_meanwhile_is_not_lost(both):
    both.run(quote(both), action="publish_quote")
    original = both.storefront.answer

    def interfere(request):
        if b"mutation" in request.content:
            (field,) = both.books.of_kind("us", "Metafield")
            changed = {
                "value": field["value"].replace("211.86", "1.00"),
                "compareDigest": "0" * 64,
            }
            both.books.put("us", [{**field, **changed}])
            both.storefront.answer = original
        return original(request)

    both.storefront.answer = interfere
    first = both.run(status(both), action="publish_status")
    second = both.run(status(both), action="publish_status")

    assert first.held_by_reason == {"not_applied": 1}
    assert second.counts == {Outcome.CONFIRMED: 1}
    assert both.told()["#1017-R1"]["quote"]["amount"] == "1.00"


def test_a_metafield_that_is_no_longer_ours_to_read_is_left_alone(both):
    both.run(quote(both), action="publish_quote")
    (field,) = both.books.of_kind("us", "Metafield")
    both.books.put("us", [{**field, "value": '["somebody else\'s"]'}])

    summary = both.run(status(both), action="publish_status")

    assert summary.held_by_reason == {"metafield_unreadable": 1}


def test_without_an_erp_field_the_order_alone_tells(bench):
    assert bench.run(status(bench), action="publish_status").counts == {Outcome.CONFIRMED: 1}


@pytest.mark.parametrize("where", ["storefront", "erp"])
@pytest.mark.parametrize("fault", ["lose before", "lose after"])
def test_a_lost_answer_is_resolved_by_reading_both_places(both, where, fault):
    getattr(both, where).faults = [fault]
    lost = both.run(status(both), action="publish_status")
    both.clock.wait(minutes=6)
    for _ in range(2):
        both.run(status(both), action="publish_status")

    assert lost.counts == {Outcome.UNKNOWN: 1}
    assert both.ledger.intent(STAGES).state is State.CONFIRMED
    assert both.told()["#1017-R1"]["stages"]["inspection"] == "in_progress"
    assert both.authorizations()[0][2] == STAGES


SAID_NOTHING = {
    "throttled": {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]},
    "denied": {"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]},
    "bad": {"errors": [{"message": "no", "extensions": {"code": "BAD_REQUEST"}}]},
    **{
        code: {
            "data": {"metafieldsSet": {"userErrors": [{"code": code, "message": "no"}]}},
        }
        for code in ("STALE_OBJECT", "INVALID_VALUE")
    },
}


def refuses_metafields(bench, said):
    """The storefront sets nothing until it answers again; give back how it answers."""
    answer = bench.storefront.answer

    def refuse(request):
        is_write = b"mutation" in request.content
        return httpx.Response(200, json=said) if is_write else answer(request)

    bench.storefront.answer = refuse
    return answer


@pytest.mark.parametrize("before", [None, "what it told before"])
@pytest.mark.parametrize("said", SAID_NOTHING)
def test_where_the_order_is_not_told_the_authorization_does_not_tell_it_either(both, said, before):
    told = f"'{before}'" if before else "null"
    both.account.change(f"update transaction set custbody_return_stages = {told}")
    refuses_metafields(both, SAID_NOTHING[said])

    summary = both.run(status(both), action="publish_status")

    assert summary.counts[Outcome.UNKNOWN] == 0
    assert both.told() is None
    assert both.authorizations()[0][2] == before


def test_an_authorization_that_could_not_be_set_back_is_looked_at_again(both):
    answer = refuses_metafields(both, SAID_NOTHING["throttled"])
    both.erp.faults = [None, "lose before"]
    first = both.run(status(both), action="publish_status")
    both.storefront.answer = answer
    both.clock.wait(minutes=6)
    for _ in range(2):
        both.run(status(both), action="publish_status")

    assert first.counts == {Outcome.UNKNOWN: 1}
    assert both.ledger.intent(STAGES).state is State.CONFIRMED
    assert both.authorizations()[0][2] == STAGES
    assert both.told()["#1017-R1"]["stages"]["inspection"] == "in_progress"


def test_a_misspelt_field_of_the_settings_is_refused_in_the_erps_words(both):
    remote = both.remote

    def misspelt():
        made = remote()
        return type(made)(made.storefront, erp=made.erp, rma_status_field="custbody_stages")

    both.remote = misspelt
    summary = both.run(status(both), action="publish_status")

    assert summary.counts == {Outcome.REFUSED: 1}
    assert "Unknown property custbody_stages" in both.ledger.intent(STAGES).message


def unheard(bench, **details):
    """A return that the ERP never heard of: the scenario's authorizations are removed."""
    bench.account.found("delete from transaction where type = 'RtnAuth' returning id", [])
    line = {"order_line_id": bench.scenarios[0].line_gid("o1", "rug"), "quantity": 2}
    return bench.case_gate("open_rma", details={"lines": [line], **details})


def test_a_return_the_erp_never_heard_of_is_authorized_from_its_sales_order(both):
    summary = both.run(unheard(both), action="open_rma")

    assert summary.counts == {Outcome.CONFIRMED: 1}
    own = gid("Return", both.stem, "r1").rpartition("/")[2]
    ((_, external_id, _),) = both.authorizations()
    assert external_id == f"return-us-{own}"
    lines = both.account.found(
        "select quantity, foreignamount from transactionline l join transaction t"
        " on l.transaction = t.id where t.type = 'RtnAuth' and t.externalid is not null"
        " and mainline = 'F' order by l.id",
        [],
    )
    goods, discount, tax = ((line["quantity"], line["foreignamount"]) for line in lines)
    assert (goods, discount, tax) == ((2, 220), (None, -22), (None, Decimal("13.86")))


@pytest.mark.parametrize("fault", ["lose before", "lose after"])
def test_a_lost_answer_to_an_authorization_is_found_by_its_external_id(both, fault):
    row = unheard(both)
    both.erp.faults = [fault]
    both.run(row, action="open_rma")
    both.clock.wait(minutes=6)
    for _ in range(2):
        both.run(row, action="open_rma")

    assert len(both.authorizations()) == 1
    assert both.ledger.intent("open_rma-1").state is State.CONFIRMED


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"order_id": "gid://shopify/Order/1", "order_name": "#1"}, "no_sales_order"),
        ({"lines": [{"order_line_id": "gid://x/1", "quantity": 1}]}, "erp_line_unknown"),
    ],
)
def test_what_the_erp_cannot_be_asked_for_is_held(both, details, reason):
    summary = both.run(unheard(both, **details), action="open_rma")

    assert summary.held_by_reason == {reason: 1}
    assert both.authorizations() == []


def test_an_authorization_that_somebody_opened_meanwhile_is_enough(both):
    line = {"order_line_id": both.scenarios[0].line_gid("o1", "rug"), "quantity": 2}
    row = both.case_gate("open_rma", details={"lines": [line]})

    assert both.run(row, action="open_rma").held_by_reason == {"authorized_meanwhile": 1}
    assert both.erp.write_count == 0


@pytest.mark.parametrize("created_from", ["SalesOrd", "CustInvc"])
def test_an_authorization_that_names_no_return_but_has_its_units_waits_for_a_person(
    both, created_from
):
    line = {"order_line_id": both.scenarios[0].line_gid("o1", "rug"), "quantity": 2}
    row = both.case_gate("open_rma", details={"lines": [line]})
    source = f"select id from transaction where type = '{created_from}'"
    both.account.change(
        "update transaction set custbody_storefront_return_id = null where tranid = 'RMA18'"
    )
    both.account.change(
        f"update transactionline set createdfrom = ({source}) where transaction ="
        " (select id from transaction where tranid = 'RMA18')"
    )

    summary = both.run(row, action="open_rma")

    assert summary.held_by_reason == {"authorization_without_return": 1}
    assert both.erp.write_count == 0


def test_an_authorization_of_other_units_does_not_stand_in_the_way(both):
    row = unheard(both)
    line = row.details.replace('"quantity": 2', '"quantity": 1')
    other = both.gate("open_rma", details=line, gate_key="other", case_key="us/return/other")
    both.run(other, action="open_rma")
    both.account.change("update transaction set custbody_storefront_return_id = null")
    both.account.change("update transaction set externalid = 'by hand'")

    assert both.run(row, action="open_rma").counts == {Outcome.CONFIRMED: 1}
