"""One asset per stream, the dbt project as assets, and the publication."""
