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

# Back to approved: the remote said that the call had no effect, so it may be made again.
# Sent again from sent or unknown: only an action whose remote knows the key may ask for that.
MAY_FOLLOW = {
    State.APPROVED: frozenset({State.PLANNED, State.SENT}),
    State.SENT: frozenset({State.APPROVED, State.SENT, State.UNKNOWN}),
    State.CONFIRMED: frozenset({State.SENT, State.UNKNOWN}),
    State.REFUSED: frozenset({State.SENT, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.SENT, State.UNKNOWN}),
}
