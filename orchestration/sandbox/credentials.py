"""The sandbox's credentials: made at its first start, kept beside its books."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from joserfc.jwk import RSAKey

KEY_BITS = 3072


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
    certificate_id: str
    key_file: Path
    customer_secret: str

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
            "NETSUITE_CERTIFICATE_ID": self.certificate_id,
            "NETSUITE_PRIVATE_KEY_FILE": str(self.key_file),
            "CUSTOMER_SECRET": self.customer_secret,
        }

    def key(self) -> RSAKey:
        """Return the key pair; the account keeps only its public half in real life."""
        return RSAKey.import_key(self.key_file.read_text(encoding="ascii"))


def credentials(directory: Path, stores: list[str]) -> Credentials:
    """Return the credentials of a sandbox's folder, made when it has none; new stores get one."""
    kept = directory / "credentials.json"
    key_file = directory / "key.pem"
    said = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    tokens = {store: said.get("tokens", {}).get(store) or _secret("shpat_") for store in stores}
    if not key_file.exists():
        key = RSAKey.generate_key(KEY_BITS, private=True)
        _write_private(key_file, key.as_pem(private=True).decode())
    app = said.get("app", {})
    made = Credentials(
        tokens,
        AppCredentials(
            app.get("client_id") or _secret(""), app.get("client_secret") or _secret("shpss_")
        ),
        said.get("client_id") or _secret(""),
        said.get("certificate_id") or _secret(""),
        key_file.resolve(),
        said.get("customer_secret") or _secret(""),
    )
    content = {
        "tokens": made.tokens,
        "app": asdict(made.app),
        "client_id": made.client_id,
        "certificate_id": made.certificate_id,
        "customer_secret": made.customer_secret,
    }
    _write_private(kept, json.dumps(content, indent=2))
    return made


def _secret(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
