"""How large everything is: small ends within three minutes, full in half an hour and more."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """
    The sizes of one run, in records.

    `orders` are read in every way, `dlt_orders` by dlt, `many_orders` by the project alone to see
    whether its memory is flat, `paced_orders` against latency and against a bucket; `keys` are
    compared on each side; `returns` are built, with so many `days` of changes of the fewer and one
    of the more; `run_returns` run from the sandbox to the end. What
    these published is copied until there are `shown_returns`, and each page of the dashboard is
    looked at so many times (`looks`), and by so many `readers` at the same moment.
    """

    name: str
    recorded_returns: int
    orders: int
    dlt_orders: int
    many_orders: int
    paced_orders: int
    keys: int
    returns: tuple[int, int]
    days: int
    run_returns: int
    shown_returns: int
    looks: int
    readers: int

    @property
    def is_judged(self) -> bool:
        """Whether figures of this size are held to their bounds."""
        return self.name == FULL.name


SMALL = Size(
    "small",
    recorded_returns=100,
    orders=2_000,
    dlt_orders=500,
    many_orders=4_000,
    paced_orders=1_000,
    keys=20_000,
    returns=(1_000, 4_000),
    days=0,
    run_returns=20,
    shown_returns=10_000,
    looks=1,
    readers=2,
)
FULL = Size(
    "full",
    recorded_returns=1_000,
    orders=100_000,
    dlt_orders=25_000,
    many_orders=200_000,
    # Fewer would weigh the start of a client more than its pace.
    paced_orders=6_000,
    keys=1_000_000,
    returns=(100_000, 1_000_000),
    days=3,
    run_returns=500,
    shown_returns=1_000_000,
    looks=6,
    readers=5,
)
SIZES = {size.name: size for size in (SMALL, FULL)}
