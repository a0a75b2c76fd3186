"""Who may do what: the roles, what each of them may, and how a login's claims become a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

Claims = Mapping[str, object]


class Capability(StrEnum):
    """What there is to be allowed, in the words of a refusal."""

    LOOK_UP = "look up a return"
    READ = "read this page"
    SEE_NAMES = "see names and e-mails"
    EXPORT = "take a file home"
    DECIDE = "decide about breaks"
    PROPOSE = "propose to accept a break"
    ACCEPT = "accept a break"
    SIGN_OFF = "sign a period off, or take that back"
    APPROVE = "say yes or no to what is sent"
    HALT = "stop sending, or let it go on"


class Role(StrEnum):
    """What somebody is here for."""

    VIEWER = "viewer"
    SUPPORT = "support"
    ANALYST = "analyst"
    APPROVER = "approver"


_ANALYST = frozenset(
    {
        Capability.LOOK_UP,
        Capability.READ,
        Capability.SEE_NAMES,
        Capability.EXPORT,
        Capability.DECIDE,
        Capability.PROPOSE,
    }
)
# Whatever these say, the ledger lets nobody confirm what they proposed themselves.
MAY: Mapping[Role, frozenset[Capability]] = {
    Role.VIEWER: frozenset({Capability.LOOK_UP, Capability.READ}),
    Role.SUPPORT: frozenset({Capability.LOOK_UP}),
    Role.ANALYST: _ANALYST,
    Role.APPROVER: _ANALYST
    | {Capability.ACCEPT, Capability.SIGN_OFF, Capability.APPROVE, Capability.HALT},
}


class NotAdmittedError(Exception):
    """A login that nobody can be known by; the message says why and what to do."""


class ExpiredError(NotAdmittedError):
    """The login has ended: the same person may log in again."""


@dataclass(frozen=True)
class AccessRules:
    """
    Which claim holds the name and which the roles, and what the provider calls each role.

    A claim inside another is named with dots, as `realm_access.roles`.
    """

    name_claim: str = "email"
    role_claim: str = "roles"
    called: Mapping[Role, frozenset[str]] = field(
        default_factory=lambda: {role: frozenset({str(role)}) for role in Role}
    )


@dataclass(frozen=True)
class Person:
    """A name that decisions are logged under, and what goes with it."""

    name: str
    capabilities: frozenset[Capability]
    roles: tuple[Role, ...] = ()
    expires_at: datetime | None = None

    def may(self, capability: Capability) -> bool:
        """Return whether this is theirs to do."""
        return capability in self.capabilities

    def has_expired(self, now: datetime) -> bool:
        """Return whether the login they came with has ended; who needs none never expires."""
        return self.expires_at is not None and now >= self.expires_at


def everything(name: str) -> Person:
    """Return the one person of a machine that serves nobody else."""
    return Person(name, frozenset(Capability))


def person_of(claims: Claims, rules: AccessRules, *, now: datetime) -> Person:
    """
    Return who logged in; without a role they may do nothing.

    Raises ExpiredError where the ID token has ended or does not say when, NotAdmittedError where
    it names nobody.
    """
    expires_at = _ends(claims)
    if expires_at is None or now >= expires_at:
        raise ExpiredError("Your login has ended. Log in again.")
    name = _found(claims, rules.name_claim)
    if not isinstance(name, str) or not name.strip():
        raise NotAdmittedError(
            f"Your login has no claim `{rules.name_claim}`: no decision could be signed with it."
        )
    if rules.name_claim == "email" and claims.get("email_verified") in (False, "false"):
        raise NotAdmittedError(
            "Your login's e-mail was never verified, so it may be somebody else's."
        )
    said = _values(_found(claims, rules.role_claim))
    roles = tuple(role for role in Role if rules.called.get(role, frozenset()) & said)
    allowed = frozenset[Capability]().union(*(MAY[role] for role in roles))
    return Person(name.strip(), allowed, roles, expires_at)


def roles_that_may(capability: Capability) -> tuple[Role, ...]:
    """Return the roles that this is for."""
    return tuple(role for role in Role if capability in MAY[role])


def _ends(claims: Claims) -> datetime | None:
    """`exp` is whole seconds since 1970 in UTC (RFC 7519, 4.1.4)."""
    ends = claims.get("exp")
    if isinstance(ends, bool) or not isinstance(ends, int | float):
        return None
    return datetime.fromtimestamp(ends, UTC)


def _found(claims: Claims, name: str) -> object:
    """A claim's own name may hold dots, as a URL does; only else they lead into it."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _values(claim: object) -> frozenset[str]:
    if isinstance(claim, str):
        return frozenset({claim})
    if isinstance(claim, list | tuple):
        return frozenset(value for value in claim if isinstance(value, str))
    return frozenset()
