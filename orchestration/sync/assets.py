"""The syncs as assets: each asks the gate again, then applies one action to what is published."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from orchestration.gates import (
    LIMITS_FILE,
    PUBLICATION,
    PUBLICATION_GATE,
    check_states,
    published_file,
    read_limits,
)
from orchestration.ledger import UNRESOLVED, Ledger, LedgerError, State
from orchestration.resources import (
    Home,
    LedgerResource,
    NetSuiteResource,
    PostResource,
    SettingsError,
    ShopifyResource,
    SyncResource,
)
from orchestration.sync.action import Action
from orchestration.sync.actions import IN_ORDER
from orchestration.sync.engine import run_action
from orchestration.sync.policy import NotReadyForLiveError, Policy
from orchestration.sync.publication import NoPublicationError, current_file, read_publication
from orchestration.sync.reach import remotes
from orchestration.sync.values import Mode, Outcome, Summary

# Without `since_last_handled` the trigger is lost when a tick falls between publication and check.
AFTER_THE_CHECKS_PASSED = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & dg.AutomationCondition.all_deps_blocking_checks_passed()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
)


def key_of(action: str) -> dg.AssetKey:
    """Return the asset key of an action's sync."""
    return dg.AssetKey(["sync", action])


def sync_asset(action: Action, *, after: Sequence[str] = ()) -> dg.AssetsDefinition:
    """
    Return the asset that applies one action to what is published, after these syncs of its run.

    It depends on no model: a model's table is written before its checks fail.
    """

    @dg.asset(
        key=key_of(action.name),
        deps=[PUBLICATION, *(key_of(earlier) for earlier in after)],
        group_name="sync",
        pool=f"sync_{action.name}",
        automation_condition=AFTER_THE_CHECKS_PASSED,
        description=f"Applies what the gates allow of {action.name}; sends in live mode only.",
    )
    def apply(
        context: dg.AssetExecutionContext,
        home: Home,
        ledger: LedgerResource,
        netsuite: NetSuiteResource,
        post: PostResource,
        shopify: ShopifyResource,
        sync: SyncResource,
    ) -> dg.MaterializeResult[None]:
        file, policy = checked_file(context.instance, home.published), policy_of(sync)
        try:
            with ledger.open() as opened, remotes(shopify, netsuite, post, sync) as remote_for:
                free_dead_runs(opened, context.instance)
                summary = run_action(
                    action,
                    publication=read_publication(file, action.name),
                    ledger=opened,
                    remote_for_store=remote_for,
                    policy=policy,
                    clock=utc_now,
                    run_id=context.run.run_id,
                )
        except (LedgerError, NotReadyForLiveError, SettingsError) as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        return dg.MaterializeResult(metadata=told(summary))

    return apply


def checked_file(instance: dg.DagsterInstance, folder: Path) -> Path:
    """
    Return the publication that the gate opens for, or fail the run with the gate's reasons.

    What Dagster was told minutes ago is asked again, and the file must be the one checked.
    """
    verdict = PUBLICATION_GATE.decide(check_states(instance, PUBLICATION_GATE.required))
    if not verdict.is_open:
        raise dg.Failure(str(verdict), allow_retries=False)
    try:
        file = current_file(folder)
    except NoPublicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    checked = published_file(instance, PUBLICATION)
    if checked != file.name:
        raise dg.Failure(
            f"{PUBLICATION_GATE.name} is closed: {file.name} is published, the checks passed on"
            f" {checked}; publish again",
            allow_retries=False,
        )
    return file


def policy_of(sync: SyncResource) -> Policy:
    """Return the settings as the engine's policy; unreadable ones end the run before it acts."""
    try:
        limits = read_limits(sync.limits_file or LIMITS_FILE)
        return Policy(
            mode=Mode(sync.mode),
            live_since=sync.live_since,
            limits=limits,
            stale_after=sync.stale_after,
        )
    except ValueError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def free_dead_runs(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    """Take over at once what runs hold that have ended; the leases of others run on."""
    claimable = ledger.intents(states=UNRESOLVED | {State.APPROVED})
    for owner in {record.lease_owner for record in claimable if record.lease_owner}:
        run = instance.get_run_by_id(owner)
        if run is not None and run.is_finished:
            ledger.end_leases(owner)


def told(summary: Summary) -> dict[str, dg.MetadataValue]:
    """Return the run's counts and its rows, the first of them, for whoever looks at the run."""
    rows = [
        {
            "case": row.intent.case_name,
            "store": row.intent.store,
            "sku": row.intent.sku,
            "quantity": row.intent.quantity,
            "amount": None if row.intent.amount is None else str(row.intent.amount),
            "currency": row.intent.currency,
            "told": row.intent.told,
            "outcome": str(row.outcome),
            "reason": row.reason,
        }
        for row in summary.outcomes
    ]
    counts = {str(outcome): dg.IntMetadataValue(summary.counts[outcome]) for outcome in Outcome}
    return {
        "dagster/row_count": dg.IntMetadataValue(summary.row_count),
        "mode": dg.TextMetadataValue(str(summary.mode)),
        "publication": dg.TextMetadataValue(summary.publication),
        "units_confirmed": dg.IntMetadataValue(summary.units[Outcome.CONFIRMED]),
        **counts,
        "held_by_reason": dg.JsonMetadataValue(dict(summary.held_by_reason)),
        "rows": dg.JsonMetadataValue(rows),
    }


def utc_now() -> datetime:
    """Return the time of this machine: leases and keys live in real time, whatever the clock."""
    return datetime.now(UTC)


sync_assets = [
    sync_asset(action, after=[earlier.name for earlier in IN_ORDER[:position]])
    for position, action in enumerate(IN_ORDER)
]
