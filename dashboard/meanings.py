"""What each number means, in a sentence, and the table it comes from."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Meaning:
    """One number, its definition and its model."""

    page: str
    number: str
    meaning: str
    table: str


LIFECYCLE, VARIANCE = "fct_return_lifecycle", "fct_refund_variance"
EXPOSURE, GATES, TIE_OUT = "fct_restock_exposure", "fct_sync_gates", "fct_tie_out"
BREAKS, LIABILITY = "fct_reconciliation_breaks", "fct_refund_liability"

MEANINGS = (
    Meaning(
        "Everywhere",
        "Case",
        "One storefront return, one refund without a return, or one ERP return without a"
        " storefront counterpart. Every refund and every credit belongs to exactly one.",
        LIFECYCLE,
    ),
    Meaning(
        "Everywhere",
        "As of",
        "The moment all numbers speak of. What is dated later does not exist for them.",
        "ops.publication",
    ),
    Meaning(
        "Stages",
        "Where it is",
        "The first of approval, receipt, inspection, credit memo and payout that is neither done"
        " nor not required.",
        LIFECYCLE,
    ),
    Meaning(
        "Stages",
        "Falsely complete",
        "The storefront has closed the return or refunded every unit, and in the ERP inspection"
        " or credit memo is still open.",
        LIFECYCLE,
    ),
    Meaning(
        "Stages",
        "Overdue",
        "Whole days in the current stage exceed the stage's target.",
        LIFECYCLE,
    ),
    Meaning(
        "Stages",
        "Median days, 90% within",
        "Half, or nine in ten, of the cases took no longer. Steps that ended before they began"
        " are counted apart and left out.",
        LIFECYCLE,
    ),
    Meaning(
        "Stages",
        "Refunded before inspection",
        "A refund was paid while the inspection it should have waited for was not done.",
        LIFECYCLE,
    ),
    Meaning(
        "Variance",
        "Storefront",
        "Refund lines with tax, shipping and its tax, and adjustments, less return fees, as the"
        " storefront calculated them.",
        VARIANCE,
    ),
    Meaning("Variance", "Bank, paid", "Refund payments that succeeded.", VARIANCE),
    Meaning(
        "Variance",
        "Bank, settled",
        "What the processor has taken for those payments so far; not tracked for gateways that"
        " report no settlements.",
        VARIANCE,
    ),
    Meaning(
        "Variance",
        "ERP",
        "Credit memos and cash refunds: lines with tax, shipping and its tax, and what belongs to"
        " no line, less fees.",
        VARIANCE,
    ),
    Meaning(
        "Variance",
        "Precise reversal",
        "What the sale itself says the returned units are worth: same price, the same share of"
        " the discount, the same tax, to the cent.",
        VARIANCE,
    ),
    Meaning(
        "Variance",
        "Net and gross variance",
        "Storefront less ERP. Net adds the differences with their signs, gross adds their sizes:"
        " net alone hides errors that cancel out.",
        VARIANCE,
    ),
    Meaning(
        "Variance",
        "Bridge",
        "The seven components (units, unit price, discount, tax, shipping, fees, adjustments)"
        " add up to the variance to the cent, case by case.",
        VARIANCE,
    ),
    Meaning(
        "Variance",
        "Cause",
        "The first rule that fits: no common currency, counted twice, missing or not late yet,"
        " none, rounding, else the largest component.",
        VARIANCE,
    ),
    Meaning(
        "Variance",
        "Not late yet",
        "One side has its document; the other is not due, or due for no longer than the grace"
        " period.",
        VARIANCE,
    ),
    Meaning(
        "Exposure",
        "Units and money on sale now",
        "Units put back on sale, less those taken off and those that passed inspection; money at"
        " the line's price after discount, without tax.",
        EXPOSURE,
    ),
    Meaning(
        "Exposure",
        "Known bad",
        "Units on sale on a line whose inspection is done and which failed it.",
        EXPOSURE,
    ),
    Meaning(
        "Exposure",
        "At risk",
        "Units of the SKU in orders placed while exposed, at most as many as were exposed.",
        EXPOSURE,
    ),
    Meaning(
        "Exposure",
        "Unit-hours",
        "Units times the hours they were on sale without having passed inspection.",
        EXPOSURE,
    ),
    Meaning(
        "Close",
        "Tied, broken, incomplete",
        "Tied: every control of the period has the same count and sum on both sides, to the cent,"
        " in numbers that are complete and fresh. Broken: some control has not. Incomplete: the"
        " period is not over, a check failed, or a source is stale; nothing was proved.",
        TIE_OUT,
    ),
    Meaning(
        "Close",
        "To do",
        "Breaks with an owner that arose by the end of the period and that nobody has snoozed,"
        " accepted or mended. What explains itself (rounding, not due) is left out. The money in"
        " them counts the largest of a return's breaks: they are often about the same money.",
        BREAKS,
    ),
    Meaning(
        "Close",
        "New, still there, gone",
        "Breaks with an owner of this publication against those of the one made before it.",
        BREAKS,
    ),
    Meaning(
        "Breaks",
        "Snoozed, accepted, mended",
        "Snoozed until a day, for a reason. Accepted for the amount that was accepted: another"
        " amount opens it again; from the materiality on two people agree. Said to be mended until"
        " a later publication shows it again. A proposal alone leaves it open.",
        "the ledger",
    ),
    Meaning(
        "Accruals",
        "Refund liability",
        "What the ERP has still to credit: the precise reversal of a return that has no credit,"
        " and the worth of the units not yet credited where a part was.",
        LIABILITY,
    ),
    Meaning(
        "Accruals",
        "Right-of-return asset",
        "Units of those returns that the warehouse has not received, at the ERP's item cost in"
        " the sale's currency, times the share of inspected units that passed in the store so"
        " far. What was received is in the ERP's stock already.",
        LIABILITY,
    ),
    Meaning(
        "Accruals",
        "Roll-forward",
        "Opening, plus returns opened, plus what was credited beyond a precise reversal, less"
        " what was credited, is closing; by month in UTC.",
        LIABILITY,
    ),
    Meaning(
        "Diagnostics",
        "Good, needs attention, bad",
        "The share of cases, units or scenarios that answer yes against the thresholds of each"
        " question. At stake is the money of those that answer no.",
        "rpt_return_diagnostics",
    ),
    Meaning(
        "Gates and syncs",
        "Ready, held, done",
        "Ready may be sent now. Held may not, for every reason named. Done needs nothing.",
        GATES,
    ),
    Meaning(
        "Definitions",
        "Complete",
        "Every check of the run that blocks has passed. Anything else is incomplete.",
        "ops.checks",
    ),
    Meaning(
        "Definitions",
        "Stale",
        "The numbers are older than 26 hours: a daily run and two hours.",
        "ops.publication",
    ),
    Meaning(
        "Definitions",
        "Tied",
        "Count and sum at a second witness (the orders' own totals, the ERP's own count and sum)"
        " equal those of the marts, to the cent.",
        TIE_OUT,
    ),
)


def rows() -> list[dict[str, object]]:
    """Return the meanings as rows of a table."""
    return [asdict(meaning) for meaning in MEANINGS]
