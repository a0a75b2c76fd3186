"""Settings of the environment and of .env, read with what is wrong with them and its remedy."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values

Environment = Mapping[str, str]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(ValueError):
    """Settings are missing or cannot be right; the message names each, with its remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(["settings (environment or .env):", *problems]))
        self.problems = tuple(problems)


def environment() -> dict[str, str]:
    """Return the settings as they are now: those of .env, under those of the environment."""
    written = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**written, **os.environ}


def address_of(value: str) -> SplitResult | None:
    """Return an address in its parts; None where it names no host, or a port that is none."""
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None


class Reader:
    """Reads settings and gathers what is wrong with them, to tell all of it at once."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._problems: list[str] = []

    def problem(self, name: str, what: str) -> None:
        """Note what is wrong with a setting, with its remedy."""
        self._problems.append(f"{name}: {what}")

    def raise_problems(self) -> None:
        """Raise SettingsError where anything was wrong."""
        if self._problems:
            raise SettingsError(self._problems)

    def required(self, name: str, what: str) -> str:
        """Return a value, and note where it is missing."""
        value = self._env.get(name, "").strip()
        if not value:
            self.problem(name, f"is missing; set it to {what}")
        return value

    def wanted(self, name: str, what: str) -> str:
        """Return a value that is required where it is said what it is."""
        return self.required(name, what) if what else self.optional(name)

    def optional(self, name: str) -> str:
        """Return a value, empty where there is none."""
        return self._env.get(name, "").strip()

    def has_secret(self, name: str) -> bool:
        """Whether a secret is set, or the file that holds it."""
        return bool(self.optional(name) or self.optional(f"{name}_FILE"))

    def secret(self, name: str, what: str) -> str:
        """Return a secret's text, or that of the file that `<name>_FILE` names."""
        value, file = self.optional(name), self.optional(f"{name}_FILE")
        if value and file:
            self.problem(name, f"is set beside {name}_FILE; remove one")
        elif file:
            value = self._text_of(f"{name}_FILE", Path(file))
        if not value and not file and what:
            self.problem(name, f"is missing; set it, or {name}_FILE to a file of it: {what}")
        return value

    def _text_of(self, name: str, file: Path) -> str:
        try:
            text = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text:
            self.problem(name, "names no readable file with a text in it; check path and rights")
        return text

    def url(self, name: str, what: str) -> str:
        """Return an https address; of this machine http will do."""
        value = self.required(name, what).rstrip("/")
        parts = address_of(value)
        is_safe = parts and (parts.scheme == "https" or parts.hostname in LOOPBACK)
        if value and not is_safe:
            self.problem(name, f"is no https address; set it to {what}")
        return value

    def shared_secret(self, name: str, *, needed_by: str) -> str:
        """Return the secret that a receiver shares, empty where nobody needs it."""
        if not needed_by:
            return ""
        value = self.secret(name, "the secret shared with the receiver, whsec_ and base64")
        try:
            base64.b64decode(value.removeprefix("whsec_"), validate=True)
        except ValueError:
            self.problem(name, "is not whsec_ followed by base64")
        return value

    def whole_number(self, name: str, *, default: int, least: int = 1) -> int:
        """Return a whole number, not below the least."""
        value = self._env.get(name, "").strip() or str(default)
        if not (value.isascii() and value.isdigit()) or int(value) < least:
            self.problem(name, f"is not a whole number from {least} on")
            return default
        return int(value)
