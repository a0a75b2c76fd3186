"""What the storefront's own codes of a failed write say of its effect, by the vendor's texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.sync.action import Absent, Answer, KeySpent, Refused, Unclear
from orchestration.sync.remote import RefusedError

Error = Mapping[str, Any]
Kind = type[Unclear] | type[KeySpent] | type[Refused] | type[Absent]

# Of several errors the one that knows least, or promises least, decides.
DECIDES: Sequence[Kind] = (Unclear, KeySpent, Refused, Absent)
# They say nothing of the effect: another call under the key runs, or carried something else.
BY_KEY_UNDECIDED = frozenset(
    {"IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}
)
BY_KEY_FAILED = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
# For errors without codes: the texts that the vendor's schema gives to codes of this kind.
FAILED_BEFORE = "previous request with this idempotency key failed"
UNDECIDED_TEXTS = (
    "idempotency",
    "in progress",
    "internal error",
    "temporarily unavailable",
    "try again",
)


@dataclass(frozen=True)
class Codes:
    """
    One enumeration of the vendor: each of its codes stands in one of the classes.

    `undecided`: the effect may have happened, or may yet. `passing`: it did not, for a reason
    that a later run may not meet. `refused`: it did not, and never will as it was asked for.
    """

    undecided: frozenset[str]
    passing: frozenset[str]
    refused: frozenset[str]
    spent: frozenset[str] = frozenset()

    def meaning(self, errors: Sequence[Error]) -> Answer:
        """Return what the errors of one call mean; a code that is in no class proves nothing."""
        return _decided({self._kind(error.get("code")) for error in errors}, _said(errors))

    def _kind(self, code: str | None) -> Kind:
        if code in self.spent:
            return KeySpent
        if code in self.refused:
            return Refused
        return Absent if code in self.passing else Unclear


def meaning_of_texts(errors: Sequence[Error]) -> Answer:
    """Return what the errors of a mutation mean that gives them no codes."""
    return _decided({_kind_of_text(str(error["message"])) for error in errors}, _said(errors))


def meaning_of_refusal(error: RefusedError) -> Answer:
    """Return what it means that a call was refused as a whole: it never ran, but for its key's."""
    codes = set(error.codes)
    if codes & BY_KEY_UNDECIDED:
        return Unclear(str(error))
    return KeySpent(str(error)) if BY_KEY_FAILED in codes else Refused(str(error))


def _kind_of_text(text: str) -> Kind:
    if BY_KEY_FAILED in text or FAILED_BEFORE in text.lower():
        return KeySpent
    return Unclear if any(words in text.lower() for words in UNDECIDED_TEXTS) else Refused


def _decided(kinds: set[Kind], said: str) -> Answer:
    return next(kind for kind in DECIDES if kind in kinds)(said)


def _said(errors: Sequence[Error]) -> str:
    return "; ".join(
        ": ".join(str(part) for part in (error.get("code"), error["message"]) if part)
        for error in errors
    )


INVENTORY = Codes(
    undecided=BY_KEY_UNDECIDED
    | {"ADJUST_QUANTITIES_FAILED", "MOVE_QUANTITIES_FAILED", "SERVICE_UNAVAILABLE"},
    spent=frozenset({BY_KEY_FAILED}),
    # The units, the item's place or its count are other than they were when the call was made.
    passing=frozenset(
        {
            "CHANGE_FROM_QUANTITY_STALE",
            "INVALID_QUANTITY_NEGATIVE",
            "ITEM_NOT_STOCKED_AT_LOCATION",
        }
    ),
    refused=frozenset(
        {
            "DIFFERENT_LOCATIONS",
            "INTERNAL_LEDGER_DOCUMENT",
            "INVALID_AVAILABLE_DOCUMENT",
            "INVALID_INVENTORY_ITEM",
            "INVALID_LEDGER_DOCUMENT",
            "INVALID_LOCATION",
            "INVALID_QUANTITY_DOCUMENT",
            "INVALID_QUANTITY_NAME",
            "INVALID_QUANTITY_TOO_HIGH",
            "INVALID_QUANTITY_TOO_LOW",
            "INVALID_REASON",
            "INVALID_REFERENCE_DOCUMENT",
            "MAXIMUM_LEDGER_DOCUMENT_URIS",
            "MAX_ONE_LEDGER_DOCUMENT",
            "NON_MUTABLE_INVENTORY_ITEM",
            "SAME_QUANTITY_NAME",
        }
    ),
)
# Of returns, for processing and for dispositions: a call makes several things, and one that was
# made already or could not be made says nothing of the others.
RETURNS = Codes(
    undecided=frozenset(
        {"ALREADY_EXISTS", "CREATION_FAILED", "INTERNAL_ERROR", "NOTIFICATION_FAILED", "TAKEN"}
    ),
    # The return was closed since it was read, or somebody has to open it to the app.
    passing=frozenset({"FEATURE_NOT_ENABLED", "INVALID_STATE", "MISSING_PERMISSION"}),
    refused=frozenset(
        {
            "BLANK",
            "EQUAL_TO",
            "GREATER_THAN",
            "GREATER_THAN_OR_EQUAL_TO",
            "INCLUSION",
            "INCOMPATIBLE_WITH_STANDARD_POLICY",
            "INVALID",
            "LESS_THAN",
            "LESS_THAN_OR_EQUAL_TO",
            "NOT_A_NUMBER",
            "NOT_EDITABLE",
            "NOT_FOUND",
            "PRESENT",
            "TOO_BIG",
            "TOO_LONG",
            "TOO_MANY_ARGUMENTS",
            "TOO_SHORT",
            "WRONG_LENGTH",
        }
    ),
)
METAFIELDS = Codes(
    undecided=frozenset({"INTERNAL_ERROR"}),
    # Somebody wrote or made the field meanwhile, or has to open it to the app.
    passing=frozenset({"APP_NOT_AUTHORIZED", "STALE_OBJECT", "TAKEN"}),
    refused=frozenset(
        {
            "BLANK",
            "CAPABILITY_VIOLATION",
            "INCLUSION",
            "INVALID",
            "INVALID_COMPARE_DIGEST",
            "INVALID_TYPE",
            "INVALID_VALUE",
            "LESS_THAN_OR_EQUAL_TO",
            "PRESENT",
            "TOO_LONG",
            "TOO_SHORT",
        }
    ),
)
# The vendor's names of the enumerations, and where the codes of each stand.
BY_ENUMERATION: Mapping[str, Codes] = {
    "InventoryAdjustQuantitiesUserErrorCode": INVENTORY,
    "InventoryMoveQuantitiesUserErrorCode": INVENTORY,
    "MetafieldsSetUserErrorCode": METAFIELDS,
    "ReturnErrorCode": RETURNS,
}
