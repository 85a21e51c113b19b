"""How well the sample firm's deliverables are tied out: of every figure, date and name, whether it has its proof."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.ground import Ground, SampleHome
from evals.runner import Score, Task
from workspace.deliverables.reading import listing, show
from workspace.tie_out import verify_quote

_ALL = 1_000_000


@dataclass(frozen=True)
class Case:
    """A deliverable that the night drafted."""

    home: SampleHome
    identity: str
    slug: str


def cases(ground: Ground) -> Iterator[Case]:
    """Every deliverable of every sample firm, at its current version."""
    for home in ground.samples:
        with home.reading() as scope:
            rows = listing(scope, limit=_ALL)
        yield from (Case(home, row["id"], row["slug"]) for row in rows)


def read(case: Case) -> dict[str, Any]:
    """The contract's JSON of it."""
    with case.home.reading() as scope:
        return show(scope, case.identity)


def score(case: Case, shown: dict[str, Any]) -> Iterator[Score]:
    """For each figure whether it is tied, derived or untied, over all and by kind; and whether its text stands where it says."""
    texts = [section["markdown"] for section in shown["sections"]]
    for mark in shown["tickmarks"]:
        for status in ("tied", "derived", "untied"):
            yield f"figures {status}", mark["status"] == status
        yield f"figures untied: {case.slug}", mark["status"] == "untied"
        yield "figures at their place", verify_quote(texts[mark["section"]], mark["start"], mark["end"], mark["text"])
    yield "deliverables with nothing untied", not shown["untied"]
    yield "figures in a deliverable", len(shown["tickmarks"])


DRAFTS = Task("drafts", "every figure of the night's drafts has its proof", cases, read, score)
