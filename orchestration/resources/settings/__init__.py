"""Every setting: its name, its default, and what to do where it is missing or cannot be."""

from orchestration.resources.settings.customers import CustomerSettings, read_customers
from orchestration.resources.settings.home import DAGSTER_URL, HomeSettings, read_home
from orchestration.resources.settings.netsuite import NetSuiteSettings, account_of, read_netsuite
from orchestration.resources.settings.post import PostSettings, read_post
from orchestration.resources.settings.reader import (
    LOOPBACK,
    Environment,
    SettingsError,
    environment,
)
from orchestration.resources.settings.stores import API_VERSION, StoreSettings, read_stores
from orchestration.resources.settings.sync import SyncSettings, read_sync

__all__ = [
    "API_VERSION",
    "DAGSTER_URL",
    "LOOPBACK",
    "CustomerSettings",
    "Environment",
    "HomeSettings",
    "NetSuiteSettings",
    "PostSettings",
    "SettingsError",
    "StoreSettings",
    "SyncSettings",
    "account_of",
    "environment",
    "is_configured",
    "read_all_problems",
    "read_customers",
    "read_home",
    "read_netsuite",
    "read_post",
    "read_stores",
    "read_sync",
]


def is_configured(env: Environment) -> bool:
    """Whether any store or the ERP is named; without either, the sandbox stands in."""
    return bool(env.get("SHOPIFY_STORES") or env.get("NETSUITE_URL"))


def read_all_problems(env: Environment) -> list[str]:
    """Return what is wrong with any setting, each with its remedy; nothing where all is well."""
    problems: list[str] = []
    reads = (read_home, read_stores, read_customers, read_netsuite, read_sync, read_post)
    for read in reads:
        try:
            read(env)
        except SettingsError as error:
            problems += error.problems
    return problems
