"""Where an account records what its warehouse found: what it lacks must not be asked for."""

import re
from collections.abc import Collection

from orchestration.extract.streams import Stream

CUSTOM_RECORD = "custom_record"
STATUS, BIN, LOCATION = "status", "bin", "location"
PLACES = frozenset({STATUS, BIN, LOCATION})
LINE_FIELD = re.compile(r"custcol_[a-z0-9_]+")

# A column of a feature that is off, or of a table that a role may not see, fails the whole query.
# In a grouping a plain 0 would be taken for the place of a column.
ABSENT = "NVL(NULL, 0)"
DETAILS = (
    "LEFT JOIN inventoryassignment ia ON ia.transaction = tl.transaction"
    " AND ia.transactionline = tl.id"
)


def parse_inspected_by(text: str) -> frozenset[str]:
    """
    Return where findings are recorded, from `custom_record,status,bin,location,custcol_<field>`.

    Raises ValueError for anything else, and for two fields of the line: one can be read.
    """
    found = frozenset(filter(None, (part.strip() for part in text.split(","))))
    fields = {name for name in found if LINE_FIELD.fullmatch(name)}
    unknown = sorted(found - PLACES - {CUSTOM_RECORD} - fields)
    if unknown or len(fields) > 1:
        raise ValueError(
            f"{', '.join(unknown or sorted(fields))}: write any of custom_record, status, bin,"
            " location and one line field, custcol_..., separated by commas"
        )
    return found


def is_recorded(stream: Stream, inspected_by: Collection[str]) -> bool:
    """Whether the account has the stream's records; every stream but those of inspections."""
    if stream.name in {"inspections", "inspection_ids"}:
        return CUSTOM_RECORD in inspected_by
    if stream.name == "inventory_details":
        return any(name != CUSTOM_RECORD for name in inspected_by)
    if stream.name == "stock_move_ids":
        # A field of the receipt's line goes with its receipt, which is listed as a document.
        return bool(PLACES & set(inspected_by))
    return True


def detail_pieces(inspected_by: Collection[str]) -> dict[str, str]:
    """Return the pieces of the details' query, with nothing of a feature that is off."""
    has_details = bool({STATUS, BIN} & set(inspected_by))
    field = next((name for name in sorted(inspected_by) if LINE_FIELD.fullmatch(name)), None)
    pieces = {
        "details": DETAILS if has_details else "",
        "lot": "NVL(ia.inventorynumber, 0)" if has_details else ABSENT,
        "units": "NVL(ia.quantity, tl.quantity)" if has_details else "tl.quantity",
        "inspection_field": f"tl.{field}" if field else "NULL",
    }
    for name, column in (
        (STATUS, "ia.inventorystatus"),
        (BIN, "ia.bin"),
        (LOCATION, "tl.location"),
    ):
        is_on = name in inspected_by
        pieces[name] = f"NVL({column}, 0)" if is_on else ABSENT
        pieces[f"{name}_name"] = f"BUILTIN.DF({column})" if is_on else "NULL"
    return pieces
