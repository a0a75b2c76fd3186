"""How customers are hashed."""

from dataclasses import dataclass, field

from orchestration.resources.settings.reader import Environment, Reader

SHORTEST_SECRET = 32


@dataclass(frozen=True)
class CustomerSettings:
    """What customers' e-mails are hashed with; with another secret everyone gets another key."""

    secret: str = field(repr=False)


def read_customers(env: Environment) -> CustomerSettings:
    """Return how customers are hashed: with a secret, written out or in a file."""
    reader = Reader(env)
    secret = reader.secret("CUSTOMER_SECRET", "")
    if len(secret) < SHORTEST_SECRET:
        reader.problem(
            "CUSTOMER_SECRET",
            f"is missing or shorter than {SHORTEST_SECRET} characters; set it (or"
            " CUSTOMER_SECRET_FILE) to a random text, such as `openssl rand -hex 32` makes, and"
            " keep it: e-mails are hashed with it before they land",
        )
    reader.raise_problems()
    return CustomerSettings(secret=secret)
