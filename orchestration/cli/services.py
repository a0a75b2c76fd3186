"""Dagster's three services: the code of the project, the web pages, and what starts runs."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO, TypeAlias

import yaml

WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"
CODE, PAGES, DAEMON = "code server", "webserver", "daemon"
LOOK_SECONDS = 0.5

Service: TypeAlias = "subprocess.Popen[bytes]"


class ServiceEndedError(RuntimeError):
    """One of the services ended unasked, and the others with it; the message says which."""


def serve_until_one_ends(lock: TextIO, *, port: int) -> None:
    """
    Run the services until this process is interrupted; raise ServiceEndedError where one ends.

    None outlives this process: each is held by a pipe, of which this process alone has the other
    end. What takes the port and what takes runs from the queue hold the lock too, to their end.
    """
    services: dict[str, Service] = {}
    pipe, mine = os.pipe()
    with tempfile.TemporaryDirectory(prefix="return-lifecycle-") as folder:
        socket = Path(folder, "code.sock")
        try:
            services[CODE] = _start(pipe, _serving_code(socket))
            while not socket.exists():
                _refuse_ended(services)
            workspace = ["--workspace", str(_workspace(socket))]
            pages = ["dagster_webserver", "--port", str(port), *workspace]
            services[PAGES] = _start(pipe, pages, lock)
            services[DAEMON] = _start(pipe, ["dagster._daemon", "run", *workspace], lock)
            while True:
                _refuse_ended(services)
        finally:
            _end(services.values(), mine)
            os.close(pipe)


def _start(pipe: int, command: Sequence[str], *files: TextIO) -> Service:
    handed = [pipe, *(file.fileno() for file in files)]
    tethered = [sys.executable, "-m", "orchestration.cli.tether", str(pipe), *command]
    return subprocess.Popen(tethered, pass_fds=handed)  # noqa: S603 - our own programs


def _serving_code(socket: Path) -> list[str]:
    """Return what serves the definitions; its socket is there once they have been loaded."""
    code = _code()
    named = ["--module-name", code["module_name"], "--location-name", code["location_name"]]
    said = ["--log-level", "warning"]
    return ["dagster", "code-server", "start", *named, "--socket", str(socket), *said]


def _workspace(socket: Path) -> Path:
    """Write where the definitions are served, beside the socket."""
    named = {"location_name": _code()["location_name"]}
    server = {**named, "host": "localhost", "socket": str(socket)}
    file = socket.with_name("workspace.yaml")
    file.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    return file


def _code() -> dict[str, str]:
    """Return the code location of the checkout's own workspace: its module and its name."""
    (location,) = yaml.safe_load(WORKSPACE.read_text(encoding="utf-8"))["load_from"]
    code: dict[str, str] = location["python_module"]
    return code


def _refuse_ended(services: dict[str, Service]) -> None:
    time.sleep(LOOK_SECONDS)
    for name, service in services.items():
        if service.poll() is not None:
            raise ServiceEndedError(
                f"Dagster's {name} ended unasked, with {service.returncode}, and the others with"
                " it: what it said stands above; start again once that is mended"
            )


def _end(services: Iterable[Service], mine: int) -> None:
    """Let go of the services, and wait for them; whoever asks again is not heard meanwhile."""
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)
    os.close(mine)
    for service in services:
        service.wait()
