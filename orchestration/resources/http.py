"""HTTP clients as both sources need them."""

import ssl
from functools import cache
from urllib.parse import urlsplit

import httpx

from orchestration.resources.settings import LOOPBACK

CONNECT_SECONDS = 10.0
# Of what can be read in bounded memory (`extract.http.ENCODINGS`), what every server knows.
ASKED = {"Accept-Encoding": "gzip"}


def open_http(url: str, *, auth: httpx.Auth, read_seconds: float) -> httpx.Client:
    """Return a client that follows no redirect: a credential stays with its host."""
    return httpx.Client(
        base_url=url,
        auth=auth,
        headers=ASKED,
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        # A proxy of the environment has no business between this machine and itself.
        trust_env=urlsplit(url).hostname not in LOOPBACK,
        verify=_certificates(),
    )


def open_files(*, read_seconds: float) -> httpx.Client:
    """Return a client for signed addresses: it has no credential, so redirects may be followed."""
    return httpx.Client(
        headers=ASKED,
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        follow_redirects=True,
        verify=_certificates(),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Reading the certificates takes longer than a page: one reading serves every client."""
    return httpx.create_ssl_context()
