"""The two schemas that are held against each other."""

from pathlib import Path

import pytest
from graphql import build_schema

from tests.contract.vendor_schema import VERSIONS, vendor_schema

SDL = Path(__file__).parents[2] / "orchestration" / "sandbox" / "shopify.graphql"


@pytest.fixture(scope="module", params=VERSIONS)
def real(request):
    """The vendor's schema of one version."""
    return vendor_schema(request.param)


@pytest.fixture(scope="session")
def ours():
    return build_schema(SDL.read_text(encoding="utf-8"))
