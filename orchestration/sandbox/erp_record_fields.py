"""The fields of the ERP's documents: what each holds, for its schema and for filters."""

from dataclasses import dataclass
from enum import Enum


class Holds(Enum):
    """What a field holds."""

    NUMBER = "number"
    TEXT = "string"
    DAY = "date"
    INSTANT = "date-time"
    REFERENCE = "object"


@dataclass(frozen=True)
class Field:
    """A field of a document; one without a column cannot be filtered by."""

    name: str
    holds: Holds
    column: str | None = None


ID = Field("id", Holds.NUMBER, "id")
FIELDS = (
    ID,
    Field("tranId", Holds.TEXT, "tranid"),
    Field("tranDate", Holds.DAY, "trandate"),
    Field("createdDate", Holds.INSTANT, "createddate"),
    Field("lastModifiedDate", Holds.INSTANT, "lastmodifieddate"),
    Field("status", Holds.REFERENCE),
    Field("entity", Holds.REFERENCE, "entity"),
    Field("currency", Holds.REFERENCE, "currency"),
    Field("exchangeRate", Holds.NUMBER, "exchangerate"),
    Field("total", Holds.NUMBER),
    Field("createdFrom", Holds.REFERENCE),
    Field("item", Holds.REFERENCE),
    Field("memo", Holds.TEXT, "memo"),
    Field("otherRefNum", Holds.TEXT, "otherrefnum"),
    Field("externalId", Holds.TEXT, "externalid"),
    Field("custbody_storefront_return_id", Holds.TEXT, "custbody_storefront_return_id"),
    Field("custbody_return_stages", Holds.TEXT, "custbody_return_stages"),
)
# Names of fields are one name however they are written.
BY_NAME = {field.name.lower(): field for field in FIELDS}
