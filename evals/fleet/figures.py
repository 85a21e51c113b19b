"""What the rig saw as spreads of a benchmark, so that it is kept and told like the others. Judges nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.bench.spread import Spread, spread

Seen = Mapping[str, Any]


def of_storm(seen: Seen) -> Iterator[Spread]:
    """A disturbed night beside an undisturbed one."""
    yield from _difference(seen)
    storm: Seen = seen["storm"]
    yield _one("disturbances that the night was too short for", "count", len(seen["missing"]))
    yield _one("PostgreSQL started anew", "times", storm["restarts"])
    yield _one("longest time between two of these", "seconds", storm["longest_calm"])
    yield _one("clients that the killed worker had in hand", "count", storm["left_in_hand"])
    yield _one("until others had taken them up", "seconds", storm["taken_over"] or 0)
    yield _one("without a network", "seconds", storm["cut"])
    yield _one("without Chroma", "seconds", storm["chroma_away"])
    yield _one("undisturbed night", "seconds", seen["quiet"]["seconds"])
    yield _one("disturbed night", "seconds", seen["stormy"]["seconds"])
    yield _asked_again(seen["quiet"], seen["stormy"])


def of_two(seen: Seen) -> Iterator[Spread]:
    """Two workers against one."""
    yield _one("one worker", "seconds", seen["one"]["seconds"])
    yield _one("two workers", "seconds", seen["two"]["seconds"])
    yield _one("one worker against two", "times", seen["times"])
    yield _one("the same from the first client taken to the last done", "times", seen["times_scanning"])
    yield _one("questions", "count", seen["one"]["questions"])


def of_upgrade(seen: Seen) -> Iterator[Spread]:
    """A night in which the release was replaced."""
    yield from _difference(seen)
    yield _one("errors that a person met", "count", len(seen["wrong"]))
    yield _one("pages that she opened", "count", seen["person"].get("opened", 0))
    yield _one("slowest page", "seconds", seen["person"].get("slowest", 0))
    yield _one(
        "processes replaced that did not end in order", "count", 3 - sum(one == 0 for one in seen["ended"].values())
    )
    yield _one("night without a new release", "seconds", seen["before"]["seconds"])
    yield _one("night with one", "seconds", seen["rolled"]["seconds"])
    yield _asked_again(seen["before"], seen["rolled"])


def _difference(seen: Seen) -> Iterator[Spread]:
    yield _one("rows that are missing", "count", sum(seen["lost"].values()))
    yield _one("rows too many, or done twice", "count", sum(seen["more"].values()) + seen["twice"])
    yield _one("values that are others", "count", sum(seen["other"].values()))
    yield _one("faults of the trail", "count", len(seen["faults"]))


def _asked_again(quiet: Seen, stormy: Seen) -> Spread:
    """What the model answered in vain: whoever had asked was killed or cut off, or the records were away when the answer came."""
    return _one("questions asked again", "count", stormy["questions"] - quiet["questions"])


def _one(name: str, unit: str, value: float) -> Spread:
    return spread(name, unit, [value])
