"""How things grow: a question about one client of ten to a hundred thousand passages, and pages, search and database of a firm of a
hundred to ten thousand clients; beside them raw Chroma, bm25s and a plain RAG over the same passages.

Passages are varied from really embedded ones (passages.py). Each size is measured in one process after the other, so that memory told is
what the first question at that size added. A night over many clients is the benchmark `night`, pages of a full practice are `pages`.
"""

import gc
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from api.app import create_app
from api.commands.result import Progress
from api.security import COOKIE
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.passages import Sort, fill, sorts_of
from evals.bench.peers import PlainRag, RawChroma, WordsAlone, empty_fastapi, has_rag, milliseconds
from evals.bench.search import QUESTIONS, SORTS_OF, memory_now, passages_of
from evals.bench.spread import TODAY, Bench, Spread, spread
from evals.homes import PASSWORD, PEOPLE
from store.ids import stable_id
from store.tables import Client, Passage, Person
from store.vectors import Vectors
from workspace.firm_search import firm_search
from workspace.scope import open_scope, system_scope
from workspace.search import search
from workspace.sign_in import set_password, sign_in

Made = TypeVar("Made")
PASSAGES = (100, 1_000, 10_000, 100_000)
CLIENTS = (100, 1_000, 10_000)
OF_A_CLIENT = 10  # passages, where clients are many
TIMES = 10
_RAG_AT_MOST = 10_000  # its every question stacks all vectors anew: seconds at a hundred thousand
_WARM = 9999  # the number of a client that is asked about before the clock runs
_PAGES = {"portfolio": "/portfolio", "list of clients": "/clients", "brief": "/"}


def measure(bench: Bench) -> Iterator[Spread]:
    """By size (`at`): milliseconds of questions and pages, seconds to make ready, MB of memory and database."""
    made = Bench(bench.homes, SORTS_OF, bench.reuse, bench.progress).home("loaded")
    sorts = sorts_of(made)
    for size in PASSAGES:
        with tempfile.TemporaryDirectory() as folder:
            home = _home(made, Path(folder))
            _apart(_fill_one, home, sorts, size, bench.progress)
            yield from _apart(_one_client, home, size)
    with tempfile.TemporaryDirectory() as folder:
        yield from _many_clients(_home(made, Path(folder)), sorts, bench)


def _apart(work: Callable[..., Made], *given: object) -> Made:
    """In a process of its own: memory that an earlier step let go of would hide what the next one takes."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *given).result()


def _fill_one(home: Path, sorts: Sequence[Sort], size: int, progress: Progress) -> None:
    """A firm of one client, whose vectors lie in the index too, as intake leaves them; and a small one that is asked about first."""
    with build(load_settings(home), own_index=True, purpose="bench") as services:
        fill(services, sorts, 1, progress, passages=size)
        fill(services, sorts, 1, progress, passages=OF_A_CLIENT, first=_WARM)
        client_id, _ = _only(services)
        _, vectors = passages_of(services, client_id)
        services.index.put(client_id, _ids(services, client_id), vectors)


def _one_client(home: Path, size: int) -> list[Spread]:
    """The first question about the client, later ones, the same for the peers."""
    with build(load_settings(home), own_index=True, purpose="bench") as services:
        client_id, ref = _only(services)
        asked = services.embedder.embed(list(QUESTIONS))
        _ask(services, f"B{_WARM:04d}", QUESTIONS[0])  # what any first question loads
        before, began = _settled(), time.perf_counter()
        _ask(services, ref, QUESTIONS[0])
        found = [spread("search, made ready", "seconds", [time.perf_counter() - began], at=size)]
        found += [spread("search, memory", "MB", [max(_settled() - before, 0)], at=size)]
        found += [spread("search", "ms", _times(lambda question: _ask(services, ref, question)), at=size)]
        texts, vectors = passages_of(services, client_id)
        return [*found, *_peers(services, home.parent, texts, vectors, asked, size)]


def _only(services: Services) -> tuple[str, str]:
    with services.database.reading() as session:
        return session.execute(select(Client.id, Client.ref).order_by(Client.ref).limit(1)).tuples().one()


def _peers(
    services: Services, folder: Path, texts: list[str], vectors: Vectors, asked: Vectors, size: int
) -> Iterator[Spread]:
    chroma = RawChroma(folder / "peer")
    chroma.put(vectors[:OF_A_CLIENT])
    WordsAlone(texts[:OF_A_CLIENT]).find(QUESTIONS[0])
    began = time.perf_counter()
    kept = chroma.put(vectors)
    yield spread("raw Chroma, made ready", "seconds", [time.perf_counter() - began], at=size)
    yield spread(
        "raw Chroma, ready vector", "ms", [milliseconds(chroma.near, kept, one) for one in list(asked) * TIMES], at=size
    )
    before, began = _settled(), time.perf_counter()
    words = WordsAlone(texts)
    yield spread("bm25s alone, made ready", "seconds", [time.perf_counter() - began], at=size)
    yield spread("bm25s alone, memory", "MB", [max(_settled() - before, 0)], at=size)
    yield spread("bm25s alone", "ms", _times(words.find), at=size)
    if has_rag() and size <= _RAG_AT_MOST:
        _rag(services, texts[:OF_A_CLIENT], vectors[:OF_A_CLIENT]).find(QUESTIONS[0])
        before, began = _settled(), time.perf_counter()
        rag = _rag(services, texts, vectors)
        yield spread("plain RAG, made ready", "seconds", [time.perf_counter() - began], at=size)
        yield spread("plain RAG, memory", "MB", [max(_settled() - before, 0)], at=size)
        yield spread("plain RAG, retrieval", "ms", _times(rag.find), at=size)


def _rag(services: Services, texts: Sequence[str], vectors: Vectors) -> PlainRag:
    made = PlainRag(services.embedder)
    made.put(texts, vectors)
    return made


def _many_clients(home: Path, sorts: Sequence[Sort], bench: Bench) -> Iterator[Spread]:
    """One firm that grows: at each size its database, pages over all clients, a search over all of them."""
    there = 0
    for size in CLIENTS:
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            fill(services, sorts, size - there, bench.progress, passages=OF_A_CLIENT, first=there)
            there = size
            secret = _partner(services)
            yield spread(f"database ({OF_A_CLIENT} passages a client)", "MB", [_megabytes(services)], at=size)
            yield spread(
                "search over all clients", "ms", _times(lambda question: _ask_all(services, question)), at=size
            )
            yield from _pages(services, secret, size)


def _pages(services: Services, secret: str, size: int) -> Iterator[Spread]:
    with TestClient(empty_fastapi("/")) as bare:
        yield spread("empty page", "ms", [milliseconds(bare.get, "/") for _ in range(TIMES)], at=size)
    with TestClient(create_app(services), headers={"Accept": "text/html"}) as browser:
        browser.cookies.set(COOKIE, secret)
        for name, path in _PAGES.items():
            browser.get(path)  # what is kept of a day is made with the first look
            yield spread(name, "ms", [milliseconds(browser.get, path) for _ in range(TIMES)], at=size)


def _partner(services: Services) -> str:
    """A partner of all clients, signed in; her session goes by the real clock, as every session does."""
    _, email = PEOPLE[0]
    with services.database.writing() as session:
        person = stable_id("per", email)
        if session.get(Person, person) is None:
            session.add(Person(id=person, email=email, name="Margaret", role="partner"))
            session.flush()
            set_password(session, email, PASSWORD, services.clock.now())
        session.execute(update(Client).values(partner_id=person))
    with services.database.writing() as session:
        secret = sign_in(session, email, PASSWORD, "127.0.0.1", datetime.now(UTC))
    assert secret is not None
    return secret


def _home(made: Path, folder: Path) -> Path:
    home = folder / "home"
    shutil.copytree(made / "models", home / "models")
    (home / "tickmark.toml").write_text(f"today = {TODAY.isoformat()}\nrate_address = 0\nrate_person = 0\n")
    return home


def _ids(services: Services, client_id: str) -> list[str]:
    query = select(Passage.id).where(Passage.client_id == client_id, Passage.vector.is_not(None)).order_by(Passage.id)
    with services.database.reading() as session:
        return list(session.scalars(query))


def _times(work: Callable[[str], object]) -> list[float]:
    return [milliseconds(work, question) for question in QUESTIONS * (TIMES // 5 or 1)]


def _settled() -> float:
    gc.collect()
    return memory_now()


def _megabytes(services: Services) -> float:
    """Of the database: its pages, whatever lies in the log beside it."""
    with services.database.reading() as session:
        if services.database.engine.dialect.name != "sqlite":
            return float(session.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6
        pages, size = (session.scalar(text(f"PRAGMA {what}")) or 0 for what in ("page_count", "page_size"))
    return float(pages * size) / 1e6


def _ask(services: Services, ref: str, question: str) -> None:
    with services.database.reading() as session:
        search(system_scope(session, "bench", now=services.clock.now(), today=TODAY), services.searcher, ref, question)


def _ask_all(services: Services, question: str) -> None:
    with services.database.reading() as session:
        firm_search(open_scope(session, PEOPLE[0][1], clock=services.clock), services.searcher, question)
