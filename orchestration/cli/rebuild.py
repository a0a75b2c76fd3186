"""Everything derived made anew from the evidence alone: no source is asked."""

from datetime import datetime

from rich.console import Console

from orchestration.assets.publication import current
from orchestration.cli.cleaning import clean_up
from orchestration.cli.home import dagster_instance
from orchestration.cli.locks import lone_lock
from orchestration.cli.profile import SANDBOX
from orchestration.cli.progress import Progress
from orchestration.cli.summary import show, show_planted
from orchestration.cli.whole_run import RunFailedError
from orchestration.definitions import REBUILD
from orchestration.extract.streams import System
from orchestration.landing import LandingError, landed_sources
from orchestration.pipeline import run_job
from orchestration.resources.home import landing_of
from orchestration.resources.settings import environment, read_home
from orchestration.sandbox.source import TRUTH


def rebuild_home(console: Console, *, as_of: datetime) -> bool:
    """
    Delete the warehouse of the home, build it from what has landed and publish it.

    Returns whether the publication is complete: facts of an extraction that never ran have not
    passed. The truth of a generated business, where it stands in the home, is compared. Raises
    LandingError, with the warehouse left alone, where nothing has landed.
    """
    settings = read_home(environment())
    home, landing = settings.path, landing_of(settings)
    with lone_lock(home):
        if not any(landed_sources(landing, system) for system in System):
            raise LandingError(
                f"nothing has landed in {settings.landing}: `returns run` reads the sources; where"
                " they were read already, check RETURNS_HOME and RETURNS_LANDING"
            )
        (home / "warehouse.duckdb").unlink(missing_ok=True)
        with dagster_instance(settings) as instance:
            clean_up(console, instance, settings, landing=landing)
            outcome = run_job(REBUILD, instance=instance, as_of=as_of, listener=Progress(console))
        publication = current(home / "published")
        if publication is None or not publication.stem.endswith(outcome.run_id[:8]):
            raise RunFailedError("\n".join(outcome.problems) or "nothing was published")
        is_complete = show(console, publication)
        for truth in (home / TRUTH, home / SANDBOX / TRUTH):
            if truth.exists():
                show_planted(console, publication, truth, title="Planted against found")
    return is_complete
