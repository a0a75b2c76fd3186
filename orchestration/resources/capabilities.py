"""What the ERP can do, kept in the home folder between the look and the reading."""

from pathlib import Path

import msgspec

from orchestration.extract.errors import StopError
from orchestration.extract.netsuite.capabilities import Capabilities

CAPABILITIES = "erp_capabilities.json"


def keep_capabilities(home: Path, capabilities: Capabilities) -> None:
    """Write what was probed, in one piece."""
    home.mkdir(parents=True, exist_ok=True)
    waiting = home / f".{CAPABILITIES}"
    waiting.write_bytes(msgspec.json.format(msgspec.json.encode(capabilities)))
    waiting.replace(home / CAPABILITIES)


def known_capabilities(home: Path) -> Capabilities | None:
    """Return what was probed last of the ERP; None where nobody looked yet."""
    file = home / CAPABILITIES
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Capabilities)
    except msgspec.MsgspecError as error:
        raise StopError(
            f"{file.name} is damaged: run `returns doctor`, which writes it anew"
        ) from error
