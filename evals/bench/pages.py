"""What the server takes for the pages of a morning, and how many queries each asks, as the partner with her own session.

The application is called in this process, so no network and no browser is in the figures.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.security import COOKIE
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.spread import Bench, Spread, spread
from evals.homes import PASSWORD, PEOPLE
from store.database import counting_queries
from store.tables import Client
from workspace.scope import open_scope
from workspace.sign_in import sign_in

TIMES = 20
_CLIENTS = 5


def measure(bench: Bench) -> Iterator[Spread]:
    """Milliseconds and queries of the brief, the clients, the review queue, and pages of single clients; each first seen unmeasured."""
    with build(load_settings(bench.home("ready")), own_index=True, purpose="bench") as services:
        browser = TestClient(
            create_app(services), cookies={COOKIE: _session(services)}, headers={"Accept": "text/html"}
        )
        refs = _refs(services)[:_CLIENTS]
        pages = {
            "brief": ["/"],
            "clients": ["/clients"],
            "review queue": ["/review"],
            "client": [f"/clients/{ref}" for ref in refs],
            "client's documents": [f"/clients/{ref}/documents" for ref in refs],
            "client's mail": [f"/clients/{ref}/mail" for ref in refs],
        }
        for name, paths in pages.items():
            times, queries = [list[float]() for _ in range(2)]
            for path in paths:
                _open(services, browser, path)
                for _ in range(TIMES // len(paths)):
                    milliseconds, asked = _open(services, browser, path)
                    times.append(milliseconds)
                    queries.append(asked)
            yield spread(name, "ms", times)
            yield spread(f"{name}: queries", "count", queries)


def _open(services: Services, browser: TestClient, path: str) -> tuple[float, int]:
    """Milliseconds and queries of one request. Raises RuntimeError when it is not answered with the page."""
    with counting_queries(services.database.engine) as statements:
        began = time.perf_counter()
        answer = browser.get(path, follow_redirects=False)
        milliseconds = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return milliseconds, len(statements)


def _session(services: Services) -> str:
    """The partner's session. Its life goes by the real clock, as every session's does."""
    with services.database.writing() as session:
        secret = sign_in(session, PEOPLE[0][1], PASSWORD, "127.0.0.1", datetime.now(UTC))
    assert secret is not None
    return secret


def _refs(services: Services) -> list[str]:
    with services.database.reading() as session:
        scope = open_scope(session, PEOPLE[0][1], clock=services.clock)
        return list(session.scalars(select(Client.ref).where(Client.id.in_(scope.clients())).order_by(Client.ref)))
