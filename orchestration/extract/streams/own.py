"""What this project wrote itself and reads as it reads any source."""

from orchestration.extract.streams.stream import (
    AMOUNT,
    INSTANT,
    TEXT,
    Stream,
    System,
)

ACTION = {
    "intent_key": TEXT,
    "action": TEXT,
    "store": TEXT,
    "case_key": TEXT,
    "order_line_id": TEXT,
    "sku": TEXT,
    "quantity": "INTEGER",
    "amount": AMOUNT,
    "currency": TEXT,
    "location_id": TEXT,
    "reference": TEXT,
    "run_id": TEXT,
    "sent_at": INSTANT,
}
ACTIONS = Stream(
    System.LEDGER,
    "actions",
    key=("intent_key",),
    cursor="confirmed_at",
    records=("actions",),
    columns={**ACTION, "confirmed_at": INSTANT},
)
BREAK_STATES = Stream(
    System.LEDGER,
    "break_states",
    key=("break_key",),
    cursor="decided_at",
    records=("break_states",),
    columns={
        "break_key": TEXT,
        "status": TEXT,
        "owner": TEXT,
        "amount": AMOUNT,
        "currency": TEXT,
        "snoozed_until": INSTANT,
        "decided_by": TEXT,
        "decided_at": INSTANT,
    },
)
# Few, and read whole: whoever is confirmed is among the actions from then on.
UNCONFIRMED_ACTIONS = Stream(
    System.LEDGER,
    "unconfirmed_actions",
    key=("intent_key",),
    records=("unconfirmed_actions",),
    columns={**ACTION, "state": TEXT, "message": TEXT},
)
LEDGER_STREAMS = (ACTIONS, BREAK_STATES, UNCONFIRMED_ACTIONS)

# Landed by the command that rehearses, when a person runs it: no run reads it anew.
REHEARSAL_STREAMS = (
    Stream(
        System.REHEARSAL,
        "outcomes",
        key=("rehearsal_id", "scenario"),
        cursor="rehearsed_at",
        records=("outcomes",),
        columns={
            "rehearsal_id": TEXT,
            "rehearsed_at": INSTANT,
            "pack": TEXT,
            "is_whole_pack": "BOOLEAN",
            "scenario": TEXT,
            "kinds": f"{TEXT}[]",
            "difference_count": "INTEGER",
        },
    ),
)
