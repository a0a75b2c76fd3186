"""Customers are found by the keyed hash of an e-mail: the e-mail itself is kept nowhere."""

import hmac
from hashlib import sha256


def customer_key(email: str, *, secret: str) -> str:
    """Return the key under which the marts know a customer (HMAC-SHA-256 in hexadecimal)."""
    return hmac.new(secret.encode(), email.strip().lower().encode(), sha256).hexdigest()
