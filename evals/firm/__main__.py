"""`python -m evals.firm FOLDER`: writes a sample firm, and with `--gold FILE` its labels."""

import argparse
import sys
from datetime import date
from pathlib import Path

from evals.firm import AS_OF
from evals.firm.generate import generate


def main(arguments: list[str] | None = None) -> int:
    """0 when written, 1 when refused, with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m evals.firm", description="Write a sample firm folder.")
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.add_argument("--clients", type=int, default=75)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF, metavar="DATE")
    parser.add_argument(
        "--documents-per-client", type=int, metavar="N", help="add small papers until each client has N"
    )
    parser.add_argument("--gold", type=Path, metavar="FILE", help="where to write the labels; outside the folder")
    chosen = parser.parse_args(arguments)
    if chosen.gold and chosen.gold.resolve().is_relative_to(chosen.folder.resolve()):
        parser.error("--gold must lie outside the firm folder")
    try:
        gold = generate(
            chosen.folder,
            clients=chosen.clients,
            seed=chosen.seed,
            as_of=chosen.as_of,
            documents_per_client=chosen.documents_per_client,
        )
    except ValueError as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    if chosen.gold:
        gold.write(chosen.gold)
    told = ", ".join(f"{count} {name.removesuffix('.csv')}" for name, count in gold.counts.items())
    sys.stdout.write(f"{chosen.folder}: {told}; {len(gold.planted)} signals planted, {len(gold.decoys)} decoys\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
