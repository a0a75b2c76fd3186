"""The ready ERP client."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.extract.netsuite import (
    ClientCredentials,
    ClientCredentialsAuth,
    Fields,
    NetSuiteClient,
)
from orchestration.resources.http import open_http
from orchestration.resources.settings import NetSuiteSettings, environment, read_netsuite

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address, not a token
# A query may run long before its first byte; the account kills it after 15 minutes.
READ_SECONDS = 330.0


@contextmanager
def open_netsuite(settings: NetSuiteSettings) -> Iterator[NetSuiteClient]:
    """Open the client of the account."""
    credentials = ClientCredentials(
        client_id=settings.client_id,
        certificate_id=settings.certificate_id,
        private_key=settings.private_key_file.read_text(encoding="utf-8"),
    )
    auth = ClientCredentialsAuth(credentials, token_url=f"{settings.url}{TOKEN_PATH}")
    fields = Fields(
        order_field=settings.order_field,
        return_field=settings.return_field,
        line_field=settings.line_field,
        inspected_by=settings.inspected_by,
    )
    with open_http(settings.url, auth=auth, read_seconds=READ_SECONDS) as http:
        yield NetSuiteClient(http, fields=fields)


class NetSuiteResource(dg.ConfigurableResource[None]):
    """The configured ERP; settings are read anew at each use."""

    @contextmanager
    def client(self) -> Iterator[NetSuiteClient]:
        """Open the client."""
        with open_netsuite(read_netsuite(environment())) as client:
            yield client
