"""A publication and the app over it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.publications import publish

APP = Path(__file__).parents[2] / "dashboard" / "main.py"
SECONDS = 60


@pytest.fixture(scope="session")
def fresh():
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture(scope="session")
def published(tmp_path_factory, fresh):
    home = tmp_path_factory.mktemp("home")
    return home, publish(home, as_of=fresh, name=home.name)


@pytest.fixture
def publish_anew(tmp_path, fresh):
    """Publish into a home of this test's own; return the home and the file."""

    def make(**said):
        said = {"as_of": fresh, "name": tmp_path.name} | said
        return tmp_path, publish(tmp_path, **said)

    return make


@pytest.fixture
def opened(monkeypatch):
    """Open a page of the app over a home, with what the address says."""

    def run(home, page="close", **address):
        monkeypatch.setenv("RETURNS_HOME", str(home))
        monkeypatch.setattr("dashboard.serving.st.get_option", lambda _: "127.0.0.1")
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        app.query_params.update(address)
        return app.switch_page(f"views/{page}.py").run()

    return run
