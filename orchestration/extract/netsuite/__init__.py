"""The ERP's client."""

from orchestration.extract.netsuite.auth import ClientCredentials, assertion_auth
from orchestration.extract.netsuite.client import NetSuiteClient
from orchestration.extract.netsuite.records import RecordClient
from orchestration.extract.netsuite.suiteql import Fields
from orchestration.extract.netsuite.token_based import TokenBasedAuth, TokenCredentials

__all__ = [
    "ClientCredentials",
    "Fields",
    "NetSuiteClient",
    "RecordClient",
    "TokenBasedAuth",
    "TokenCredentials",
    "assertion_auth",
]
