"""What the golden flows break, in one build: the money, the day and the document of each break."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.cli.profile import OWN_STATE, sandbox_in_place
from orchestration.cli.whole_run import RECONCILE
from orchestration.pipeline import run_job

SCENARIOS = Path(__file__).parents[1] / "scenarios"
AS_OF = datetime(2026, 3, 25, tzinfo=UTC)

# case, subject: kind, document to open, money at stake, due (day of its month), bucket
BREAKS = """
#1002-R1        money       discount                credit_memo           3.780   11 8-30
#1003-R1        money       discount                credit_memo          10.880   12 8-30
#1004-R1        money       rounding                credit_memo           0.010   12 8-30
#1005-R2        money       not_due                 credit_memo          21.640   20 2-7
#1006-R1        money       shipping                credit_memo          10.650   12 8-30
#1007-R1        money       fee                     credit_memo          18.000   12 8-30
#1008-R1        money       tax                     credit_memo           0.620   12 8-30
#1009-R1        money       duplicate               credit_memo          48.380   12 8-30
#1010-R1        money       price                   credit_memo           8.100   12 8-30
#1011-R1        money       paid_no_erp             refund              145.800   10 8-30
#1011-R1        stock       restock_against_grade   item_receipt         67.500    7 8-30
#1013-R1        money       not_due                 refund               61.360    - -
#1013-R1        payout      unexplained             refund               61.360    6 8-30
#1015-R1        link        ambiguous               return               35.000    5 8-30
#1015-R2        link        ambiguous               return               35.000    6 8-30
#1017-R1        money       erp_no_paid             credit_memo         211.860   12 8-30
#1018-R1        money       not_due                 refund              240.000    - -
#1075-R2        application applied_elsewhere       credit_memo          20.000   11 8-30
#1076-R1        money       duplicate               credit_memo          20.000   12 8-30
#1077-R1        money       duplicate               refund                7.000   12 8-30
#2001-R1        money       rounding                credit_memo           0.010   12 8-30
#5502-R1        money       exchange_net            return               40.000   14 8-30
#5506-R1        money       rounding                credit_memo           0.001   12 8-30
#5508-R1        money       erp_no_paid             cash_refund          29.960   15 8-30
#5509-R1        receipt     refund_before_receipt   refund               71.280    6 8-30
#5511-R1        money       paid_no_erp             refund               47.080   12 8-30
#5512-R1        money       erp_no_paid             credit_memo          37.000   13 8-30
#5516-R1        money       paid_no_erp             refund               31.000    6 8-30
#5519-R1        application applied_elsewhere       credit_memo          75.000   11 8-30
#5522-R1        payout      refund_failed           refund               48.500   12 8-30
#5523-R1        settlement  unexplained             refund                0.300   13 8-30
#5524-R1        money       adjustment              refund                5.000   12 8-30
#5525-R1        money       offsetting              credit_memo           6.000   12 8-30
#5526-R1        money       duplicate               refund               27.000   12 8-30
#5527-R1        money       tax                     credit_memo           0.550   12 8-30
#5528-R1        money       currency_basis          credit_memo          33.000   12 8-30
#5531/refund-1  money       paid_no_erp             refund               63.000    5 8-30
#5531/refund-1  receipt     refund_without_return   refund               63.000    5 8-30
#5531/refund-1  stock       restock_before_inspection refund             60.000    5 8-30
#5533/refund-1  link        ambiguous               refund               14.000    5 8-30
#5533/refund-1  money       paid_no_erp             refund               14.000    5 8-30
#5533/refund-1  receipt     refund_without_return   refund               14.000    5 8-30
#5533/refund-2  link        ambiguous               refund               14.000    6 8-30
#5533/refund-2  money       paid_no_erp             refund               14.000    6 8-30
#5533/refund-2  receipt     refund_without_return   refund               14.000    6 8-30
#5537-R1        money       erp_no_paid             credit_memo         678.400   16 8-30
#5701-R1        money       paid_no_erp             refund               20.000    9 8-30
#5701-R1        receipt     received_unasked        item_receipt         15.000    9 8-30
#5704/refund-1  application applied_elsewhere       credit_memo          12.000   11 8-30
#5706-R1        stock       restock_before_inspection return_authorization 30.000   11 8-30
#5707-R1        money       erp_no_paid             credit_memo          43.200    8 8-30
#5810-R1        stock       restock_before_inspection return                  9.000   18 2-7
#5811-R1        link        unlinked            return                 30.000   16 8-30
#5811-R1        stock       restock_before_inspection return                 15.000   18 2-7
#5813/refund-1  money       offsetting          credit_memo           5.300   15 8-30
#5902-R1        money       not_due                 refund               73.000    - -
#5902-R1        receipt     refund_before_receipt   refund               73.000    7 8-30
#5902-R1        stock       restock_before_inspection return_authorization 30.000    7 8-30
#5902-R1        stock       restock_before_inspection return_authorization 43.000    7 8-30
#5903/refund-1  money       paid_no_erp             refund               20.000    6 8-30
#5903/refund-1  receipt     refund_without_return   refund               20.000    6 8-30
#5904/refund-1  period      cutoff                  refund               22.000    1 over 90
#9001-R1        receipt     received_unasked        item_receipt          7.000    8 8-30
#9046-R1        money       unexplained             credit_memo           3.890    8 8-30
#9091-R1        money       erp_no_paid         credit_memo            26.360   15 8-30
#9091-R2        money       shipping            credit_memo             4.240   11 8-30
#9121/refund-1  money       paid_no_erp         refund                 10.000   12 8-30
#9121/refund-1  receipt     refund_without_return refund                 10.000   12 8-30
#9122/refund-1  money       paid_no_erp         refund                 10.000   12 8-30
#9122/refund-1  receipt     refund_without_return refund                 10.000   12 8-30
#9123-R1        money       erp_no_paid         credit_memo            10.000   12 8-30
#9124-R1        money       erp_no_paid         credit_memo            10.000   12 8-30
#9131-R1        money       not_due             refund                 10.000   20 2-7
#9131-R1        period      cutoff              refund                 10.000    1 8-30
#9131-R1        receipt     refund_before_receipt refund                 10.000   18 31-60
#9132-R1        money       not_due             refund                 10.000   20 2-7
#9132-R1        period      cutoff              refund                 10.000    1 8-30
#9132-R1        receipt     refund_before_receipt refund                 10.000   18 31-60
#9133-R1        money       paid_no_erp         refund                 10.000   14 8-30
#9133-R1        period      cutoff              refund                 10.000    1 8-30
#9134-R1        money       paid_no_erp         refund                 10.000   12 8-30
#9134-R1        period      cutoff              refund                 10.000    1 8-30
#9135-R1        money       paid_no_erp         refund                 10.000   15 8-30
#9152-R1        money       offsetting          credit_memo             0.030   11 8-30
#9153-R1        money       rounding            credit_memo             0.030   11 8-30
#9154-R1        money       price               credit_memo             0.040   11 8-30
#9155-R1        money       rounding            credit_memo             0.100   11 8-30
#9156-R1        money       price               credit_memo             0.110   11 8-30
#9157-R1        money       offsetting          credit_memo             1.000   11 8-30
#9241-R1        money       paid_no_erp         refund                 10.000   15 8-30
#9243-R1        money       erp_no_paid         credit_memo            10.000   15 8-30
#9244-R1        money       paid_no_erp         refund                 10.000   11 8-30
#9245-R1        money       erp_no_paid         credit_memo            10.000   15 8-30
#9246-R1        money       qty_mismatch        credit_memo            10.000   11 8-30
#9273-R1        payout      unexplained         refund                 10.000    7 8-30
#9325-R1        stock       restock_against_grade item_receipt           10.000   18 2-7
#9326-R1        stock       restock_before_inspection return_authorization   20.000   18 2-7
#9327-R1        stock       restock_before_inspection return_authorization   20.000   19 2-7
#9328-R1        stock       restock_before_inspection return_authorization   20.000   19 2-7
#9351-R1        stock       restock_before_inspection return_authorization   10.000    5 8-30
CM5530          link        no_reference            credit_memo          20.140   11 8-30
CM5530          money       erp_no_paid             credit_memo          20.140   11 8-30
CM5531          link        ambiguous               credit_memo          14.000   11 8-30
CM5531          money       erp_no_paid             credit_memo          14.000   11 8-30
RMA15           link        ambiguous               return_authorization 35.000    5 8-30
RMA16           link        ambiguous               return_authorization 35.000    6 8-30
RMA17           link        unlinked                return_authorization 33.920   10 8-30
"""


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    """Every golden flow in one warehouse, on one clock."""
    home = tmp_path_factory.mktemp("home")
    files = [*sorted(SCENARIOS.glob("*.yaml")), *sorted((SCENARIOS / "more").glob("*.yaml"))]
    with (
        sandbox_in_place(home, files, now=datetime.now(UTC), settings=OWN_STATE),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        outcome = run_job(RECONCILE, instance=instance, as_of=AS_OF, variables={})
    assert outcome.is_success, outcome.problems
    with duckdb.connect(home / "warehouse.duckdb", read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield lambda query: connection.execute(query).fetchall()


def test_each_flow_breaks_what_it_should_with_its_money_its_day_and_its_document(marts):
    found = marts("""
        select case_name, subject, break_type, document_type, cast(amount as varchar),
            coalesce(cast(day(due_at) as varchar), '-'), coalesce(age_bucket, '-')
        from marts.fct_reconciliation_breaks
    """)

    assert sorted(found) == sorted(
        tuple(line.split(maxsplit=6)) for line in BREAKS.split("\n") if line
    )


def test_a_case_and_its_difference_are_never_without_a_break_nor_a_break_without_a_person(marts):
    silent = marts("""
        select variances.case_name
        from marts.fct_refund_variance as variances
        left join marts.fct_reconciliation_breaks as breaks
            on variances.case_key = breaks.case_key and breaks.subject = 'money'
        where breaks.case_key is null
            and variances.variance_amount <> 0
    """)
    mute = marts("""
        select break_type from marts.fct_reconciliation_breaks
        where owner_role is null or next_step is null or document_number is null
    """)

    assert (silent, mute) == ([], [])


def test_the_first_event_of_a_kind_is_when_the_lifecycle_says_it_happened(marts):
    apart = marts("""
        with firsts as (
            select case_key, event, min(occurred_at) as first_at
            from marts.fct_return_stage_events
            where event in ('received', 'credited', 'refunded', 'settled')
            group by case_key, event
        ),
        said as (
            unpivot (
                select case_key, received_at as received, credited_at as credited,
                    refunded_at as refunded, settled_at as settled
                from marts.fct_return_lifecycle
            )
            on received, credited, refunded, settled into name event value said_at
        )
        select case_key, event, first_at, said_at
        from firsts full join said using (case_key, event)
        where first_at is distinct from said_at
    """)

    assert apart == []


def test_the_events_of_a_case_tell_of_as_many_units_as_its_lifecycle_counts(marts):
    apart = marts("""
        with told as (
            select case_key, event, sum(quantity) as quantity
            from marts.fct_return_stage_events
            where event in ('inspected', 'credited', 'refunded')
            group by case_key, event
        )
        select case_name, event, quantity
        from told inner join marts.fct_return_lifecycle using (case_key)
        where quantity <> case event
            when 'inspected' then passed_quantity + failed_quantity
            when 'credited' then credited_quantity
            else refunded_quantity
        end
    """)

    assert apart == []


def test_no_line_of_a_refused_case_expects_anything(marts):
    found = marts("""
        select distinct expected_gross_amount, expected_discount_amount, expected_tax_amount
        from marts.fct_return_lines inner join marts.fct_return_lifecycle using (case_key)
        where current_stage in ('declined', 'cancelled')
    """)

    assert found == [(0, 0, 0)]


def test_a_pass_that_came_after_the_sale_does_not_count_as_restocked_after_inspection(marts):
    [found] = marts("""
        select numerator, denominator, amount, verdict from marts.rpt_return_diagnostics
        where question = 'stock_after_inspection' and store = 'us'
    """)

    assert found == (4, 32, Decimal("334.500"), "bad")


def test_refunds_that_match_are_counted_weighed_and_asked_of_promotions_alone(marts):
    found = marts("""
        select question, numerator, denominator, numerator_amount, denominator_amount
        from marts.rpt_return_diagnostics
        where store = 'us' and question in ('refunds_match', 'refunds_match_promotional')
        order by question
    """)

    assert found == [
        ("refunds_match", 38, 90, Decimal("1206.580"), Decimal("4270.430")),
        ("refunds_match_promotional", 9, 13, Decimal("310.370"), Decimal("722.290")),
    ]


def test_every_defined_kpi_is_measured_and_agrees_with_the_mart_it_comes_from(marts):
    defined = marts("select kpi from seeds.kpi_definitions")
    measured = marts("select distinct kpi from marts.rpt_return_kpis")
    [gap] = marts("""
        select sum(abs(variance_amount)), sum(variance_amount), count(*)
        from marts.fct_refund_variance inner join marts.fct_return_lifecycle using (case_key)
        where variance_amount is not null and refunded_at is not null and credited_at is not null
    """)
    told = marts("""
        select kpi, sum(value), sum(denominator) from marts.rpt_return_kpis
        where kpi in ('refund_variance_gross', 'refund_variance_net') group by kpi order by kpi
    """)
    [exposed] = marts("select sum(open_amount) from marts.fct_restock_exposure")
    [risk] = marts(
        "select sum(value) from marts.rpt_return_kpis where kpi = 'uninspected_exposure'"
    )

    assert sorted(defined) == sorted(measured)
    assert told == [
        ("refund_variance_gross", gap[0], gap[2]),
        ("refund_variance_net", gap[1], gap[2]),
    ]
    assert exposed == risk


def test_a_share_of_money_is_kept_to_four_places(marts):
    rounded = marts("""
        select kpi, store, value, round(numerator / denominator, 4)
        from marts.rpt_return_kpis
        where kpi in ('refund_leakage', 'refunded_not_received', 'received_not_refunded')
            and denominator <> 0
            and abs(value - numerator / denominator) > 0.00005
    """)

    assert rounded == []
