"""Every query of the dashboard: one module a page, parameters bound, pages of rows at most."""
