"""How well the sample firm's deliverables are tied out: of every figure, date and name, whether it has its proof. And whether each kind can
be drafted there: what the night did not call for is drafted as a person would ask for it, for the first clients it fits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from evals.ground import Ground, SampleHome
from evals.runner import Score, Task
from store.errors import Invalid
from workspace.deliverables.compose import compose, names_of_others, template_writer
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.model import Draft
from workspace.deliverables.reading import listing, show
from workspace.scope import Scope
from workspace.snapshot import Snapshot, take_snapshot
from workspace.tie_out import verify_quote

_ALL = 1_000_000
_EACH = 3  # clients that a kind on demand is drafted for


@dataclass(frozen=True)
class Case:
    """A deliverable that the night drafted (`identity`), or one that was drafted when asked for (`asked`). `first` of its kind in its firm;
    with neither: a kind that fits no client there."""

    home: SampleHome
    slug: str
    first: bool
    identity: str = ""
    client_ref: str = ""
    asked: dict[str, Any] | None = field(default=None, compare=False)


def cases(ground: Ground) -> Iterator[Case]:
    """Every deliverable of every sample firm, at its current version; then of each other kind those for the first clients it fits."""
    for home in ground.samples:
        with home.reading() as scope:
            rows = listing(scope, limit=_ALL)
            seen = set[str]()
            for row in rows:
                yield Case(home, row["slug"], row["slug"] not in seen, row["id"], row["client_ref"])
                seen.add(row["slug"])
            yield from _on_demand(home, scope, sorted(set(KINDS) - seen))


def _on_demand(home: SampleHome, scope: Scope, slugs: list[str]) -> Iterator[Case]:
    refs = [canary.client_ref for canary in home.gold.canaries]
    left = dict.fromkeys(slugs, _EACH)
    for ref in refs:
        wanted = [slug for slug, number in left.items() if number]
        if not wanted:
            return
        snapshot = take_snapshot(scope, ref)
        for slug in wanted:
            draft = drafted(scope, snapshot, slug)
            if draft is not None:
                marks = [dict(one) for one in draft.tickmarks]
                untied = sum(mark["status"] == "untied" for mark in marks)
                sections = [{"title": one.title, "markdown": one.markdown} for one in draft.sections]
                asked = {"sections": sections, "tickmarks": marks, "untied": untied, "unseen": draft.unseen}
                yield Case(home, slug, left[slug] == _EACH, client_ref=ref, asked=asked)
                left[slug] -= 1
    yield from (Case(home, slug, True) for slug, number in left.items() if number == _EACH)


def drafted(scope: Scope, snapshot: Snapshot, slug: str) -> Draft | None:
    """A draft as a person asks for it, about the client or about the first of its work that it fits; None where it fits none."""
    kind = KINDS[slug]
    for work in (None, *(one.ref for one in snapshot.engagements)):
        try:
            gathered = kind.gather(snapshot, scope.today, kind.occasion(snapshot, scope.today, work))
        except Invalid:
            continue
        return compose(gathered, template_writer(slug)(gathered), others=names_of_others(scope, snapshot.client.id))
    return None


def read(case: Case) -> dict[str, Any] | None:
    """The contract's JSON of it, as far as it is measured; None for a kind that fits nobody."""
    if case.asked is not None or not case.identity:
        return case.asked
    with case.home.reading() as scope:
        return show(scope, case.identity)


def score(case: Case, shown: dict[str, Any] | None) -> Iterator[Score]:
    """For each figure whether it is tied, derived or untied, over all and by kind; and whether its text stands where it says."""
    if case.first:
        yield "kinds drafted for a client they fit", shown is not None
    if shown is None:
        return
    texts = [section["markdown"] for section in shown["sections"]]
    for mark in shown["tickmarks"]:
        for status in ("tied", "derived", "untied"):
            yield f"figures {status}", mark["status"] == status
        yield f"figures untied: {case.slug}", mark["status"] == "untied"
        yield "figures at their place", verify_quote(texts[mark["section"]], mark["start"], mark["end"], mark["text"])
    yield "deliverables with nothing untied", not shown["untied"]
    yield "figures in a deliverable", len(shown["tickmarks"])


DRAFTS = Task(
    "drafts", "every figure of the night's drafts, and of each other kind's, has its proof", cases, read, score
)
