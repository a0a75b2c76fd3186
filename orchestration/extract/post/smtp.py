"""Letters by e-mail."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from orchestration.extract.errors import (
    DeferredError,
    OutcomeUnknownError,
    RefusedError,
    RepeatError,
    SourceError,
    StopError,
)
from orchestration.extract.post.letter import Letter

SECONDS = 30.0
SECURE_PORT, PLAIN_PORT = 465, 587
SAID_YES, SAID_NO = range(200, 300), range(400, 600)
TRY_LATER, NEVER = range(400, 500), range(500, 600)
TAKEN, FORWARDED, CLOSING = 250, 251, 421
UTF8 = "SMTPUTF8"
SEVEN_BITS = SMTP.clone(cte_type="7bit")
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
        that does not come leaves it unknown. What the server says to the address or to the text
        concerns this letter alone: RefusedError, or DeferredError; the rest concerns them all.
        """
        address = _written(letter.address)
        # Not every server takes letters of eight bits, and none has to without being asked.
        policy = SEVEN_BITS if address.isascii() else SMTPUTF8
        message = self._message(letter, address=address).as_bytes(policy=policy)
        session = self._session()
        try:
            return self._handed_over(session, message, address=address)
        finally:
            # Its goodbye says nothing of the letter.
            with suppress(smtplib.SMTPException, OSError):
                session.quit()

    def _handed_over(self, session: smtplib.SMTP, message: bytes, *, address: str) -> str:
        self._greet(session, is_ascii=address.isascii())
        try:
            code, _ = session.rcpt(address)
        except (smtplib.SMTPException, OSError) as error:
            raise _unusable(error) from error
        if code not in {TAKEN, FORWARDED}:
            raise _not_taken(code)
        try:
            code, answer = session.data(message)
        except smtplib.SMTPDataError as error:
            raise _not_taken(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise OutcomeUnknownError(
                f"the mail server may have taken it ({type(error).__name__})"
            ) from error
        if code in SAID_NO:
            raise _not_taken(code)
        if code not in SAID_YES:
            raise OutcomeUnknownError("the mail server may have taken it: its answer is none")
        return answer.decode("ascii", "replace")[:200]

    def _greet(self, session: smtplib.SMTP, *, is_ascii: bool) -> None:
        """Say who writes; a letter to such an address needs a server that takes its letters."""
        try:
            session.ehlo_or_helo_if_needed()
            if not is_ascii and not session.has_extn(UTF8):
                raise RefusedError("the mail server takes no address with letters beyond ASCII")
            options = [] if is_ascii else [UTF8, "BODY=8BITMIME"]
            code, said = session.mail(parseaddr(self.sender)[1], options)
        except (smtplib.SMTPException, OSError) as error:
            raise _unusable(error) from error
        except UnicodeError as error:
            raise StopError("NOTIFY_FROM is no address: write it in ASCII") from error
        if code != TAKEN:
            raise _unusable(smtplib.SMTPResponseException(code, said))

    def _session(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        try:
            session = _connected(parts)
        except ssl.SSLError as error:
            raise StopError(
                f"no encryption with the mail server ({type(error).__name__}): check the port in"
                " SMTP_URL, and that its certificate is in its name and known here"
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise StopError(
                "the mail server offers no STARTTLS: take another port, or smtps:// in SMTP_URL"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _unusable(error) from error
        try:
            if parts.username:
                _log_in(session, unquote(parts.username), unquote(parts.password or ""))
        except SourceError:
            session.close()
            raise
        return session

    def _message(self, letter: Letter, *, address: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = letter.subject
        message["From"] = self.sender
        message["To"] = address
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


def _connected(parts: SplitResult) -> smtplib.SMTP:
    """
    Return a session that is encrypted, or does not leave this machine.

    A server on this machine may take a login only under encryption too. Nobody stands between, and
    its certificate is seldom in the name of `localhost`: it is not looked at.
    """
    host = parts.hostname or ""
    secure = ssl.create_default_context()
    if parts.scheme == "smtps":
        port = parts.port or SECURE_PORT
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=secure)
    session = smtplib.SMTP(host, parts.port or PLAIN_PORT, timeout=SECONDS)
    session.ehlo_or_helo_if_needed()
    if host in LOOPBACK:
        secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE
    if host not in LOOPBACK or (parts.username and session.has_extn("starttls")):
        session.starttls(context=secure)
    return session


def _log_in(session: smtplib.SMTP, user: str, password: str) -> None:
    try:
        session.login(user, password)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code in TRY_LATER:
            raise _unusable(error) from error
        raise StopError("the mail server does not accept the credential of SMTP_URL") from error
    except UnicodeError as error:
        raise StopError(
            "the credential of SMTP_URL has letters beyond ASCII, which no login takes"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        # By these two it is said that the server names no way in that takes a password.
        if type(error) not in {smtplib.SMTPException, smtplib.SMTPNotSupportedError}:
            raise _unusable(error) from error
        raise StopError(
            "the mail server offers no login with a password at this port: check SMTP_URL"
        ) from error


def _written(address: str | None) -> str:
    """Return an address as it is sent, its domain in ASCII; RefusedError for what is none."""
    if not address:
        raise RefusedError("the letter has no address")
    name, _, domain = address.strip().rpartition("@")
    try:
        written = f"{name}@{domain.encode('idna').decode('ascii')}"
        written.encode("utf-8")
    except UnicodeError as error:
        raise RefusedError("the letter's address cannot be written") from error
    has_space = any(character.isspace() for character in written)
    if not name or has_space or parseaddr(written)[1] != written:
        raise RefusedError("the letter's address is none")
    return written


def _unusable(error: Exception) -> SourceError:
    """Return what it means that the server takes no letter: later, or when a person mends it."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code in NEVER:
        return StopError(
            f"the mail server takes no letter of ours ({error.smtp_code}): check SMTP_URL and"
            " NOTIFY_FROM"
        )
    said = getattr(error, "smtp_code", type(error).__name__)
    return RepeatError(f"the mail server could not be used ({said}): repeat later")


def _not_taken(code: int) -> SourceError:
    """Return what an answer about one letter means; its words may repeat the address."""
    if code in NEVER:
        return RefusedError(f"the mail server refused it ({code})", codes=(str(code),))
    if code in TRY_LATER and code != CLOSING:
        return DeferredError(f"the mail server puts this letter off ({code})")
    return RepeatError(f"the mail server could not be used ({code}): repeat later")
