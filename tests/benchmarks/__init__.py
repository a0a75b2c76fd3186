"""How fast and how large, side by side with peers and floors: `python -m tests.benchmarks`."""
