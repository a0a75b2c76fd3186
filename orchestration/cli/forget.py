"""A customer erased on request: what it takes, and what is said of it."""

from datetime import UTC, datetime

from rich.console import Console

from orchestration.cli.locks import lone_lock
from orchestration.cli.profile import sandbox_secret
from orchestration.extract.shopify.customers import CustomerKeys
from orchestration.landing import find_customers, forget_customers
from orchestration.ledger import ForgottenCustomers
from orchestration.resources.customers import CustomerKeysResource
from orchestration.resources.home import landing_of
from orchestration.resources.settings import environment, read_home

CUSTOMER_ID = "gid://shopify/Customer/"


class NoCustomerError(ValueError):
    """What was written is neither an e-mail nor an id of a customer."""


def forget(console: Console, who: str) -> None:
    """
    Keep a customer from ever landing again, and take out what has landed.

    First the ledger remembers the keyed hashes, so that a run in between cannot bring the
    customer back; then landing is written anew without the records.
    """
    home = read_home(environment()).path
    with lone_lock(home), sandbox_secret(home):
        settings = read_home(environment())
        keys = CustomerKeysResource().read()
        id_ = _id(who)
        landing = landing_of(settings)
        found = find_customers(landing, key="" if id_ else keys.key_of(who), id_=id_)
        ids = {customer.id for customer in found}
        hashes = _hashes(keys, who=id_ or who, ids=ids) | {
            customer.customer_key for customer in found if customer.customer_key
        }
        with ForgottenCustomers(settings.ledger_url) as forgotten:
            forgotten.add(hashes, made_with=keys.made_with, at=datetime.now(UTC))
        batches = forget_customers(landing, ids, hashes, scratch=settings.scratch)
    published = len(list((home / "published").glob("*.duckdb")))
    _say(console, stores=sorted({customer.store for customer in found}), batches=batches)
    _say_what_is_left(
        console, landed=bool(batches), published=published, kept=settings.publications_kept
    )


def _hashes(keys: CustomerKeys, *, who: str, ids: set[str]) -> set[str]:
    return {keys.key_of(identity) for identity in (who, *ids)}


def _id(who: str) -> str:
    """Return the global id that was written, or nothing for an e-mail."""
    said = who.strip()
    if said.isdigit():
        return f"{CUSTOMER_ID}{said}"
    if said.startswith((CUSTOMER_ID, "gid://shopify/Company/")):
        return said
    if "@" not in said:
        raise NoCustomerError(
            "this is neither an e-mail nor an id of a customer: write name@example.com, the number"
            f" in the customer's address in the admin, or {CUSTOMER_ID}<number>"
        )
    return ""


def _say(console: Console, *, stores: list[str], batches: int) -> None:
    if batches:
        console.print(
            f"Forgotten: taken out of {batches} landed batch{'' if batches == 1 else 'es'}"
            f" ({', '.join(stores)});"
            " never lands again"
        )
    else:
        console.print("Nothing of this customer has landed; it never will")


def _say_what_is_left(console: Console, *, landed: bool, published: int, kept: int) -> None:
    """Where nothing is landed, it may have been forgotten before: what is published may tell."""
    console.print("The marts forget with the next run: `returns run`")
    if published:
        made = "1 publication" if published == 1 else f"{published} publications"
        keep = ("keeps" if published == 1 else "keep") if landed else "may keep"
        console.print(
            f"{made} made before {keep} the hash and the masked name until retired"
            f" (the newest {kept} stay); delete the files in `published` to be rid of them at once"
        )
    console.print("The stores and the ERP keep their own records: erase the customer there too")
