"""A new release with a migration, rolled out over web and workers while a night runs and a person clicks through pages, held row by row
against a night in which nothing was replaced (evals/fleet/upgrade.py)."""

from collections.abc import Iterator
from dataclasses import replace

from evals.bench.spread import Bench, Spread

THINKS = 4.0


def measure(bench: Bench) -> Iterator[Spread]:
    """What differs, and what the person met."""
    from evals.fleet.figures import of_upgrade
    from evals.fleet.opened import Asked, open_rig
    from evals.fleet.practice import READ
    from evals.fleet.upgrade import upgrade

    source = replace(bench, clients=min(bench.clients, READ)).home("loaded")
    with open_rig(Asked(bench.clients, THINKS, source=source)) as rig:
        yield from of_upgrade(upgrade(rig))
