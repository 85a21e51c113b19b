"""How well questions about a client are answered: right, honest where nothing is there, every citation standing, nothing of another client.

Solver: the chat, over a loaded home, as the operator. Scorers: plain functions on an answer. Never tunes anything.
"""

import math
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.chat import ask
from agents.ports import Services
from evals.firm.gold import Gold
from evals.tasks.paper_questions import misplaced, of_papers
from store.tables import Client, Document, DocumentPage, Message
from workspace.evidence import DerivedEvidence, from_json
from workspace.scope import Scope, system_scope
from workspace.tie_out import verify_quote
from workspace.tie_out.derive import check

ABSTAIN = ("unanswerable", "trap", "misplaced")  # kinds whose right answer is that nothing is found


@dataclass(frozen=True)
class Asked:
    """A question with its gold; `answer` is not compared where the right one is to abstain."""

    client_ref: str
    question: str
    answer: str
    kind: str
    held_out: bool = False


@dataclass(frozen=True)
class Scored:
    """One answer and what is true of it. `first` are the seconds to the first words, `whole` to the last."""

    asked: Asked
    said: str
    right: bool
    citations: int
    standing: int
    leaks: int
    first: float
    whole: float


def measure(services: Services, gold: Gold, *, papers: bool = False) -> dict[str, Any]:
    """The gold questions of the sample firm, with `papers` the ones made from its papers as well; see `summary` for what comes back."""
    asked = [Asked(q.client_ref, q.question, q.answer, q.kind, q.held_out) for q in gold.questions]
    if papers:
        asked += [Asked(q.client_ref, q.question, q.answer, "paper") for q in of_papers(gold)]
        asked += [Asked(q.client_ref, q.question, "", "misplaced") for q in misplaced(gold)]
    return summary([score(services, one) for one in asked])


def score(services: Services, asked: Asked) -> Scored:
    """Ask, and hold the answer against the gold and the stored file."""

    def opener(session: Session) -> Scope:
        return system_scope(session, "evals", now=services.clock.now(), today=services.clock.today())

    began = time.perf_counter()
    first, answer = 0.0, dict[str, Any]()
    for event in ask(services, opener, asked.client_ref, asked.question):
        if "delta" in event and not first:
            first = time.perf_counter() - began
        answer = event.get("answer", answer)
    whole = time.perf_counter() - began
    with services.database.reading() as session:
        client_id = session.scalars(select(Client.id).where(Client.ref == asked.client_ref)).one()
        leaves = list(_leaves(answer["citations"]))
        standing = sum(stands(session, client_id, one) for one in leaves)
        strange = sum(is_strange(session, client_id, one) for one in [*leaves, *answer["receipt"]["documents"]])
    return Scored(asked, answer["answer"], is_right(answer, asked), len(leaves), standing, strange, first, whole)


def is_right(answer: Mapping[str, Any], asked: Asked) -> bool:
    """Whether it says the gold's value, in any usual form of it; for a question without an answer, whether it abstains."""
    if asked.kind in ABSTAIN:
        return not answer["found"]
    return bool(answer["found"]) and all(says(answer["answer"], part) for part in asked.answer.split("; "))


def says(text: str, value: str) -> bool:
    """Whether a text has a value: money and numbers by amount, days however written, words without case and punctuation."""
    plain = _plain(text)
    return any(re.search(rf"(?<![\d.]){re.escape(_plain(form))}(?!\d)(?!\.\d)", plain) for form in _forms(value))


def _forms(value: str) -> set[str]:
    forms = {value}
    try:
        day = date.fromisoformat(value)
        return {*forms, f"{day:%B} {day.day}, {day.year}", f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}"}
    except ValueError:
        pass
    try:
        amount = abs(Decimal(value.replace("$", "").replace(",", "")))
    except InvalidOperation:
        return forms
    short = format(amount.normalize(), "f")
    return {f"{amount:.2f}", short, format(amount, "f")}


def _plain(text: str) -> str:
    """Small letters, no thousands separators, white space and punctuation as one blank."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    return re.sub(r"\s+", " ", re.sub(r"[^\w.%-]+|\.(?!\d)", " ", text)).strip()


def stands(session: Session, client_id: str, cited: Mapping[str, Any]) -> bool:
    """Whether a citation is what it says: a quote to the letter in its page or message, arithmetic that holds. A record's field is
    named, not quoted: it counts as standing when it says something."""
    if cited["kind"] == "document":
        page = select(DocumentPage.text).where(
            DocumentPage.version_id == cited["version"],
            DocumentPage.number == cited["page"],
            DocumentPage.client_id == client_id,
        )
        text = session.scalars(page).one_or_none()
    elif cited["kind"] == "message":
        body = select(Message.body).where(Message.client_id == client_id, Message.message_id == cited["message_id"])
        text = session.scalars(body).one_or_none()
    elif cited["kind"] == "derived":
        found = from_json(cited)
        return isinstance(found, DerivedEvidence) and check(found)
    else:
        return bool(cited["record"] and cited["field"])
    return text is not None and verify_quote(text, cited["start"], cited["end"], cited["quote"])


def is_strange(session: Session, client_id: str, cited: Mapping[str, Any]) -> bool:
    """Whether a citation or a line of the receipt is a document or message of another client."""
    if "document" in cited:
        owner = session.scalars(select(Document.client_id).where(Document.id == cited["document"])).one_or_none()
        return owner != client_id
    if "message_id" in cited:
        owners = session.scalars(select(Message.client_id).where(Message.message_id == cited["message_id"])).all()
        return client_id not in owners
    return False


def _leaves(citations: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The citations, and what arithmetic among them is made of."""
    for one in citations:
        yield one
        yield from _leaves(one.get("inputs", ()))


def summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """n, right (share), standard_error, by_kind {kind: the same}, citations (n, standing), leaks, seconds to the first and last words
    (median and 95th percentile), wrong [{client_ref, question, gold, said}]."""
    by_kind: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        by_kind[one.asked.kind].append(one)
    return {
        **_share(scored),
        "by_kind": {kind: _share(group) for kind, group in sorted(by_kind.items())},
        "citations": sum(one.citations for one in scored),
        "citations_standing": sum(one.standing for one in scored),
        "leaks": sum(one.leaks for one in scored),
        "seconds_to_first_words": _spread([one.first for one in scored]),
        "seconds": _spread([one.whole for one in scored]),
        "wrong": [
            {"client_ref": one.asked.client_ref, "question": one.asked.question, "gold": one.asked.answer, "said": one.said}
            for one in scored
            if not one.right
        ],
    }  # fmt: skip


def _share(scored: Sequence[Scored]) -> dict[str, Any]:
    """n, the share that is right, and its standard error; no share of nothing."""
    n = len(scored)
    if not n:
        return {"n": 0, "right": None, "standard_error": None}
    right = sum(one.right for one in scored) / n
    return {"n": n, "right": round(right, 4), "standard_error": round(math.sqrt(right * (1 - right) / n), 4)}


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    return {"median": round(ordered[len(ordered) // 2], 3), "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3)}
