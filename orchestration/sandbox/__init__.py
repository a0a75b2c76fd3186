"""A Shopify and a NetSuite on this machine, in their real wire formats, to try everything on."""
