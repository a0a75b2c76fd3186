"""Who carries letters."""

from dataclasses import dataclass, field

from orchestration.resources.settings.reader import Environment, Reader, address_of


@dataclass(frozen=True)
class PostSettings:
    """Who carries letters: a mail server or a receiver of webhooks, for customers and for us."""

    smtp_url: str = field(repr=False)
    sender: str
    unsubscribe: str
    opt_out_tag: str
    webhook_url: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    alert_address: str
    alert_webhook_url: str = field(repr=False)
    alert_webhook_secret: str = field(repr=False)


def read_post(env: Environment) -> PostSettings:
    """Return who carries notices and alerts; with neither, none are sent."""
    reader = Reader(env)
    smtp_url, webhook_url = env.get("SMTP_URL") or "", env.get("NOTIFY_WEBHOOK_URL") or ""
    alerts_url = env.get("ALERT_WEBHOOK_URL") or ""
    parts = address_of(smtp_url)
    if smtp_url and (parts is None or parts.scheme not in {"smtp", "smtps"}):
        reader.problem(
            "SMTP_URL",
            "is not written smtps://user:password@host or smtp://host, a password's signs"
            " percent-encoded",
        )
    if smtp_url:
        reader.required("NOTIFY_FROM", "the address that letters come from")
    settings = PostSettings(
        smtp_url=smtp_url,
        sender=env.get("NOTIFY_FROM") or "",
        unsubscribe=env.get("NOTIFY_UNSUBSCRIBE") or "",
        opt_out_tag=env.get("NOTIFY_OPT_OUT_TAG") or "no-return-notices",
        webhook_url=webhook_url and reader.url("NOTIFY_WEBHOOK_URL", "an https address"),
        webhook_secret=reader.shared_secret("NOTIFY_WEBHOOK_SECRET", needed_by=webhook_url),
        alert_address=env.get("ALERT_EMAIL") or "",
        alert_webhook_url=alerts_url and reader.url("ALERT_WEBHOOK_URL", "an https address"),
        alert_webhook_secret=reader.shared_secret("ALERT_WEBHOOK_SECRET", needed_by=alerts_url),
    )
    if settings.alert_address and not smtp_url:
        reader.problem("ALERT_EMAIL", "needs SMTP_URL, the server that sends it")
    reader.raise_problems()
    return settings
