"""The text of a notice for each stage: what the store knows, and the ERP's figure."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    select_autoescape,
)

from orchestration.extract.post import Letter
from orchestration.ledger import Intent
from orchestration.sync.action import details_of
from orchestration.sync.money import rounded

TEMPLATES = Path(__file__).with_name("templates")
STAGES = ("confirmation", "inspection", "posting")


class NoTemplateError(LookupError):
    """There is no text for this stage."""


def letter_of(intent: Intent, *, letter_id: str, address: str | None) -> Letter:
    """
    Return the letter of one notice; raises NoTemplateError for a stage without a text.

    The first line of a template is the subject.
    """
    details = details_of(intent)
    said = {
        "return_name": intent.case_name,
        "order_name": details.get("order_name") or "",
        "quote": _money(details.get("quote")),
        "refund": _money(details.get("refund")),
        "is_inspected": details.get("inspection") == "done",
    }
    try:
        text = _environment().get_template(f"{intent.told}.txt.j2").render(said)
    except TemplateNotFound as error:
        raise NoTemplateError(f"there is no notice for the stage {intent.told}") from error
    subject, _, body = text.partition("\n")
    html = _environment().get_template("letter.html.j2").render(subject=subject, text=body)
    return Letter(
        letter_id=letter_id,
        kind=f"return.{intent.told}_done",
        subject=subject.strip(),
        text=body.strip() + "\n",
        html=html,
        content={
            "store": intent.store,
            "case": intent.case_name,
            "case_key": intent.case_key,
            "order_id": details.get("order_id"),
            "return_id": details.get("return_id"),
            "stage": intent.told,
            "quote": details.get("quote"),
            "refund": details.get("refund"),
        },
        address=address,
    )


def _money(figure: Mapping[str, Any] | None) -> str:
    """Return a figure of the ERP's as people write it; empty before there is one."""
    if not figure or figure.get("amount") is None:
        return ""
    return f"{rounded(Decimal(figure['amount']), figure['currency'])} {figure['currency']}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
