"""A connection over what a test has landed."""

import duckdb
import pytest

from orchestration.landing import create_source_views


@pytest.fixture
def warehouse(tmp_path):
    """Gives a connection with the views over what has landed by then."""
    connection = duckdb.connect()

    def over_landing():
        create_source_views(connection, tmp_path)
        return connection

    yield over_landing
    connection.close()
