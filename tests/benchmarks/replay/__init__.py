"""A storefront of any size that answers with what the sandbox once answered."""
