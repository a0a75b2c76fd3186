"""How the cases that somebody asks about are found, or what is said where none is."""

from dashboard.customers import customer_key
from dashboard.frame import nothing
from dashboard.marts import cases
from dashboard.publication import Pointer
from dashboard.settings import settings

# A shorter part of a number is in too many of them.
SHORTEST_PART = 3


def looked_up(pointer: Pointer, text: str, email: str) -> list[cases.Case]:
    """Return the cases of the one thing that is asked for; never guess which of two is meant."""
    if text and email:
        nothing("Clear one of the two: the number or the e-mail.")
        return []
    if not email:
        return _by_number(pointer, text)
    if "@" not in email:
        nothing("This is no e-mail address.")
        return []
    return _by_email(pointer, email)


def near(pointer: Pointer, text: str) -> list[cases.Case]:
    """Return what a part of a number is in, for who has no more of it: none of it is meant yet."""
    is_long_enough = len(text.strip("# ")) >= SHORTEST_PART
    return cases.containing(pointer, text) if is_long_enough else []


def _by_number(pointer: Pointer, text: str) -> list[cases.Case]:
    """Return the cases that a number means, or say what to try."""
    found = cases.search(pointer, text)
    if not found and cases.has_order(pointer, text):
        nothing("This order is known; nothing of it was returned or refunded.")
    elif not found:
        nothing(
            "Nothing has this number. Try the order (#1001), the return (#1001-R1), the RMA or"
            " the credit memo, in full."
        )
    return found


def _by_email(pointer: Pointer, email: str) -> list[cases.Case]:
    """Return the cases of an e-mail's owner; only its hash is asked for."""
    secret = settings().customer_secret
    if not secret:
        nothing(
            "Nobody can be found by e-mail yet: set CUSTOMER_SECRET to the secret that the"
            " pipeline hashes e-mails with."
        )
        return []
    found = cases.of_customer(pointer, customer_key(email, secret=secret))
    if not found:
        nothing("No return is known of this e-mail.")
    return found
