"""`python -m evals.chaos`: kills, and what was found after each. Ends with 1 where something did not hold."""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from api.output import Meter
from api.settings import load_settings
from evals.chaos.run import Tally, chaos
from evals.ground import sample_home
from evals.homes import SEED, Wish

CLIENTS = 3


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 0 where everything held after each kill."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with it
    asked = _asked(words)
    homes = load_settings().home / "evals"
    home = asked.home or sample_home(homes, Wish(CLIENTS, SEED), Meter(), until="scanned", reuse=asked.reuse)
    tally = Tally()
    for one in chaos(home, asked.runs, asked.seed, asked.keep_homes):
        if isinstance(one, Tally):
            tally = one
            continue
        place = one.point or "at random"
        sys.stdout.write(f"{one.number:>4}  {one.how or 'not killed':<10} {place:<50} {one.act}\n")
        sys.stdout.writelines(f"      {fault}\n" for fault in one.faults)
        sys.stdout.flush()
    sys.stdout.write(told(tally))
    return 1 if tally.faults else 0


def told(tally: Tally) -> str:
    """The runs in a few lines."""
    killed = Counter(one.point or "at random" for one in tally.runs if one.how)
    lines = [
        f"{len(tally.runs)} runs, {killed.total()} killed, {sum(bool(one.faults) for one in tally.runs)} with a fault."
    ]
    lines += [f"  {number:>4} × {point}" for point, number in killed.most_common()]
    lines.append("Done: " + ", ".join(f"{number} {act}" for act, number in tally.acts.most_common() if act != "look"))
    lines.append("Looked at: " + ", ".join(f"{number:,} {what}" for what, number in tally.looked.items()))
    return "\n".join([*lines, *tally.faults, ""])


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="kills; by itself 500")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other work and other kills")
    parser.add_argument("--home", type=Path, help="a scanned home to take copies of; else a small sample firm")
    parser.add_argument(
        "--reuse", action="store_true", help="take the sample home as it is, though the program changed since"
    )
    parser.add_argument(
        "--keep-homes", type=Path, help="a folder for copies of the homes in which something did not hold"
    )
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
