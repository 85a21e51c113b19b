"""What the server takes for the pages of a morning, how many queries each asks and how large it is, as the partner with her own session.

The application is called in this process, so no network and no browser is in the figures; what the call itself takes is in those of the
empty page, which checks the session and asks nothing else. Up to READ clients the sample firm is looked at as it is; a larger practice is
made of copies of its records, each client with DOCUMENTS documents and MAILS mails, all of them hers. The first READ of them have one
night behind them; of the others what it left (scans, signals, drafts) is copied along (copies.py), and her brief is composed over all.
"""

import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.testclient import TestClient
from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from agents.kept import keep_ready
from agents.overnight import run_night
from api.app import create_app
from api.door import Door
from api.night import workers
from api.security import COOKIE, Who
from api.serve import settle_memory
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.copies import grow
from evals.bench.peers import empty_fastapi, milliseconds
from evals.bench.spread import TODAY, Bench, Spread, spread
from evals.ground import current_home
from evals.homes import PASSWORD, PEOPLE
from store.database import counting_queries
from store.tables import Client, Deliverable, Document, DocumentVersion, FactRow, Person
from workspace.brief import compose_brief, keep_brief
from workspace.deliverables.model import OPEN
from workspace.scope import Scope, open_scope, system_scope
from workspace.sign_in import set_password, sign_in

TIMES = 100
READ, DOCUMENTS, MAILS = 75, 100, 60
_FLOOR = "/empty-page-of-the-benchmark"
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')


@dataclass(frozen=True)
class Opened:
    """One answer: milliseconds by the clock, of the processor, SELECTs, and kilobytes (1,000) as they went over the wire."""

    milliseconds: float
    cpu: float
    queries: int
    kilobytes: float
    html: str


def measure(bench: Bench) -> Iterator[Spread]:
    """Milliseconds, queries and kilobytes of the pages of a morning, those of clients, documents and drafts over TIMES different ones;
    each kind first seen unmeasured."""
    # one browser opens hundreds of pages in a minute: no limit at the door
    settings = load_settings(_home(bench)).model_copy(update={"rate_address": 0, "rate_person": 0})
    yield spread("empty route of FastAPI", "ms", _bare())
    with (
        build(settings, own_index=True, purpose="bench") as services,
        TestClient(_app(services), headers={"Accept": "text/html"}) as browser,
    ):
        browser.cookies.set(COOKIE, _session(services))
        keep_ready(services, partial(_of_software, services))  # as the server does every few seconds
        yield from _sizes(services)
        settle_memory()  # as the server does when it has started
        for name, paths in _pages(services).items():
            _open(services, browser, paths[-1])
            seen = [_open(services, browser, paths[turn % len(paths)]) for turn in range(TIMES)]
            yield spread(name, "ms", [one.milliseconds for one in seen])
            yield spread(f"{name}: processor", "ms", [one.cpu for one in seen])
            yield spread(f"{name}: queries", "count", [one.queries for one in seen])
            yield spread(f"{name}: sent, gzip", "KB", [one.kilobytes for one in seen])
            if name == "brief":
                assets = sorted(set(_ASSET.findall(seen[0].html)))
                yield spread(
                    "styles and scripts, once", "KB", [sum(_open(services, browser, a).kilobytes for a in assets)]
                )


def _bare() -> list[float]:
    """Milliseconds of an empty route in an application without doors, sessions or a database: what a call costs by itself."""
    with TestClient(empty_fastapi(_FLOOR)) as browser:
        browser.get(_FLOOR)
        return [milliseconds(browser.get, _FLOOR) for _ in range(TIMES)]


def _pages(services: Services) -> Mapping[str, Sequence[str]]:
    """Addresses by page; the empty one first."""
    with services.database.reading() as session:
        scope = open_scope(session, PEOPLE[0][1], clock=services.clock)
        refs = _some(session, Client.ref, Client.id.in_(scope.clients()))
        # what was refused as it came has no page
        seen = and_(Document.client_id.in_(scope.clients()), Document.current_version_id.is_not(None))
        read = select(FactRow.document_id).group_by(FactRow.document_id).having(func.count() > 1)
        papers, documents = _some(session, Document.id, seen, Document.id.in_(read)), _some(session, Document.id, seen)
        drafts = _some(session, Deliverable.id, Deliverable.client_id.in_(scope.clients()), Deliverable.state.in_(OPEN))
    of_client = {
        "client": "",
        "client's timeline": "/timeline",
        "client's work": "/work",
        "client's documents": "/documents",
        "client's mail": "/mail",
        "client's money": "/money",
    }
    return {
        "empty page": [_FLOOR],
        "brief": ["/"],
        "portfolio": ["/portfolio"],
        "portfolio, whole": ["/portfolio?firm=1"],
        **{name: [f"/clients/{ref}{tab}" for ref in refs] for name, tab in of_client.items()},
        "board": ["/work"],
        "document": [f"/documents/{one}" for one in documents],
        "document with facts": [f"/documents/{one}" for one in papers],
        "review queue": ["/review"],
        **({"review": [f"/review/{one}" for one in drafts]} if drafts else {}),
        "clients": ["/clients"],
        "inbox": ["/inbox"],
        "inbox, all": ["/inbox?view=all"],
        "my day": ["/day"],
        "calendar": ["/calendar"],
        "calendar, list": ["/calendar?view=list"],
        "requests": ["/requests"],
        "money": ["/money"],
        "invoices": ["/money/invoices"],
        "contacts": ["/contacts"],
        **_where_there(services, {"capacity": "/capacity", "reports": "/reports"}),
    }


def _where_there(services: Services, pages: Mapping[str, str]) -> dict[str, list[str]]:
    there = {getattr(route, "path", "") for route in create_app(services).routes}
    return {name: [path] for name, path in pages.items() if path in there}


def _some(session: Session, column: Any, *conditions: ColumnElement[bool]) -> list[str]:
    """TIMES of them, or all, evenly from the whole row of them."""
    every = list(session.scalars(select(column).where(*conditions).order_by(column)))
    step = max(1, len(every) // TIMES)
    return every[::step][:TIMES]


def _sizes(services: Services) -> Iterator[Spread]:
    """How large the practice is."""
    with services.database.reading() as session:
        for name, table in (("clients", Client), ("documents", Document), ("versions", DocumentVersion)):
            yield spread(
                f"the practice's {name}", "count", [session.scalar(select(func.count()).select_from(table)) or 0]
            )


def _open(services: Services, browser: TestClient, path: str) -> Opened:
    """One request. Raises RuntimeError when it is not answered with the page."""
    with counting_queries(services.database.engine) as statements:
        began, cpu = time.perf_counter(), time.process_time()
        answer = browser.get(path, follow_redirects=False)
        milliseconds, cpu = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    selects = sum(one.lstrip().upper().startswith(("SELECT", "WITH")) for one in statements)
    return Opened(milliseconds, cpu, selects, answer.num_bytes_downloaded / 1000, answer.text)


def _app(services: Services) -> FastAPI:
    """The product's application with a page that shows nothing."""
    app, floor = create_app(services), APIRouter()

    @floor.get(_FLOOR)
    def empty(who: Who) -> Response:
        return Response("<!doctype html><title>Empty</title>", media_type="text/html")

    app.include_router(floor)
    for one in app.user_middleware:
        kind: Any = one.cls
        if kind is Door:  # it needs what the page about the API needs: somebody of the firm
            doors: Any = one.kwargs["doors"]
            one.kwargs["doors"] = {**doors, f"GET {_FLOOR}": doors["GET /api"]}
    return app


def _home(bench: Bench) -> Path:
    """The home that is looked at; a grown one is kept, and made anew where it was not finished."""
    if bench.clients <= READ:
        return bench.home("ready")
    name = f"practice-{bench.clients}-clients-{DOCUMENTS}-papers"
    home = current_home(bench.homes, name, reuse=bench.reuse)
    if (home / "grown").exists():
        return home
    shutil.rmtree(home)
    shutil.copytree(replace(bench, clients=READ).home("loaded"), home)
    with build(load_settings(home), own_index=True, purpose="bench") as services:
        # one night over what was loaded, and copies of what it left: a night over all of them takes longer than all that is measured
        grow(services, READ, DOCUMENTS, bench.progress, mails=MAILS)
        run_night(services, as_of=TODAY, now=services.clock.now(), progress=bench.progress, workers=workers(services))
        grow(services, bench.clients, DOCUMENTS, bench.progress, mails=MAILS, staff=True, nights=True)
        _all_hers(services)
        with services.database.writing() as session:
            scope = open_scope(session, PEOPLE[0][1], clock=services.clock)
            keep_brief(scope, compose_brief(scope))
        keep_ready(services, partial(_of_software, services))
        with services.database.writing() as session:
            set_password(session, PEOPLE[0][1], PASSWORD, services.clock.now())
    (home / "grown").touch()
    return home


def _of_software(services: Services, session: Session) -> Scope:
    return system_scope(session, "bench", now=services.clock.now(), today=services.clock.today())


def _all_hers(services: Services) -> None:
    """Every client the partner's: a page shows the whole practice to whoever sees all of it."""
    with services.database.writing() as session:
        partner = select(Person.id).where(Person.email == PEOPLE[0][1]).scalar_subquery()
        # one statement, which the door does not see: as if she had been the partner when they were scanned
        session.execute(update(Client).values(partner_id=partner))


def _session(services: Services) -> str:
    """The partner's session. Its life goes by the real clock, as every session's does."""
    with services.database.writing() as session:
        secret = sign_in(session, PEOPLE[0][1], PASSWORD, "127.0.0.1", datetime.now(UTC))
    assert secret is not None
    return secret
