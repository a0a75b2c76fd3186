"""Letters by e-mail."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from orchestration.extract.errors import (
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    StopError,
)
from orchestration.extract.post.letter import Letter

SECONDS = 30.0
SECURE_PORT, PLAIN_PORT = 465, 587
TRY_LATER = range(400, 500)
TAKEN, FORWARDED = 250, 251
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class MailServer:
    """`smtps://user:password@host:465`, or `smtp://` with STARTTLS, or plain on this machine."""

    url: str = field(repr=False)
    sender: str
    unsubscribe: str = ""

    @property
    def is_repeatable(self) -> bool:
        """A second copy of an e-mail arrives as a second e-mail."""
        return False

    @property
    def needs_address(self) -> bool:
        """A mail server delivers to an address."""
        return True

    def deliver(self, letter: Letter) -> str:
        """
        Hand a letter to the server, once, and return its receipt.

        Until the server was given the whole text nothing can have been sent; after that an answer
        that does not come leaves it unknown.
        """
        if not letter.address:
            raise RefusedError("the letter has no address")
        message = self._message(letter).as_bytes(policy=SMTP)
        session = self._session()
        try:
            return self._handed_over(session, message, address=letter.address)
        finally:
            # Its goodbye says nothing of the letter.
            with suppress(smtplib.SMTPException, OSError):
                session.quit()

    def _handed_over(self, session: smtplib.SMTP, message: bytes, *, address: str) -> str:
        try:
            session.ehlo_or_helo_if_needed()
            _accepted(session.mail(parseaddr(self.sender)[1]))
            _accepted(session.rcpt(address))
        except (smtplib.SMTPException, OSError) as error:
            raise _never_sent(error) from error
        try:
            code, answer = session.data(message)
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise OutcomeUnknownError(
                f"the mail server may have taken it ({type(error).__name__})"
            ) from error
        if code != TAKEN:
            raise _refused(code)
        return answer.decode("ascii", "replace")[:200]

    def _session(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, secure = parts.hostname or "", ssl.create_default_context()
        try:
            if parts.scheme == "smtps":
                port = parts.port or SECURE_PORT
                session: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, port, timeout=SECONDS, context=secure
                )
            else:
                session = smtplib.SMTP(host, parts.port or PLAIN_PORT, timeout=SECONDS)
                if host not in LOOPBACK:
                    session.starttls(context=secure)
            if parts.username:
                session.login(unquote(parts.username), unquote(parts.password or ""))
        except smtplib.SMTPAuthenticationError as error:
            raise StopError(
                "the mail server does not accept the credential of SMTP_URL"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _never_sent(error) from error
        return session

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = letter.subject
        message["From"] = self.sender
        message["To"] = str(letter.address)
        message["Date"] = formatdate(usegmt=True)
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        message["Message-ID"] = f"<{letter.letter_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if self.unsubscribe:
            message["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            if self.unsubscribe.startswith("https:"):
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
        return message


def _accepted(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if code not in {TAKEN, FORWARDED}:
        raise smtplib.SMTPResponseException(code, said)


def _never_sent(error: Exception) -> RepeatError | RefusedError:
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error.smtp_code)
    return RepeatError(f"the mail server could not be used ({type(error).__name__}): repeat later")


def _refused(code: int) -> RepeatError | RefusedError:
    """Its words are left out: they may repeat the address."""
    if code in TRY_LATER:
        return RepeatError(f"the mail server asks to try later ({code})")
    return RefusedError(f"the mail server refused it ({code})", codes=(str(code),))
