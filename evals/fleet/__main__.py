"""`python -m evals.fleet`: makes the practice, runs the nights, prints what came of them. Ends with 1 where one was not as it should be. To
keep the figures: `tickmark bench storm workers upgrade --keep`."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.fleet.nights import Rig
from evals.fleet.opened import Asked, open_rig
from evals.fleet.storm import storm
from evals.fleet.two import two
from evals.fleet.upgrade import upgrade

THINKS = {"storm": 2.0, "two": 6.0, "upgrade": 4.0}  # seconds that the model takes for an answer


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 0 where every night ended as it should."""
    asked = _asked(words)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # what was started ends with it
    measures: dict[str, Callable[[Rig], dict[str, Any]]] = {
        "storm": storm,
        "two": two,
        "upgrade": lambda rig: upgrade(rig, asked.workflows),
    }
    found = dict[str, Any]()
    for name in [asked.only] if asked.only else measures:
        thinks = THINKS[name] if asked.thinks is None else asked.thinks
        logs = asked.logs / name if asked.logs else None
        with open_rig(Asked(asked.clients, thinks, asked.most, asked.home, logs)) as rig:
            found[name] = {"clients": asked.clients, "thinks": thinks, "namespaces": rig.network.real}
            found[name] |= measures[name](rig)
    sys.stdout.write(json.dumps(found, indent=1, default=str) + "\n")
    return 0 if all(one.get("good", True) for one in found.values()) else 1


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.fleet", description=__doc__)
    parser.add_argument("--clients", type=int, default=75)
    parser.add_argument(
        "--thinks",
        type=float,
        help="seconds that the model takes for an answer; by itself 2, 6 for two workers, 4 for upgrade",
    )
    parser.add_argument("--most", type=float, default=7200, help="seconds after which a night is given up")
    parser.add_argument("--home", type=Path, help="a loaded sample home to take a copy of; else one is made")
    parser.add_argument(
        "--logs", type=Path, help="a folder for the logs; without one they are kept where something goes wrong"
    )
    parser.add_argument("--workflows", help="upgrade: another version of the workflows as well")
    parser.add_argument("--only", choices=tuple(THINKS), help="only one of the three")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
