"""Questions on annual reports, asked of the chat without a model: is the passage that answers among the first three that it cites?

Each report of `qa_tatqa` and `qa_finqa` is the file of a client, as it is in the task `search`. TAT-QA's spans and lists are asked (what
can be looked up), all of FinQA's, whose answers are computed from what is to be cited. The same question asked of another company's
report tells how often something is cited though nothing answers. Thresholds were set on half of the reports ("a"): both halves are told.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from agents.asking.compound import parts_of
from agents.asking.sources import CLOSEST, answered, gather
from api.settings import load_settings
from api.wiring import Services, build
from evals.ground import Ground, current_home
from evals.runner import Score, Task
from evals.tasks.search import KeptVectors, rows_of, take_passages
from store.tables import DocumentPage, Passage
from workspace.evidence import DocumentEvidence
from workspace.scope import Scope, system_scope
from workspace.search import Searcher
from workspace.tie_out import verify_quote

PARTS = ("qa_tatqa", "qa_finqa")
SPANS = ("span", "multi-span")
FIRST = 3


@dataclass(frozen=True)
class ReportCase:
    """A question with the ids of the passages that answer; `elsewhere` is another company, which cannot."""

    part: str
    services: Services
    searcher: Searcher
    ref: str
    elsewhere: str
    question: str
    gold: frozenset[str]

    @property
    def half(self) -> str:
        """The half of its report: a was tuned on, b was not."""
        return "ab"[int(hashlib.sha256(self.ref.partition("/")[2].encode()).hexdigest(), 16) % 2]


@dataclass(frozen=True)
class Cited:
    """The passages cited, in order, each once; how many quotes there are and how many stand to the letter. `closest`: only as coming
    closest. `elsewhere` and `elsewhere_closest`: whether the other company's file gave an answer, or what comes closest."""

    passages: tuple[str, ...]
    quotes: int
    standing: int
    closest: bool
    elsewhere: bool
    elsewhere_closest: bool


def cases(ground: Ground) -> Iterator[ReportCase]:
    """Reading and embedding takes minutes once; vectors are kept by the hash of their text."""
    pack = ground.part(PARTS[0]).parent
    services = ground.keep(
        build(load_settings(current_home(ground.homes, "reports", reuse=ground.reuse)), own_index=True)
    )
    kept = KeptVectors(services.embedder, ground.homes / "vectors.db")
    searcher = Searcher(services.index, kept)
    for part in PARTS:
        ids = take_passages(services, kept, part, rows_of(pack / part / "passages.jsonl"), "doc_id")
        rows = [row for row in rows_of(pack / part / "questions.jsonl") if _asked(row)]
        reports, draw = sorted({row["doc_id"] for row in rows}), random.Random(1)
        for row in rows:
            other = draw.choice([one for one in reports if one != row["doc_id"]])
            gold = frozenset(ids[one] for one in row["gold_passage_ids"])
            at = (f"{part}/{row['doc_id']}", f"{part}/{other}")
            yield ReportCase(part, services, searcher, *at, row["question"], gold)


def _asked(row: Mapping[str, Any]) -> bool:
    return row.get("answer_type", SPANS[0]) in SPANS


def solve(case: ReportCase) -> Cited:
    """What the chat says without a model, of its own report and of another."""
    quotes, closest = _quotes(case, case.ref)
    other, other_closest = _quotes(case, case.elsewhere)
    passages: list[str] = []
    standing = 0
    with case.services.database.reading() as session:
        for one in quotes:
            page = select(DocumentPage.text).where(
                DocumentPage.version_id == one.version, DocumentPage.number == one.page
            )
            standing += verify_quote(session.scalars(page).one(), one.start, one.end, one.quote)
            of = select(Passage.id).where(
                Passage.version_id == one.version, Passage.start <= one.start, Passage.end >= one.end
            )
            passages += session.scalars(of)
    return Cited(
        tuple(dict.fromkeys(passages)), len(quotes), standing, closest, bool(other) and not other_closest, other_closest
    )


def _quotes(case: ReportCase, ref: str) -> tuple[list[DocumentEvidence], bool]:
    with case.services.database.reading() as session:
        claims = answered(gather(_scope(case, session), case.searcher, ref, parts_of(case.question)))
    cited = [one for claim in claims for one in claim.evidence if isinstance(one, DocumentEvidence)]
    return cited, any(claim.text == CLOSEST for claim in claims)


def _scope(case: ReportCase, session: Any) -> Scope:
    return system_scope(session, "evals", now=case.services.clock.now(), today=case.services.clock.today())


def score(case: ReportCase, cited: Cited) -> Iterator[Score]:
    """Whether an answering passage is among the first three cited, over all and by half; how much of all that answer; what stands."""
    hit = bool(case.gold & set(cited.passages[:FIRST]))
    yield f"{case.part}: answering passage among the first three cited", hit
    yield f"{case.part}: the same, half {case.half}", hit
    yield f"{case.part}: share of the answering passages cited", len(case.gold & set(cited.passages)) / len(case.gold)
    yield f"{case.part}: said outright, not as coming closest", bool(cited.passages) and not cited.closest
    for _ in range(cited.quotes):
        yield f"{case.part}: quotes verbatim at their place", cited.quotes == cited.standing
    yield f"{case.part}: another company's file says nothing outright", not cited.elsewhere
    yield f"{case.part}: another company's file says nothing at all", not (cited.elsewhere or cited.elsewhere_closest)


REPORTS = Task(
    "report-questions", "passages that answer questions on real reports are cited, without a model", cases, solve, score
)
