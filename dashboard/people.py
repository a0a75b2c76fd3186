"""Who is acting, and what they may do: every page and every decision asks here."""

import getpass
from datetime import UTC, datetime

import streamlit as st

from dashboard.access import Capability, Person, everything, person_of, roles_that_may
from dashboard.masking import masked_name, masked_text
from dashboard.serving import login_section
from dashboard.settings import settings
from orchestration.ledger import DecisionRefusedError


class NotAllowedError(DecisionRefusedError):
    """Somebody asked for what is not theirs to do; the message says whose it is."""

    def __init__(self, capability: Capability) -> None:
        roles = " or ".join(roles_that_may(capability))
        super().__init__(f"Your login may not {capability}; the role {roles} may. {whom_to_ask()}")


def current_person() -> Person:
    """
    Return who is looking.

    Where a login is configured, its claims say so and nothing else. Without one, bound to
    loopback, it is the account's own user, or DASHBOARD_USER. Raises NotAdmittedError.
    """
    if login_section() is None:
        return everything(settings().user or _account())
    return person_of(st.user.to_dict(), settings().access, now=datetime.now(UTC))


def acting(capability: Capability) -> Person:
    """Return who is about to do this, or raise NotAllowedError: asked where it is done."""
    person = current_person()
    if not person.may(capability):
        raise NotAllowedError(capability)
    return person


def still_acting(person: Person, capability: Capability) -> None:
    """Raise NotAllowedError where somebody, known from an earlier run, may not do this now."""
    if person.has_expired(datetime.now(UTC)) or not person.may(capability):
        raise NotAllowedError(capability)


def whom_to_ask() -> str:
    """Return who gives roles, as a sentence."""
    return f"Ask {settings().contact or 'whoever runs this dashboard'}."


def sees_names() -> bool:
    """Return whether the reader's role needs names and e-mails."""
    return current_person().may(Capability.SEE_NAMES)


def readable(text: str) -> str:
    """Return a text as the reader's role may see it: e-mail addresses masked, or not."""
    return text if sees_names() else masked_text(text)


def named(name: str) -> str:
    """Return a name as the reader's role may see it."""
    return name if sees_names() else masked_name(name)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "local user"
