"""How many lines an order of the business has, and how many of them come back at once."""

from dataclasses import dataclass
from random import Random

BASKETS = (1, 1, 1, 2, 2, 3)


@dataclass(frozen=True)
class Shape:
    """
    Lines of an order and lines of a return; None draws them as shops know them.

    A bundle is never cut, so an order may have more lines than asked for; a return has fewer where
    fewer are left.
    """

    order_lines: int | None = None
    return_lines: int | None = None

    def draw_order_lines(self, random: Random) -> int:
        """Return how many lines an order has."""
        return self.order_lines or random.choice(BASKETS)

    def draw_return_lines(self, random: Random, *, left: int) -> int:
        """Return how many of the lines that are left come back: one or all where not said."""
        if self.return_lines is None:
            return random.choice((1, left))
        return min(self.return_lines, left)


AS_SHOPS_KNOW_THEM = Shape()
