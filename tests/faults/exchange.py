"""One request with its sound answer, and what a fault may make of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.faults.proxy import Answer, Ask, Forward, Reply

AGAIN = "again:"


@dataclass(frozen=True)
class Exchange:
    """A request, the sandbox's answer to it, and a door to the sandbox for more."""

    ask: Ask
    answer: Answer
    forward: Forward

    @property
    def is_store(self) -> bool:
        """Whether the storefront was asked with a document."""
        return self.ask.target.endswith("graphql.json")

    @property
    def is_erp(self) -> bool:
        """Whether the ERP was asked for rows."""
        return "suiteql" in self.ask.target

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of a document; none of anything else."""
        return json.loads(self.ask.body).get("variables") or {} if self.is_store else {}

    @property
    def content(self) -> Any:
        """A copy of the answer's content; None where it is no JSON."""
        try:
            return json.loads(self.answer.body)
        except ValueError:
            return None

    @property
    def records(self) -> list[Any]:
        """A copy of the records of the page that are not null."""
        return [record for record in records_of(self.content) if record is not None]

    @property
    def page_info(self) -> dict[str, Any] | None:
        """Where the page says that it goes on."""
        return page_info_of(self.content)

    def first_page(self) -> list[Any]:
        """Return the records of the first page, asked anew."""
        body = json.loads(self.ask.body)
        body["variables"] = {**self.variables, "after": None}
        asked = replace(self.ask, body=json.dumps(body).encode())
        return records_of(json.loads(self.forward(asked).body))

    def with_records(self, records: list[Any]) -> Reply:
        """Return the answer with other records, counted anew where it counts them."""
        content = self.content
        for owner, name in _places(content):
            owner[name] = records
            if "count" in owner:
                owner["count"] = len(records)
            break
        return Reply(self.answer.with_json(content))

    def with_first_text(self, value: bytes) -> Reply | None:
        """Return the answer with one text of its first record replaced, byte for byte."""
        for record in self.records[:1]:
            for name, found in record.items():
                if isinstance(found, str) and name != "__typename":
                    old = compact(json.dumps({name: found})[1:-1]).encode()
                    new = json.dumps(name).encode() + b":" + value
                    body = compact(self.answer.body.decode()).encode()
                    return Reply(self.answer.with_body(body.replace(old, new, 1)))
        return None


Effect = Callable[[Exchange, Random], Reply | None]


@dataclass(frozen=True)
class Fault:
    """
    One kind of misbehaviour; `family` is its line in the table of the campaign.

    The effect is None for an exchange in which the fault has no place.
    """

    family: str
    name: str
    effect: Effect


class Family:
    """The faults of one line of the table."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []

    def __call__(self, effect: Effect) -> Effect:
        """Take in an effect under the name of its function."""
        self.add(effect.__name__, effect)
        return effect

    def add(self, name: str, effect: Effect) -> None:
        """Take in an effect under a name."""
        self.faults.append(Fault(self.name, name, effect))

    def always(self, name: str, answer: Answer) -> None:
        """Take in an answer that is given whatever was asked."""
        self.add(name, lambda _, __: Reply(answer))


def records_of(content: Any) -> list[Any]:
    """Return the list of records of an answer, in place."""
    return next((owner[name] for owner, name in _places(content)), [])


def page_info_of(content: Any) -> dict[str, Any] | None:
    """Return where an answer says that it goes on, in place."""
    return next((owner.get("pageInfo") for owner, _ in _places(content)), None)


def compact(text: str) -> str:
    """Return a text of JSON without the spaces that the sandbox may write."""
    return text.replace('": ', '":').replace(', "', ',"')


def _places(content: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield where an answer has its list of records, and its name there."""
    if isinstance(content, dict):
        for name in ("nodes", "items"):
            if isinstance(content.get(name), list):
                yield content, name
                return
        for value in content.values():
            yield from _places(value)
