"""Letters handed to mail servers as other people run them."""

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from orchestration.extract.errors import RepeatError, StopError
from orchestration.extract.post.letter import Letter
from orchestration.extract.post.smtp import MailServer
from tests.sync.letters import mail_server

LETTER = Letter(
    "1", "notice", "Der Betrag für #1017", "Ihr Betrag: 211,86 €\n", address="a@b.example"
)


@pytest.fixture(scope="module")
def encryption(tmp_path_factory):
    """A server's encryption, with a certificate that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somewhere.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "server.pem"
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(encoding, form, serialization.NoEncryption())
        + certificate.public_bytes(encoding)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@contextmanager
def guarded(encryption, *, answer=None):
    """Give a server of this machine that lets in `me` alone, under encryption, and its box."""

    def known(server, session, envelope, mechanism, data):  # noqa: ARG001
        is_ours = (data.login, data.password) == (b"me", b"100%")
        return AuthResult(success=is_ours, handled=False, message=answer)

    with mail_server(tls_context=encryption, authenticator=known, auth_required=True) as found:
        yield found


def deliver(url, credential=""):
    """Hand the letter to the server, with what stands before the host in its address."""
    scheme, _, host = url.partition("://")
    return MailServer(f"{scheme}://{credential}{host}", "returns@shop.example").deliver(LETTER)


def test_a_letter_has_seven_bits_for_a_server_that_was_asked_for_no_more():
    with mail_server() as (url, box):
        deliver(url)
    assert box.texts[0].isascii()
    assert box.letters[0].get_content() == LETTER.text
    assert box.letters[0]["Subject"] == LETTER.subject


def test_a_server_of_this_machine_may_take_a_login_under_encryption_only(encryption):
    with guarded(encryption) as (url, box):
        deliver(url, "me:100%25@")
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    ("credential", "answer", "kind", "said"),
    [
        ("me:no@", "535 5.7.8 no", StopError, "does not accept the credential"),
        ("me:no@", "454 4.7.0 the directory is away", RepeatError, "454"),
        ("me:%C3%BC@", None, StopError, "letters beyond ASCII"),
    ],
)
def test_a_login_is_refused_for_now_or_until_a_person_mends_it(
    encryption, credential, answer, kind, said
):
    with guarded(encryption, answer=answer) as (url, box), pytest.raises(kind, match=said):
        deliver(url, credential)
    assert box.letters == []


def test_a_server_without_logins_is_for_a_person_to_mend():
    without = mail_server(auth_exclude_mechanism=["LOGIN", "PLAIN"])
    with without as (url, _), pytest.raises(StopError, match="offers no login"):
        deliver(url, "me:100%25@")


def test_a_port_that_knows_no_encryption_is_for_a_person_to_mend():
    with mail_server() as (url, _), pytest.raises(StopError, match="no encryption"):
        deliver(url.replace("smtp://", "smtps://"))
