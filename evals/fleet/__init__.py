"""A rig of hosts: nights on several machines, each a network namespace, beside a real PostgreSQL, Chroma server and S3-compatible store.

Three measures: `storm` (a night disturbed in every way that a network and a machine can fail, held row by row against an undisturbed one),
`two` (two workers against one), `upgrade` (a new release rolled out while a night runs and a person clicks through pages). Front doors:
`python -m evals.fleet`, and the benchmarks storm, workers and upgrade. Needs root and iproute2 for namespaces; else it uses processes on
the loopback and says so. Whatever ends the rig, a reaper beside it takes away what it started (reaper.py). Owns no promise: it tells what
it saw.
"""
