"""A firm at its desks: people who read, search, ask, upload and decide on a server of its own, while a night runs; and an hour of it.

Front doors: `python -m evals.load`, and the benchmarks `load` and `soak` (evals/bench). The people are locust's (the extra `load`), in a
process of their own; the server is `tickmark serve` as a firm runs it. Owns how they behave and what is watched; judges nothing.
"""
