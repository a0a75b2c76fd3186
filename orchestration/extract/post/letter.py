"""A letter, as it is handed to whatever carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Letter:
    """
    A text for one reader; `letter_id` is the same however often it is handed over.

    `content` is what a machine reads instead of the text. The address is never logged or kept.
    """

    letter_id: str
    kind: str
    subject: str
    text: str
    html: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    address: str | None = field(default=None, repr=False)
