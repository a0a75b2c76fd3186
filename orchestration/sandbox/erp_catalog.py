"""The ERP's metadata catalog: which records there are, and a JSON schema of each."""

from typing import Any

from orchestration.sandbox.erp_record_fields import FIELDS, Field, Holds
from orchestration.sandbox.erp_record_shapes import KINDS

CATALOG = "metadata-catalog"
SCHEMA_TYPE = "application/schema+json"
LINK = "nsLink"
Shape = dict[str, Any]


def catalog(address: str) -> Shape:
    """Return the list of records, each with where its schema is."""
    items = [
        {
            "name": name,
            "links": [{"rel": "canonical", "mediaType": SCHEMA_TYPE, "href": f"{address}/{name}"}],
        }
        for name in KINDS
    ]
    return {"links": [{"rel": "self", "href": address}], "items": items}


def schema(record: str, *, path: str) -> Shape:
    """Return the schema of a record; `path` is where those of other types are."""
    if record == LINK:
        return _object({"rel": {"type": "string"}, "href": {"type": "string", "format": "URI"}})
    links = {"type": "array", "items": {"$ref": f"{path}/{LINK}"}, "readOnly": True}
    properties = {field.name: _property(field, links) for field in FIELDS}
    return _object({"links": links, **properties})


def _object(properties: Shape) -> Shape:
    return {
        "$schema": "http://json-schema.org/draft-06/hyper-schema#",
        "type": "object",
        "properties": properties,
    }


def _property(field: Field, links: Shape) -> Shape:
    """An id is a number that is written as a text."""
    about: Shape = {"title": field.name, "x-ns-filterable": field.column is not None}
    if field.name == "id" or field.holds is Holds.TEXT:
        return about | {"type": "string", "nullable": True}
    if field.holds is Holds.REFERENCE:
        inner = {"id": {"type": "string"}, "refName": {"type": "string"}, "links": links}
        return about | {"type": "object", "properties": inner}
    if field.holds is Holds.NUMBER:
        return about | {"type": "number", "format": "double", "nullable": True}
    return about | {"type": "string", "format": field.holds.value, "nullable": True}
