"""Whoever carries our letters, as configured."""

from collections.abc import Iterator

import dagster as dg

from orchestration.extract.post import Letter, MailServer, Receiver
from orchestration.resources.settings import PostSettings, environment, read_post


class PostResource(dg.ConfigurableResource[None]):
    """The configured mail server and receivers; settings are read anew at each use."""

    @property
    def for_customers(self) -> MailServer | Receiver | None:
        """What carries notices: a receiver where one is named, else the mail server."""
        settings = read_post(environment())
        if settings.webhook_url:
            return Receiver(settings.webhook_url, settings.webhook_secret)
        return _mail_server(settings) if settings.smtp_url else None

    @property
    def opt_out_tag(self) -> str:
        """The tag of customers who want no notices."""
        return read_post(environment()).opt_out_tag

    def alert(self, letter: Letter) -> int:
        """Tell whoever is to be alerted, and say how many were told."""
        told = 0
        for carrier, address in _alerted(read_post(environment())):
            carrier.deliver(
                Letter(
                    letter.letter_id,
                    letter.kind,
                    letter.subject,
                    letter.text,
                    content=letter.content,
                    address=address,
                )
            )
            told += 1
        return told


def _alerted(settings: PostSettings) -> Iterator[tuple[MailServer | Receiver, str | None]]:
    if settings.alert_webhook_url:
        receiver = Receiver(
            settings.alert_webhook_url, settings.alert_webhook_secret, shows_text=True
        )
        yield receiver, None
    if settings.alert_address:
        yield _mail_server(settings), settings.alert_address


def _mail_server(settings: PostSettings) -> MailServer:
    return MailServer(settings.smtp_url, settings.sender, settings.unsubscribe)
