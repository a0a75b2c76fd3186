"""
A storefront's inventory books in memory: applies a call once per key, and can lose answers.

A fault that is one of the vendor's codes is the answer, and nothing is done.
"""

import json
from collections import Counter
from datetime import timedelta

from orchestration.sync.remote import OutcomeUnknownError

MEMORY = timedelta(hours=24)


class Crash(BaseException):
    """The process dies here: nothing catches it."""


class Books:
    """What the remote holds; `journal` is every change it made, in order."""

    def __init__(self, clock, **quantities):
        self.clock = clock
        self.quantities = Counter(quantities)
        self.journal = []
        self.write_count = 0
        self.faults, self.keys_asked = [], []
        self._keys = {}

    def ask(self, document, _):
        assert "query InventoryLevel" in document
        return self._level()

    def execute(self, document, variables):
        self.write_count += 1
        self.keys_asked.append(variables["idempotencyKey"])
        fault = self.faults.pop(0) if self.faults else None
        if fault in ("crash before effect", "lost before effect"):
            raise _error(fault)
        if isinstance(fault, Exception):
            raise fault
        if fault and fault.isupper():
            return _answer(_name(document), error=fault)
        answer = self._once(document, variables)
        if fault in ("crash after effect", "lost after effect"):
            raise _error(fault)
        return answer

    def _once(self, document, variables):
        name = _name(document)
        key, asked = variables["idempotencyKey"], json.dumps(variables["input"])
        known = self._keys.get(key)
        if known and self.clock() - known["at"] < MEMORY:
            if known["asked"] != asked:
                return _answer(name, error="IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
            return known["answer"]
        answer = self._apply(name, variables["input"])
        self._keys[key] = {"at": self.clock(), "asked": asked, "answer": answer}
        return answer

    def _apply(self, name, asked):
        (change,) = asked["changes"]
        if name == "Move":
            terminals = [(change["from"], -change["quantity"]), (change["to"], change["quantity"])]
        else:
            terminals = [({"name": asked["name"], **change}, change["delta"])]
        for terminal, _ in terminals:
            assert terminal["changeFromQuantity"] is None
            assert ("ledgerDocumentUri" in terminal) == (terminal["name"] != "available")
        deltas = [(terminal["name"], delta) for terminal, delta in terminals]
        if any(self.quantities[state] + delta < 0 for state, delta in deltas):
            return _answer(name, error="INVALID_QUANTITY_NEGATIVE")
        for state, delta in deltas:
            self.quantities[state] += delta
        self.journal.append((asked["reason"], asked["referenceDocumentUri"], dict(deltas)))
        return _answer(name, group=len(self.journal), deltas=deltas)

    def _level(self):
        quantities = [{"name": name, "quantity": n} for name, n in self.quantities.items()]
        return {"inventoryItem": {"id": "i", "inventoryLevel": {"quantities": quantities}}}


def _name(document):
    return "Move" if "inventoryMoveQuantities" in document else "Adjust"


def _error(fault):
    return Crash(fault) if fault.startswith("crash") else OutcomeUnknownError(fault)


def _answer(name, *, error=None, group=None, deltas=()):
    errors = [{"field": None, "code": error, "message": "no"}] if error else []
    changes = [{"name": state, "delta": delta} for state, delta in deltas]
    made = {"id": f"gid://shopify/InventoryAdjustmentGroup/{group}", "changes": changes}
    result = {"inventoryAdjustmentGroup": made if group else None, "userErrors": errors}
    return {f"inventory{name}Quantities": result}
