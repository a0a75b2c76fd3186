"""What people see and decide of the syncs: plans, approvals, halts, going live, notices."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from rich.console import Console, JustifyMethod
from rich.table import Table

from orchestration.cli.profile import sandbox_stores
from orchestration.cli.scopes import doubt
from orchestration.gates import LIMITS_FILE, read_limits
from orchestration.ledger import DecisionRefusedError, IntentRecord, Ledger, State
from orchestration.resources import LedgerResource
from orchestration.resources.live_since import LiveSince
from orchestration.resources.settings import environment, is_configured, read_home, read_sync
from orchestration.sync.action import Remote
from orchestration.sync.actions import IN_ORDER
from orchestration.sync.actions.notify import letter_id
from orchestration.sync.engine import LIFTED_BY_APPROVAL, hold_reasons, run_action
from orchestration.sync.going_live import baseline
from orchestration.sync.money import rounded
from orchestration.sync.notices import letter_of
from orchestration.sync.policy import Policy
from orchestration.sync.publication import current_file, knows_case, read_publication, read_row
from orchestration.sync.values import HELD, READY, GateRow, Outcome, Publication

SHOWN = 50
# What a run plans bears the run's id.
RUN_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@contextmanager
def open_ledger() -> Iterator[Ledger]:
    """Open the configured ledger."""
    with LedgerResource().open() as ledger:
        yield ledger


def demand_known(scope: str) -> None:
    """Raise DecisionRefusedError for a scope in which nothing is ever sent."""
    store, _, action = scope.partition("/")
    env = environment()
    if not is_configured(env):
        env = {**env, "SHOPIFY_STORES": sandbox_stores(read_home(env).path)}
    # What is not written as a scope at all, the ledger says itself.
    if action and (why := doubt(store, action, env=env)):
        raise DecisionRefusedError(why)


def published() -> Path:
    """Return the current publication; raises NoPublicationError before the first."""
    return current_file(read_home(environment()).path / "published")


def show_plan(console: Console) -> None:
    """Print what the next run would send, what waits for a person, and what is halted."""
    file, settings = published(), read_sync(environment())
    limits = read_limits(settings.limits_file or LIMITS_FILE)
    policy = Policy(live_since=settings.live_since, limits=limits)
    with open_ledger() as ledger:
        counted = ("to send", "done", "held", "units")
        table = _table("Plan", "action", *counted, "why held", figures=counted)
        kinds: Counter[str] = Counter()
        for action in IN_ORDER:
            summary = run_action(
                action,
                publication=read_publication(file, action.name),
                ledger=ledger,
                remote_for_store=_nobody,
                policy=policy,
                clock=lambda: datetime.now(UTC),
                run_id="plan",
            )
            shown = (Outcome.PLANNED, Outcome.DONE, Outcome.HELD)
            counts = [*(summary.counts[kind] for kind in shown), summary.units[Outcome.PLANNED]]
            reasons = summary.held_by_reason.most_common()
            why = "\n".join(f"{count:,} {reason}" for reason, count in reasons)
            table.add_row(action.name, *(f"{count:,}" for count in counts), why)
            kinds += summary.held_by_reason
        console.print(table)
        if kinds["above_run_limit"]:
            console.print("What is held as above_run_limit goes with later runs by itself.")
        _show_waiting(console, ledger)
        for halt in ledger.halts():
            console.print(f"[red]halted[/red] {halt.scope} by {halt.who}: {halt.reason}")


def propose(intent_key: str, *, who: str) -> IntentRecord:
    """
    Plan a row that is held for a reason which an approval lifts; somebody else approves it.

    Raises DecisionRefusedError for every other row: an approval would change nothing of it.
    """
    row, publication = _row_of(intent_key)
    policy = Policy(live_since=read_sync(environment()).live_since)
    reasons = hold_reasons(row, publication=publication, policy=policy)
    if not reasons or not LIFTED_BY_APPROVAL.issuperset(reasons):
        stands = (
            f"is held for {', '.join(reasons)}" if row.decision == HELD else f"is {row.decision}"
        )
        raise DecisionRefusedError(f"no approval lifts {intent_key}: it {stands}")
    with open_ledger() as ledger:
        return ledger.plan(
            row.intent,
            at=datetime.now(UTC),
            run_id="command",
            known_until=publication.known_until,
            proposed_by=who,
        )


def _row_of(intent_key: str) -> tuple[GateRow, Publication]:
    file = published()
    row = read_row(file, intent_key)
    if row is None:
        raise DecisionRefusedError(f"the current publication has no row {intent_key}")
    return row, read_publication(file, row.action)


def show_baseline(console: Console, *, live_since: LiveSince) -> None:
    """Print what going live leaves alone for ever, and what it touches in its first run."""
    counted = ("left alone", "units", "amount", "touched at once")
    table = _table("Going live", "store", "action", "live since", *counted, figures=counted)
    for row in baseline(published(), live_since):
        day = f"{row.since:%Y-%m-%d %H:%M}" if row.since else "never"
        amount = _money(row.left_amount, str(row.currency)) if row.left_amount else ""
        left = (f"{row.left:,}", f"{row.left_units:,}", amount)
        table.add_row(row.store, row.action, day, *left, f"{row.touched:,}")
    console.print(table)
    console.print("What is left alone is held as before_go_live until a person proposes it.")
    console.print("Never: SYNC_LIVE_SINCE names no date for it.")


def preview_notices(console: Console, *, case: str, limit: int) -> int:
    """
    Print the letters that would go out, without their addresses, and say how many.

    `case` is the name of one, or empty for all. Raises DecisionRefusedError for a name of none.
    """
    file = published()
    if case and not knows_case(file, case):
        raise DecisionRefusedError(
            f"the current publication knows no return {case}: write its name as the dashboard"
            " does, such as '#1001-R1' (in quotes, for # begins a comment)"
        )
    publication = read_publication(file, "notify")
    ready = 0
    for row in publication.rows:
        if _is_previewed(row, case):
            ready += 1
            if ready <= limit:
                _show_letter(console, row)
    return ready


def _show_letter(console: Console, row: GateRow) -> None:
    letter = letter_of(row.intent, letter_id=letter_id(row.intent), address=None)
    console.rule(f"{row.store} {row.case_name}, {row.told}")
    console.print(f"Subject: {letter.subject}\n\n{letter.text}", markup=False)


def _is_previewed(row: GateRow, case: str) -> bool:
    return row.decision == READY and case in {"", row.case_name}


def _show_waiting(console: Console, ledger: Ledger) -> None:
    waiting = ledger.intents(states={State.PLANNED, State.UNKNOWN})
    if not waiting:
        console.print("Nothing waits for a person.")
        return
    console.print(f"[italic]Waits for a person: {len(waiting):,}[/italic]")
    for record in waiting[:SHOWN]:
        intent = record.intent
        said = ", ".join((intent.action, _what(record), _state(record)))
        line = f" {intent.store} {intent.case_name}: {said}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
        # Whole and in a line of its own, however narrow the terminal: it is copied from there.
        console.print(f"   {intent.intent_key}", markup=False, highlight=False, soft_wrap=True)
    if len(waiting) > SHOWN:
        console.print(f" and {len(waiting) - SHOWN:,} more, in the dashboard's page of gates")
    console.print("`returns approve`, `returns refuse` and `returns settle` take the key.")


def _what(record: IntentRecord) -> str:
    intent = record.intent
    if intent.amount is not None:
        return _money(intent.amount, str(intent.currency))
    return intent.told or f"{intent.quantity} {intent.sku}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{currency} {rounded(amount, currency):,}"


def _state(record: IntentRecord) -> str:
    """Return what is waited for: of a call whose outcome is unknown, what somebody found out."""
    if record.state is State.UNKNOWN:
        return "sent, outcome unknown"
    by = record.proposed_by or ""
    return f"planned by {'a run' if RUN_ID.fullmatch(by) else by or 'nobody known'}"


def _table(title: str, *columns: str, figures: Collection[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    for column in columns:
        justify: JustifyMethod = "right" if column in figures else "left"
        # In a narrow terminal it is sentences and days that break: these are read as one word.
        is_whole = column in ("action", "amount", "units")
        day = len("2026-12-01") if column == "live since" else None
        table.add_column(column, overflow="fold", justify=justify, no_wrap=is_whole, min_width=day)
    return table


def _nobody(store: str) -> Remote:
    """A plan reaches nobody."""
    raise LookupError(store)
