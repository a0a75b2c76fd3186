"""How tests talk to a served sandbox: over HTTP, as any client would."""

import secrets
import time
from pathlib import Path

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from orchestration.sandbox.identity import gid

SCENARIOS = Path(__file__).parents[2] / "scenarios"
EVERYTHING = Path(__file__).parent / "everything.yaml"
CLIENT = httpx.Client(timeout=30)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def own_gid(kind, ref, stem="everything"):
    """Return the global id of a record of a scenario file."""
    return gid(kind, stem, ref)


def post_document(environment, document, variables=None, *, store="us", version="2026-07", **more):
    """Send a GraphQL document; return the HTTP answer."""
    key = store.upper()
    headers = {"X-Shopify-Access-Token": environment[f"SHOPIFY_{key}_ACCESS_TOKEN"]}
    return CLIENT.post(
        f"{environment[f'SHOPIFY_{key}_URL']}/admin/api/{version}/graphql.json",
        json={"query": document, "variables": variables or {}},
        headers=headers | more.get("headers", {}),
    )


def ask(environment, document, variables=None, *, store="us"):
    """Return the data of a document that must succeed."""
    answer = post_document(environment, document, variables, store=store).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def error_code(answer):
    """Return the code of an answer's first top-level error."""
    return answer.json()["errors"][0].get("extensions", {}).get("code")


def assertion(environment, *, algorithm="PS256", key=None, header=None, claims=None):
    """Return a signed assertion, right but for what is given."""
    pem = Path(environment["NETSUITE_PRIVATE_KEY_FILE"]).read_text()
    now = int(time.time())
    said = {
        "iss": environment["NETSUITE_CLIENT_ID"],
        "aud": token_url(environment),
        "iat": now,
        "exp": now + 300,
        "jti": secrets.token_hex(8),
        "scope": ["rest_webservices"],
    }
    front = {"typ": "JWT", "alg": algorithm, "kid": environment["NETSUITE_CERTIFICATE_ID"]}
    return jwt.encode(
        front | (header or {}),
        said | (claims or {}),
        key or RSAKey.import_key(pem),
        algorithms=[algorithm],
    )


def token_url(environment):
    """Return where tokens are granted."""
    return f"{environment['NETSUITE_URL']}/services/rest/auth/oauth2/v1/token"


def grant(environment, signed, **form):
    """Ask for a token; return the HTTP answer."""
    content = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed,
    }
    return CLIENT.post(token_url(environment), data=content | form)


class Erp:
    """One client of the ERP, with its token."""

    def __init__(self, environment):
        self.url = f"{environment['NETSUITE_URL']}/services/rest/query/v1/suiteql"
        token = grant(environment, assertion(environment)).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Prefer": "transient"}

    def post(self, query, *parameters, headers=None, **page):
        """Send a query; return the HTTP answer."""
        body = {"q": query, "params": list(parameters)}
        return CLIENT.post(self.url, json=body, params=page, headers=headers or self.headers)

    def rows(self, query, *parameters, **page):
        """Return the rows of a query that must succeed, without their links."""
        answer = self.post(query, *parameters, **page)
        assert answer.status_code == 200, answer.text
        return [
            {name: value for name, value in item.items() if name != "links"}
            for item in answer.json()["items"]
        ]

    def refusal(self, query, *parameters, **page):
        """Return what is said of a query that is refused."""
        answer = self.post(query, *parameters, **page)
        assert answer.status_code == 400, answer.text
        return answer.json()["o:errorDetails"][0]["detail"]
