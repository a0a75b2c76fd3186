"""What customers' keys are made with."""

import dagster as dg

from orchestration.extract.shopify.customers import CustomerKeys
from orchestration.resources.settings import environment, read_customers


class CustomerKeysResource(dg.ConfigurableResource[None]):
    """The configured secret, ready to make keys; settings are read anew at each use."""

    def read(self) -> CustomerKeys:
        """Return the maker of keys; raises SettingsError where there is no secret."""
        return CustomerKeys(read_customers(environment()).secret)
