"""When things happen: the season of an order, and how long each step takes."""

from datetime import datetime, timedelta
from math import exp, log
from random import Random

from orchestration.sandbox.business.rates import HABITS, LAGS, SEASON

DAYS = 365
GIFT_MONTHS = (11, 12)


def draw_placed_at(random: Random, clock: datetime) -> datetime:
    """Draw when an order was placed in the year before the clock, more often in season."""
    while True:
        moment = clock - timedelta(seconds=random.randrange(DAYS * 24 * 3600))
        if random.random() * max(SEASON) < SEASON[moment.month - 1]:
            return moment


def later(random: Random, moment: datetime, step: str) -> datetime:
    """Return when the next step is done: most often near its usual time, seldom much later."""
    quickest, usual, slowest = LAGS[step]
    # A triangle on a logarithmic scale: times of work have a long tail.
    hours = exp(random.triangular(log(quickest), log(slowest), log(usual)))
    return moment + timedelta(seconds=round(hours * 3600))


def return_requested(random: Random, placed_at: datetime) -> datetime:
    """Return when a customer asks to send something back; gifts are first unwrapped."""
    is_gift = placed_at.month in GIFT_MONTHS and random.random() < HABITS["gift"]
    return later(random, placed_at, "gift_returned" if is_gift else "return_requested")
