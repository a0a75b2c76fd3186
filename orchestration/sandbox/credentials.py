"""The sandbox's credentials: made at its first start, kept beside its books."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from joserfc.jwk import ECKey, RSAKey

from orchestration.sandbox.token_based import TokenPair

KEY_BITS = 3072
CURVE = "P-256"
PAIRED = ("consumer_key", "consumer_secret", "token_id", "token_secret")
NAMED = (
    "client_id",
    "certificate_id",
    "curve_certificate_id",
    "customer_secret",
    "outbox_secret",
    *PAIRED,
)


@dataclass(frozen=True, repr=False)
class Certificate:
    """A certificate of the account, by its id, and where its private key is."""

    id: str
    key_file: Path


@dataclass(frozen=True, repr=False)
class AppCredentials:
    """The storefront app's: they fetch tokens of any store, and its secret signs webhooks."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, repr=False)
class Credentials:
    """What a client needs to be let in."""

    tokens: dict[str, str]
    app: AppCredentials
    client_id: str
    rsa: Certificate
    curve: Certificate
    pair: TokenPair
    customer_secret: str
    outbox_secret: str

    def environment(self, url: str) -> dict[str, str]:
        """Return the settings that point a pipeline at the sandbox under `url`."""
        stores = {
            name: value
            for store, token in self.tokens.items()
            for name, value in (
                (f"SHOPIFY_{store.upper()}_URL", f"{url}/{store}"),
                (f"SHOPIFY_{store.upper()}_ACCESS_TOKEN", token),
                (f"SHOPIFY_{store.upper()}_CLIENT_SECRET", self.app.client_secret),
            )
        }
        return {
            "SHOPIFY_STORES": ",".join(self.tokens),
            **stores,
            "NETSUITE_URL": f"{url}/netsuite",
            "NETSUITE_CLIENT_ID": self.client_id,
            **_certified(self.rsa),
            "CUSTOMER_SECRET": self.customer_secret,
            "NETSUITE_STATUS_FIELD": "custbody_return_stages",
            "NOTIFY_WEBHOOK_URL": f"{url}/outbox",
            "NOTIFY_WEBHOOK_SECRET": self.outbox_secret,
        }

    def curve_environment(self, url: str) -> dict[str, str]:
        """Return the same settings with the key on an elliptic curve."""
        return self.environment(url) | _certified(self.curve)

    def token_environment(self, url: str, account_id: str) -> dict[str, str]:
        """Return the same settings with the token-based way into the ERP."""
        modern = {"NETSUITE_CLIENT_ID", *_certified(self.rsa)}
        kept = {name: value for name, value in self.environment(url).items() if name not in modern}
        return kept | {
            "NETSUITE_ACCOUNT_ID": account_id,
            "NETSUITE_CONSUMER_KEY": self.pair.consumer_key,
            "NETSUITE_CONSUMER_SECRET": self.pair.consumer_secret,
            "NETSUITE_TOKEN_ID": self.pair.token_id,
            "NETSUITE_TOKEN_SECRET": self.pair.token_secret,
        }

    def certificates(self) -> dict[str, RSAKey | ECKey]:
        """Return the key pairs by certificate; the account keeps only their public halves."""
        return {
            self.rsa.id: _read_rsa(self.rsa.key_file.read_text(encoding="ascii")),
            self.curve.id: ECKey.import_key(self.curve.key_file.read_text(encoding="ascii")),
        }


def credentials(directory: Path, stores: list[str]) -> Credentials:
    """Return the credentials of a sandbox's folder, made when it has none; new stores get one."""
    kept = directory / "credentials.json"
    said = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    tokens = {store: said.get("tokens", {}).get(store) or _secret("shpat_") for store in stores}
    named = {name: str(said.get(name) or _secret("")) for name in NAMED}
    app = said.get("app", {})
    made = Credentials(
        tokens,
        AppCredentials(
            app.get("client_id") or _secret(""), app.get("client_secret") or _secret("shpss_")
        ),
        named["client_id"],
        Certificate(named["certificate_id"], (directory / "key.pem").resolve()),
        Certificate(named["curve_certificate_id"], (directory / "curve.pem").resolve()),
        TokenPair(*(named[name] for name in PAIRED)),
        named["customer_secret"],
        _webhook_secret(named["outbox_secret"]),
    )
    if not made.rsa.key_file.exists():
        _write_private(made.rsa.key_file, _rsa_text())
    if not made.curve.key_file.exists():
        curve = ECKey.generate_key(CURVE, private=True)
        _write_private(made.curve.key_file, curve.as_pem(private=True).decode())
    content = {"tokens": tokens, "app": asdict(made.app), **named}
    _write_private(kept, json.dumps(content, indent=2))
    return made


@cache
def _rsa_text() -> str:
    """A process that serves several sandboxes makes one key for them: it takes a while."""
    return RSAKey.generate_key(KEY_BITS, private=True).as_pem(private=True).decode()


@cache
def _read_rsa(text: str) -> RSAKey:
    """Reading a key proves it, which takes as long as making a short one."""
    return RSAKey.import_key(text)


def _certified(certificate: Certificate) -> dict[str, str]:
    return {
        "NETSUITE_CERTIFICATE_ID": certificate.id,
        "NETSUITE_PRIVATE_KEY_FILE": str(certificate.key_file),
    }


def _secret(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def _webhook_secret(text: str) -> str:
    """Return a secret in the form of the Standard Webhooks convention."""
    return "whsec_" + base64.b64encode(text.encode()).decode()


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
