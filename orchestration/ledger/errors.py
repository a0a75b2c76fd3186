"""What can be wrong with the ledger, each with what to do about it."""


class LedgerError(Exception):
    """Something about the ledger or an intent in it; the text names the remedy."""


class LedgerUnreachableError(LedgerError):
    """Stop: the ledger cannot be opened, and nothing may be sent without it."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"the ledger at {url} cannot be opened ({reason}); make its folder writable or start"
            " its server, or point LEDGER_URL at a ledger that is there"
        )


class LedgerNewerError(LedgerError):
    """Stop: a newer program wrote this ledger, and this one could misread it."""

    def __init__(self, url: str, *, found: str, known: str) -> None:
        super().__init__(
            f"the ledger at {url} has schema {found}, this program knows up to {known};"
            " upgrade return-lifecycle, or point LEDGER_URL at a ledger of this version"
        )


class DecisionRefusedError(LedgerError):
    """Stop: a person asked for what this intent, or this person, does not allow."""


class OtherSecretError(LedgerError):
    """Stop: with another secret, customers who were forgotten would not be known again."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} keys of forgotten customers were made with another secret, and would land"
            " again under this one; set CUSTOMER_SECRET back to what it was"
        )


class IntentChangedError(LedgerError):
    """Skip this intent: something else is asked for under a key that is already taken."""


class LostClaimError(LedgerError):
    """Skip this intent: another worker has taken it over, or its state has moved on."""


class HeldBackError(LedgerError):
    """Skip this intent for now: an earlier one for the same line must be known first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
