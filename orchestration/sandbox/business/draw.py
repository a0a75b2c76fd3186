"""A whole business of a seed: its flows, its stock, and the truth of every case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from orchestration.sandbox.business import rates
from orchestration.sandbox.business.cases import draw_flow
from orchestration.sandbox.business.catalogue import ITEMS, STORES
from orchestration.sandbox.business.clock import draw_placed_at
from orchestration.sandbox.business.defects import DEFECTS
from orchestration.sandbox.business.document_defects import UnfitError
from orchestration.sandbox.business.flow import Case, Flow
from orchestration.sandbox.business.shape import AS_SHOPS_KNOW_THEM, Shape
from orchestration.sandbox.business.truth import Truth, truth_of
from orchestration.sandbox.scenario_values import Block

FIRST_NUMBER = 1001
ENOUGH_TRIES = 50_000
IN_STOCK = 400


@dataclass(frozen=True)
class Drawn:
    """One file's worth: its name, what was recorded, and what is true of its cases."""

    stem: str
    body: Block
    truth: tuple[Truth, ...]


def draw_business(
    returns: int,
    *,
    seed: int,
    clock: datetime,
    first_number: int = FIRST_NUMBER,
    shape: Shape = AS_SHOPS_KNOW_THEM,
) -> Iterator[Drawn]:
    """
    Yield the flows of a business with `returns` cases in all, and its stock; the same for a seed.

    Each defect of the rates strikes its share of the cases, and at least one: so a business of
    less than some forty cases has more cases than asked for. Orders are numbered from
    `first_number`, in the order in which they were placed; some have no return at all.
    """
    flows = sorted(
        _flows(returns, seed=seed, clock=clock, shape=shape),
        key=lambda flow: flow.orders[0].placed_at,
    )
    _name(flows, first_number)
    for index, flow in enumerate(flows):
        truth = tuple(truth_of(flow, case) for case in flow.cases)
        yield Drawn(f"business-{seed}-{index}", flow.body(), truth)
    yield Drawn(f"business-{seed}-stock", _stock(clock), ())


def _flows(returns: int, *, seed: int, clock: datetime, shape: Shape) -> Iterator[Flow]:
    count = 0
    for defect, rate in rates.DEFECTS.items():
        for repeat in range(max(1, round(returns * rate))):
            random = Random(f"{seed}/{defect}/{repeat}")  # noqa: S311 - a draw that repeats
            flow = _struck(random, defect, clock, shape)
            count += len(flow.cases)
            yield flow
    index = 0
    while count < returns:
        random = Random(f"{seed}/clean/{index}")  # noqa: S311 - a draw that repeats
        flow = draw_flow(random, draw_placed_at(random, clock), clock=clock, shape=shape)
        # The last flow keeps its first cases only: what comes later changes nothing of them.
        del flow.cases[max(returns - count, 0) :]
        count, index = count + len(flow.cases), index + 1
        yield flow


def _struck(random: Random, name: str, clock: datetime, shape: Shape) -> Flow:
    """Draw flows until the defect can strike one."""
    defect = DEFECTS[name]
    for _ in range(ENOUGH_TRIES):
        flow = draw_flow(random, draw_placed_at(random, clock), clock=clock, shape=shape)
        if not flow.cases or not defect.fits(flow):
            continue
        try:
            defect.plant(random, flow)
        except UnfitError:
            continue
        flow.defect = name
        return flow
    raise RuntimeError(f"no flow was drawn that {name} can strike; look at the rates of habits")


def _name(flows: list[Flow], first_number: int) -> None:
    """Number orders by the time they were placed, and what follows them by their order."""
    orders = sorted(
        (order for flow in flows for order in flow.orders), key=lambda order: order.placed_at
    )
    for number, order in enumerate(orders, start=first_number):
        order.name = f"{order.store.prefix}{number}"
    for flow in flows:
        returns = [case for case in flow.cases if case.returned is not None]
        for position, case in enumerate(returns, start=1):
            if case.returned is not None:
                case.returned["name"] = f"{case.order.name}-R{position}"
        for position, case in enumerate(flow.cases, start=1):
            _name_documents(case, position)


def _name_documents(case: Case, position: int) -> None:
    number = f"{case.order.name.removeprefix('#')}-{position}"
    if case.authorization is not None:
        case.authorization["number"] = f"RMA{number}"
    for place, credit in enumerate(case.credits):
        prefix = "CR" if credit["kind"] == "cash_refund" else "CM"
        credit["number"] = f"{prefix}{number}{'ABC'[place - 1] if place else ''}"
    if case.returned is not None:
        case.name = case.returned["name"]
    elif case.kind == "refund_only":
        case.name = f"{case.order.name}/refund-1"
    else:
        case.name = (case.authorization or case.credits[0])["number"]


def _stock(clock: datetime) -> Block:
    """Return what the stores have for sale now."""
    stock = [
        {"store": store.name, "sku": item.sku, "available": IN_STOCK}
        for store in STORES
        for item in ITEMS
    ]
    return {"as_of": clock, "inventory": stock}
