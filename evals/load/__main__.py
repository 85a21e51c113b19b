"""`python -m evals.load`: people at their desks on this machine, and what they saw. Ends with 1 where something went wrong."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from api.output import Meter
from api.settings import load_settings
from evals.bench.spread import Bench
from evals.load.plan import SOAK, Plan
from evals.load.run import run
from evals.load.told import problems, told


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 0 where every request was answered well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with it
    asked = _asked(words)
    plan = replace(
        SOAK if asked.soak else Plan(),
        **{
            name: value
            for name in ("people", "minutes", "clients", "rest")
            if (value := getattr(asked, name)) is not None
        },
    )
    homes = asked.homes or load_settings().home / "evals"
    seen = run(Bench(homes, plan.clients, asked.reuse, Meter()), plan)
    for one in told(seen):
        sys.stdout.write(
            f"{one.name:<48}{one.n:>7,}{one.median:>10,.4g}{one.p95:>10,.4g}{one.most:>10,.4g}  {one.unit}\n"
        )
    wrong = problems(seen)
    for line in wrong[:20]:
        sys.stdout.write(f"wrong: {line}\n")
    if asked.out:
        kept: dict[str, object] = {
            "nights": [asdict(one) for one in seen.nights],
            "moments": [asdict(one) for one in seen.moments],
        }
        kept |= {"since": seen.since, "asked": [asdict(one) for one in seen.heard.asked], "wrong": wrong}
        asked.out.write_text(json.dumps(kept, default=str), encoding="utf-8")
    return 1 if wrong else 0


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.load", description=__doc__)
    parser.add_argument("--people", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--clients", type=int, help="clients of the firm; by itself 200")
    parser.add_argument("--rest", type=float, help="minutes between two nights")
    parser.add_argument("--soak", action="store_true", help="an hour with 20 people and a night every few minutes")
    parser.add_argument(
        "--reuse", action="store_true", help="take the sample homes as they are, though the program changed since"
    )
    parser.add_argument("--homes", type=Path, help="where sample homes are kept")
    parser.add_argument("--out", type=Path, help="a file for every request, night and look at the server, as JSON")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
