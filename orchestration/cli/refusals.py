"""What a command may refuse to do; each says what to do about it in its own message."""

from orchestration.assets.project import ProjectError
from orchestration.cli.forget import NoCustomerError
from orchestration.cli.home import InstanceError
from orchestration.cli.locks import HomeBusyError
from orchestration.cli.ports import PortHeldError
from orchestration.cli.profile import OtherBooksError
from orchestration.cli.services import ServiceEndedError
from orchestration.cli.systems import OwnStateError
from orchestration.cli.whole_run import RunFailedError
from orchestration.extract.errors import SourceError
from orchestration.gates import LimitsError
from orchestration.landing import (
    BrokenEvidenceError,
    DamagedManifestError,
    LandingError,
    NewerLandingError,
)
from orchestration.ledger import LedgerError
from orchestration.rehearsal import ScenarioError
from orchestration.resources import SettingsError
from orchestration.sandbox.scenario import ScenarioError as UnservableError
from orchestration.spark import SparkMissingError
from orchestration.sync.publication import NoPublicationError
from orchestration.volume import VolumeError

REFUSALS = (
    BrokenEvidenceError,
    DamagedManifestError,
    HomeBusyError,
    InstanceError,
    LandingError,
    LedgerError,
    LimitsError,
    NewerLandingError,
    NoCustomerError,
    NoPublicationError,
    OtherBooksError,
    OwnStateError,
    PortHeldError,
    ProjectError,
    RunFailedError,
    ScenarioError,
    ServiceEndedError,
    SettingsError,
    SourceError,
    SparkMissingError,
    UnservableError,
    VolumeError,
)


def unusable(error: OSError) -> str:
    """Return what is wrong with a path, and the remedy; most are of the home."""
    return (
        f"{error.filename} cannot be used ({error.strerror}): check the path, its rights and the"
        " room on its disk, or set RETURNS_HOME to another folder"
    )
