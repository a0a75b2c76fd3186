"""The life of an intent, as a closed set of states and the ways between them."""

from enum import StrEnum


class State(StrEnum):
    """Where an intent stands; `unknown` is the one that needs the remote, or a person, to tell."""

    PLANNED = "planned"
    APPROVED = "approved"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


FINAL = frozenset({State.CONFIRMED, State.REFUSED})
UNRESOLVED = frozenset({State.SENT, State.UNKNOWN})
CLAIMABLE = frozenset({State.APPROVED, State.SENT, State.UNKNOWN})

# Back to approved: the call had no effect, as the remote said or as reading it back showed, so it
# may be made again. Back to planned: a person found that out, and it is decided anew. Sent again
# from sent or unknown: only where the remote knows the key. Refused before it was sent: a person
# said no, or newer evidence asks for something else.
MAY_FOLLOW = {
    State.PLANNED: frozenset({State.UNKNOWN}),
    State.APPROVED: frozenset({State.PLANNED, State.SENT, State.UNKNOWN}),
    State.SENT: frozenset({State.APPROVED, State.SENT, State.UNKNOWN}),
    State.CONFIRMED: frozenset({State.SENT, State.UNKNOWN}),
    State.REFUSED: frozenset({State.PLANNED, State.APPROVED, State.SENT, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.SENT, State.UNKNOWN}),
}
NOT_SENT = frozenset({State.PLANNED, State.APPROVED})
