"""A rig of hosts: a night on several machines, each a network namespace, disturbed in every way that a network and a machine can fail, and
held row by row against an undisturbed one. Front door: `python -m evals.fleet`. Needs root and iproute2 for namespaces; else it uses
processes on the loopback and says so. Owns no promise: it tells what it saw.
"""
