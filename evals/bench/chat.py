"""How long it takes from a question to the first words of its answer, beyond a model's own time, at many clients of two hundred passages
each; then fifty people who ask at once; then with a model that answers at once, beside a plain RAG that asks the same one.

The home is the one of the benchmark `search`; its clients also get the records that questions are about. At first no model is asked: what
is measured is everything that stands before one. Asked is as the web does it: scope, thread, graph, checkpoint, audit. What is searched
of a client was made ready when its papers came, as intake does it; how long that takes the benchmark `search` tells.
"""

import gc
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from agents.chat import ask
from agents.endpoints import Endpoint
from agents.llm import ModelDoor
from api.commands.result import Progress
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.endpoint import stub
from evals.bench.passages import fill, sorts_of
from evals.bench.peers import PlainRag, has_rag
from evals.bench.search import SORTS_OF, memory_now, passages_of
from evals.bench.spread import TODAY, Bench, Spread, spread
from store.errors import TickmarkError
from store.ids import stable_id
from store.tables import Client, Engagement, Invoice, Person
from workspace.scope import Scope, open_scope, system_scope

PEOPLE = 50
ASKED = 400  # questions of the day, one after the other
BESIDE = 100  # with a model, beside a plain RAG
_ROWS = 2000
QUESTIONS = (
    "What do they owe us, and since when?",
    "When is the 2025 return due and why?",
    "What monthly rent does the lease provide for?",
    "Who is the partner?",
    "What was the closing balance of the operating account?",
    "What did they pay for the swimming pool?",
    "What interest rate does the loan carry and what do they owe us?",
    "Who signed the minutes of the annual meeting?",
)


def measure(bench: Bench) -> Iterator[Spread]:
    """Milliseconds to the first words and to the end: one question after the other, then of fifty at once; errors; MB of memory."""
    made = Bench(bench.homes, SORTS_OF, bench.reuse, bench.progress).home("loaded")
    sorts = sorts_of(made)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(made / "models", home / "models")
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            fill(services, sorts, bench.clients, bench.progress)
            people = _staffed(services)
            _ready_to_search(services, bench.progress)
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            yield from _measured(services, people)


def _staffed(services: Services) -> list[tuple[str, list[str]]]:
    """People by address with the refs of the clients that they see: each client is a partner's, with a return and unpaid invoices."""
    with services.database.writing() as session:
        clients = list(session.execute(select(Client.id, Client.ref).order_by(Client.ref)).tuples())
        emails = [f"person{number:02d}@bench.example" for number in range(PEOPLE)]
        ids = [stable_id("per", email) for email in emails]
        session.add_all(
            Person(id=row_id, email=email, name=f"Person {email[6:8]}", role="partner")
            for row_id, email in zip(ids, emails, strict=True)
        )
        session.flush()
        owned: list[list[str]] = [[] for _ in ids]
        for number, (client_id, ref) in enumerate(clients):
            session.get_one(Client, client_id).partner_id = ids[number % PEOPLE]
            owned[number % PEOPLE].append(ref)
        _records(session, [row_id for row_id, _ in clients])
    # with fewer clients than people the ones without a client ask about the first ones' as nobody does: they are left out
    return [(email, refs) for email, refs in zip(emails, owned, strict=True) if refs]


def _records(session: Session, clients: Sequence[str]) -> None:
    works = [
        {
            "id": stable_id("eng", "bench", one),
            "client_id": one,
            "ref": f"E{number}",
            "template": "1120-S",
            "title": "2025 Form 1120-S",
            "period_end": date(2025, 12, 31),
            "stage": "in-progress",
        }
        for number, one in enumerate(clients)
    ]
    bills = [
        {
            "id": stable_id("inv", "bench", one, month),
            "client_id": one,
            "number": f"B{number}-{month}",
            "issued_on": TODAY - timedelta(days=30 * month + 30),
            "due_on": TODAY - timedelta(days=30 * month),
            "amount": Decimal(250 * (month + 1)),
        }
        for number, one in enumerate(clients)
        for month in range(12)
    ]
    for table, rows in ((Engagement, works), (Invoice, bills)):
        for first in range(0, len(rows), _ROWS):
            session.execute(insert(table), rows[first : first + _ROWS])


def _ready_to_search(services: Services, progress: Progress) -> None:
    """As intake leaves a client whose papers it has read."""
    with services.database.reading() as session:
        ids = list(session.scalars(select(Client.id).order_by(Client.ref)))
    for number, client_id in enumerate(ids, start=1):
        with services.database.reading() as session:
            scope = system_scope(session, "bench", now=services.clock.now(), today=services.clock.today())
            services.searcher.make_ready(scope, session.get_one(Client, client_id))
        progress("ready to search", number, len(ids))


def _measured(services: Services, people: Sequence[tuple[str, list[str]]]) -> Iterator[Spread]:
    services.embedder.embed(["the model is opened before the clock runs"])
    gc.collect()
    gc.freeze()  # as the server does when it has started
    draw = random.Random(7)
    for question in QUESTIONS:  # the graph is compiled, the words are loaded
        _ask(services, *_any(people, draw), question)
    told = [_ask(services, *_any(people, draw), draw.choice(QUESTIONS)) for _ in range(ASKED)]
    yield spread("to the first words", "ms", [first for first, _, _ in told])
    yield spread("the processor's part of it", "ms", [busy for _, _, busy in told])
    yield spread("to the end of the answer", "ms", [whole for _, whole, _ in told])
    crowd, errors = _at_once(services, people, draw)
    yield spread(f"{PEOPLE} at once, to the first words", "ms", [first for first, _, _ in crowd])
    yield spread(f"{PEOPLE} at once, to the end", "ms", [whole for _, whole, _ in crowd])
    yield spread("questions that failed", "count", [float(errors)])
    if memory := memory_now():
        yield spread("memory of the process", "MB", [memory])
    yield from _with_a_model(services, people, draw)


def _with_a_model(services: Services, people: Sequence[tuple[str, list[str]]], draw: random.Random) -> Iterator[Spread]:
    """The same questions with a model that answers at once and says nothing of use, beside a plain RAG that asks the same one."""
    with stub(0) as endpoint:
        door = ModelDoor(services.database, Endpoint(endpoint.url, "stub", local=True))
        with services.with_door(door):
            told = [_ask(services, *_any(people, draw), draw.choice(QUESTIONS)) for _ in range(BESIDE)]
        yield spread("with a model that answers at once, to the end", "ms", [whole for _, whole, _ in told])
        if has_rag():
            plain = [
                _plainly(services, endpoint.url, *_any(people, draw)) for _ in range(BESIDE // len(QUESTIONS) or 1)
            ]
            asked = [one for some in plain for one in some]
            yield spread("plain RAG (LangChain), same model, first words", "ms", [first for first, _ in asked])
            yield spread("plain RAG (LangChain), same model, to the end", "ms", [whole for _, whole in asked])


def _plainly(services: Services, url: str, email: str, ref: str) -> list[tuple[float, float]]:
    """Every question about one client, whose passages are in memory with their vectors before it is asked."""
    rag = PlainRag(services.embedder)
    rag.put(*passages_of(services, stable_id("cl", ref)))
    return [rag.ask(url, question) for question in QUESTIONS]


def _any(people: Sequence[tuple[str, list[str]]], draw: random.Random) -> tuple[str, str]:
    email, refs = draw.choice(people)
    return email, draw.choice(refs)


def _at_once(
    services: Services, people: Sequence[tuple[str, list[str]]], draw: random.Random
) -> tuple[list[tuple[float, float, float]], int]:
    """Fifty questions that begin in the same moment; how long each took, and how many failed."""
    asked = [(*_any(people, draw), draw.choice(QUESTIONS)) for _ in range(PEOPLE)]
    start = threading.Barrier(PEOPLE)

    def one(email: str, ref: str, question: str) -> tuple[float, float, float] | None:
        start.wait()
        try:
            return _ask(services, email, ref, question)
        except (TickmarkError, SQLAlchemyError):
            return None

    with ThreadPoolExecutor(PEOPLE) as crowd:
        told = list(crowd.map(lambda each: one(*each), asked))
    done = [each for each in told if each is not None]
    return done, len(told) - len(done)


def _ask(services: Services, email: str, ref: str, question: str) -> tuple[float, float, float]:
    """Milliseconds to the first words, to the end, and what the process computed until the first words."""

    def opener(session: Session) -> Scope:
        return open_scope(session, email, clock=services.clock)

    began, computed = time.perf_counter(), time.process_time()
    first = busy = 0.0
    for event in ask(services, opener, ref, question):
        if "delta" in event and not first:
            first, busy = time.perf_counter() - began, time.process_time() - computed
    return 1000 * first, 1000 * (time.perf_counter() - began), 1000 * busy
