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
        "Refund variance",
        "Storefront",
        "Refund lines with tax, shipping and its tax, and adjustments, less return fees, as the"
        " storefront calculated them.",
        VARIANCE,
    ),
    Meaning("Refund variance", "Bank, paid", "Refund payments that succeeded.", VARIANCE),
    Meaning(
        "Refund variance",
        "Bank, settled",
        "What the processor has taken for those payments so far; not tracked for gateways that"
        " report no settlements.",
        VARIANCE,
    ),
    Meaning(
        "Refund variance",
        "ERP",
        "Credit memos and cash refunds: lines with tax, shipping and its tax, less fees.",
        VARIANCE,
    ),
    Meaning(
        "Refund variance",
        "Precise reversal",
        "What the sale itself says the returned units are worth: same price, the same share of"
        " the discount, the same tax, to the cent.",
        VARIANCE,
    ),
    Meaning(
        "Refund variance",
        "Net and gross variance",
        "Storefront less ERP. Net adds the differences with their signs, gross adds their sizes:"
        " net alone hides errors that cancel out.",
        VARIANCE,
    ),
    Meaning(
        "Refund variance",
        "Bridge",
        "The seven components (units, unit price, discount, tax, shipping, fees, adjustments)"
        " add up to the variance to the cent, case by case.",
        VARIANCE,
    ),
    Meaning(
        "Refund variance",
        "Cause",
        "The first rule that fits: no common currency, counted twice, missing or not late yet,"
        " none, rounding, else the largest component.",
        VARIANCE,
    ),
    Meaning(
        "Refund variance",
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
        "May have been sold",
        "Units of the SKU in orders placed while exposed, at most as many as were exposed.",
        EXPOSURE,
    ),
    Meaning(
        "Exposure",
        "Unit-hours",
        "Units times the hours they were on sale before inspection.",
        EXPOSURE,
    ),
    Meaning(
        "Gates",
        "Ready, held, done",
        "Ready may be sent now. Held may not, for every reason named. Done needs nothing.",
        GATES,
    ),
    Meaning(
        "Health",
        "Complete",
        "Every check of the run that blocks has passed. Anything else is incomplete.",
        "ops.checks",
    ),
    Meaning(
        "Health",
        "Stale",
        "The numbers are older than 26 hours: a daily run and two hours.",
        "ops.publication",
    ),
    Meaning(
        "Health",
        "Tied",
        "Count and sum at a second witness (the orders' own totals, the ERP's own count and sum)"
        " equal those of the marts, to the cent.",
        TIE_OUT,
    ),
)


def rows() -> list[dict[str, object]]:
    """Return the meanings as rows of a table."""
    return [asdict(meaning) for meaning in MEANINGS]
