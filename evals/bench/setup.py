"""How long the machine takes to make a firm of a new home, and how many commands a person gives for it: name and zone, a person and her
password, the price list, the firm's folder with everything in it, the first scan. Minutes of a person are not measured here: the folder
is there already, and nobody hesitates."""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.commands import find
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.spread import TODAY, Bench, Spread, spread
from evals.homes import PASSWORD, PEOPLE
from store.errors import Invalid

PARTNER = PEOPLE[0][1]


def measure(bench: Bench) -> Iterator[Spread]:
    """Seconds of each command in its turn, of all of them together, and how many there were. A step that the set-up still misses at the end
    is a failure."""
    folder = bench.home("made") / "sample" / "firm"
    before_it = _processor()
    with tempfile.TemporaryDirectory() as empty:
        settings = load_settings(Path(empty) / "home").model_copy(update={"today": TODAY})
        began = time.perf_counter()
        with build(settings, own_index=True, purpose="bench") as services:
            opened = time.perf_counter() - began
            yield spread("an empty home opened", "seconds", [opened])
            steps = 0
            for name, command, arguments in commands(folder):
                before = time.perf_counter()
                find(command).load()(services, arguments, bench.progress)
                steps += 1
                yield spread(name, "seconds", [time.perf_counter() - before])
            yield spread("from an empty home to the first brief", "seconds", [time.perf_counter() - began])
            yield spread("commands", "count", [steps])
            _whole(services)
    yield spread("of the processor, in all", "seconds", [_processor() - before_it])


def _processor() -> float:
    """Seconds of this process and of its children that have ended, as those that read files have with the services."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def commands(folder: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What a person types, in order: how it is told, the command, its arguments."""
    zone = {"timezone": "America/New_York", "fiscal_year_end": "12-31", "role": "partner"}
    yield "firm and first partner", "setup", {**zone, "name": "A firm", "email": PARTNER, "person": "The first partner"}
    yield "her password", "person-set-password", {"email": PARTNER, "password": PASSWORD}
    yield "price list", "letters-prices", {"usual": True, "as": PARTNER}
    yield "firm folder: people, clients, papers, mail, books", "load", {"folder": str(folder)}
    yield "first scan", "scan", {}
    yield "first brief", "brief", {"for": PARTNER}


def _whole(services: Services) -> None:
    told = find("setup").load()(services, {}, lambda doing, done, total: None).data
    if not told["done"]:
        raise Invalid(f"the set-up is not whole: {told['next']} is missing")
