"""Returns as one lifecycle: extract, land, build, check, publish, gate, sync."""
