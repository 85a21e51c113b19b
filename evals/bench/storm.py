"""A night on three hosts that is disturbed in every way (a worker killed, a network cut, PostgreSQL started anew again and again, Chroma
killed), held row by row against an undisturbed one. Needs root and iproute2: hosts are network namespaces (evals/fleet)."""

from collections.abc import Iterator
from dataclasses import replace

from evals.bench.spread import Bench, Spread
from store.errors import Invalid

THINKS = 2.0


def measure(bench: Bench) -> Iterator[Spread]:
    """What differs, and whether all of it was done to the night."""
    from evals.fleet.figures import of_storm
    from evals.fleet.opened import Asked, open_rig
    from evals.fleet.practice import READ
    from evals.fleet.storm import storm

    source = replace(bench, clients=min(bench.clients, READ)).home("loaded")
    with open_rig(Asked(bench.clients, THINKS, source=source)) as rig:
        if not rig.network.real:
            raise Invalid("a network can only be cut between namespaces: run this as root, with iproute2 installed")
        yield from of_storm(storm(rig))
