"""Who is acting, and what they may do: every page asks here, and nowhere else."""

import getpass
from dataclasses import dataclass
from enum import StrEnum

from dashboard.settings import settings


class Capability(StrEnum):
    """What a person may do beyond looking; no one confirms their own proposal, whatever these."""

    SEE_CUSTOMERS = "see_customers"
    DECIDE = "decide"
    ACCEPT = "accept"
    SIGN_OFF = "sign_off"
    APPROVE = "approve"
    HALT = "halt"


@dataclass(frozen=True)
class Person:
    """A name that decisions are logged under, and what goes with it."""

    name: str
    capabilities: frozenset[Capability]

    def may(self, capability: Capability) -> bool:
        """Return whether this is theirs to do."""
        return capability in self.capabilities


def current_person() -> Person:
    """
    Return who is looking.

    Bound to 127.0.0.1 nobody has to log in: it is the account's own user, or DASHBOARD_USER.
    """
    return Person(settings().user or _account(), frozenset(Capability))


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "local user"
