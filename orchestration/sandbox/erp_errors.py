"""How the ERP says that it refuses."""

from typing import Any

ERROR_TYPE = "application/vnd.oracle.resource+json; type=error"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
}


def error_content(status: int, detail: str, code: str, *, title: str = "") -> dict[str, Any]:
    """Return the body of a refusal; its title is the status's unless it is said."""
    return {
        "type": "https://www.rfc-editor.org/rfc/rfc9110",
        "title": title or TITLES.get(status, "Error"),
        "status": status,
        "o:errorDetails": [{"detail": detail, "o:errorCode": code}],
    }
