"""A Shopify and a NetSuite that speak the real wire formats on this machine, for trying everything without either."""
