"""One sandbox for the reading tests, and doors to both of its systems over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from orchestration.sandbox.server import serve

SCENARIOS = Path(__file__).parents[1] / "scenarios"
START = datetime(2026, 4, 1, 12, 30, 15, tzinfo=UTC)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Clock:
    """A clock that stands still until a test sets it."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


class Storefront:
    """One store's endpoint, asked with its token unless a test says otherwise."""

    def __init__(self, environment, store="us"):
        self.url = environment[f"SHOPIFY_{store.upper()}_URL"]
        self.token = environment[f"SHOPIFY_{store.upper()}_ACCESS_TOKEN"]

    def post(self, query, variables=None, *, token=None, version="2026-07"):
        return httpx.post(
            f"{self.url}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token if token is None else token},
        )

    def ask(self, document, /, **variables):
        return self.post(document, variables).json()

    def read(self, document, /, **variables):
        answer = self.ask(document, **variables)
        assert "errors" not in answer, answer
        return answer["data"]


class Erp:
    """The ERP's token endpoint and its query endpoint."""

    def __init__(self, environment, clock):
        self.token_url = environment["NETSUITE_URL"] + "/services/rest/auth/oauth2/v1/token"
        self.url = environment["NETSUITE_URL"] + "/services/rest/query/v1/suiteql"
        self.client_id = environment["NETSUITE_CLIENT_ID"]
        self.certificate_id = environment["NETSUITE_CERTIFICATE_ID"]
        self.key = RSAKey.import_key(Path(environment["NETSUITE_PRIVATE_KEY_FILE"]).read_text())
        self.clock, self.signed, self.granted = clock, 0, ""

    def assertion(self, *, algorithm="PS256", key_id=None, lasts=300, **claims):
        self.signed += 1
        made = int(self.clock().timestamp())
        content = {
            "iss": self.client_id,
            "aud": self.token_url,
            "scope": ["rest_webservices"],
            "iat": made,
            "exp": made + lasts,
            "jti": f"{id(self)}-{self.signed}",
        } | claims
        header = {"typ": "JWT", "alg": algorithm, "kid": key_id or self.certificate_id}
        return jwt.encode(header, content, self.key, algorithms=[algorithm])

    def grant(self, assertion, **form):
        sent = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return httpx.post(self.token_url, data=sent | form)

    def token(self):
        if not self.granted:
            self.granted = self.grant(self.assertion()).json()["access_token"]
        return self.granted

    def post(self, query, *parameters, headers=None, **page):
        usual = {"Authorization": f"Bearer {self.token()}", "Prefer": "transient"}
        sent = {name: value for name, value in (usual | (headers or {})).items() if value}
        body = {"q": query} | ({"params": list(parameters)} if parameters else {})
        return httpx.post(self.url, params=page, content=json.dumps(body), headers=sent)

    def rows(self, query, *parameters, **page):
        answer = self.post(query, *parameters, **page)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()["items"]

    def refusal(self, query, *parameters, **page):
        """Return what the ERP says of a query it refuses."""
        answer = self.post(query, *parameters, **page)
        assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
        (problem,) = answer.json()["o:errorDetails"]
        return problem["detail"]


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    """The environment of a sandbox with every scenario, which tests only read."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("sandbox")
    moved = SCENARIOS / "inspection" / "inspected_by_status.yaml"
    own = Path(__file__).with_name("cash_return.yaml")
    files = [*sorted(SCENARIOS.glob("*.yaml")), moved, own]
    with serve(folder, files, clock=clock) as running:
        yield running.environment, clock


@pytest.fixture(scope="session")
def storefront(books):
    return Storefront(books[0])


@pytest.fixture(scope="session")
def erp(books):
    return Erp(*books)


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Return a door to a sandbox of one file whose stock tests may change, and its clock."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("changing")
    with serve(folder, [SCENARIOS / "clean_single_return.yaml"], clock=clock) as running:
        yield Storefront(running.environment), clock
