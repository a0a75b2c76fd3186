"""Closes of periods: who signed which one off, on what publication, and who took it back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from orchestration.ledger import decision_chain
from orchestration.ledger.decision_chain import Entry
from orchestration.ledger.decision_tables import decisions
from orchestration.ledger.decision_values import SignOff, Topic, written
from orchestration.ledger.errors import DecisionRefusedError
from orchestration.ledger.store import Store


class Closes(Store):
    """A period is closed once, until somebody takes that back; both stay in the history."""

    def sign_off(self, sign_off: SignOff) -> None:
        """Close a period on a publication, which is kept from then on."""
        subject = f"{sign_off.period}|{sign_off.store}"
        with self._writing() as connection:
            standing = _standing(connection).get(subject)
            if standing is not None:
                raise DecisionRefusedError(
                    f"{sign_off.period} was signed off by {standing.who} already; take that back"
                    " first"
                )
            details = {k: v for k, v in asdict(sign_off).items() if k not in ("who", "at")}
            entry = Entry(Topic.CLOSE, subject, "sign_off", details)
            decision_chain.append(connection, [entry], who=sign_off.who, at=sign_off.at)

    def withdraw(self, *, period: str, store: str, reason: str, who: str, at: datetime) -> None:
        """Open a closed period again; that it was closed stays in the history."""
        subject = f"{period}|{store}"
        with self._writing() as connection:
            if subject not in _standing(connection):
                raise DecisionRefusedError(f"{period} is not signed off")
            said = {"reason": written(reason, "reason")}
            entry = Entry(Topic.CLOSE, subject, "withdraw", said)
            decision_chain.append(connection, [entry], who=who, at=at)

    def sign_offs(self) -> list[SignOff]:
        """Return the closes that stand, the newest period first."""
        with self._reading() as connection:
            standing = _standing(connection).values()
        return sorted(standing, key=lambda close: (close.period, close.store), reverse=True)

    def kept_publications(self) -> frozenset[str]:
        """Return every publication a period was ever closed on: those stay for ever."""
        with self._reading() as connection:
            return frozenset(_details(row)["publication_id"] for row in _closes(connection))


def _standing(connection: Connection) -> dict[str, SignOff]:
    standing: dict[str, SignOff] = {}
    query = select(decisions).where(decisions.c.topic == str(Topic.CLOSE))
    for row in connection.execute(query.order_by(decisions.c.sequence)).mappings():
        if row["verb"] == "withdraw":
            standing.pop(row["subject"], None)
        else:
            standing[row["subject"]] = SignOff(
                **json.loads(row["details"]), who=row["who"], at=row["at"]
            )
    return standing


def _closes(connection: Connection) -> list[Mapping[str, object]]:
    query = select(decisions).where(
        decisions.c.topic == str(Topic.CLOSE), decisions.c.verb == "sign_off"
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _details(row: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = json.loads(str(row["details"]))
    return found
