"""What the dashboard refuses to be started as, and what listens once it is."""

import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.browser.looking import free_port, plain_environment, starting
from tests.orchestration.test_automation import until


def test_without_a_login_it_is_served_on_loopback_alone(publication_home, tmp_path):
    for address in ("0.0.0.0", "::", ""):  # noqa: S104 - what must be refused
        with refused(
            publication_home, tmp_path, starting(port := free_port(), "--server.address", address)
        ) as said:
            assert "[auth]" in said
            assert "URL:" not in said
            assert ".streamlit/secrets.toml" in said
            assert not answers(port)
    returns = str(Path(sys.executable).with_name("returns"))
    command = [returns, "dashboard", "--host", "::", "--port", str(free_port())]
    with refused(publication_home, tmp_path, command) as said:
        assert "[auth]" in said


def test_a_login_that_is_half_configured_is_refused_on_loopback_too(publication_home, tmp_path):
    (tmp_path / ".streamlit").mkdir()
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    for text, why in (("[auth]\nclient_id = 'x'\n", "lacks"), ("[auth", "cannot be read")):
        secrets.write_text(text)
        with refused(publication_home, tmp_path, starting(free_port())) as said:
            assert why in said


def test_nothing_listens_but_the_configured_address(address):
    port = int(address.rpartition(":")[2])
    assert listening(port) == {"0100007F"}
    assert answers(port)


def test_a_dashboard_that_is_killed_leaves_its_port_to_the_next(publication_home, tmp_path):
    port = free_port()
    returns = str(Path(sys.executable).with_name("returns"))
    serving = subprocess.Popen(  # noqa: S603 - our own command
        [returns, "dashboard", "--port", str(port)],
        env={**plain_environment(), "RETURNS_HOME": str(publication_home)},
        cwd=tmp_path,
    )
    try:
        until(lambda: answers(port), "the dashboard to listen")
    finally:
        serving.kill()
        serving.wait()

    until(lambda: not answers(port), "nobody to listen")


@contextmanager
def refused(home, folder, command):
    """Start what must not be served; hand out what it says before it ends."""
    finished = subprocess.run(  # noqa: S603 - our own command
        command,
        env={**plain_environment(), "RETURNS_HOME": str(home)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert finished.returncode == 2
    yield finished.stdout + finished.stderr


def answers(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def listening(port):
    """Return the addresses that somebody listens on at a port, as the kernel writes them."""
    rows = [
        row.split()
        for file in ("/proc/net/tcp", "/proc/net/tcp6")
        for row in Path(file).read_text().splitlines()[1:]
    ]
    local = [row[1].split(":") for row in rows if row[3] == "0A"]
    return {address for address, at in local if int(at, 16) == port}
