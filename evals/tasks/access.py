"""Every door of the program asked by everybody, on the client they may see and on those they may not.

No answer says or does what it must not. The firm, the askers, the cases and how they are judged: evals/access/. A case is one request,
command, use of a tool, event of a webhook, or right of a job."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.output import tell
from api.settings import load_settings
from api.wiring import build
from evals.access import others
from evals.access.cases import routes
from evals.access.drive import Found, asked
from evals.access.world import World, made_world
from evals.ground import Ground
from evals.runner import Score, Task


@dataclass(frozen=True)
class Part:
    """A part of the matrix over one firm: what it is called, and what drives it."""

    name: str
    world: World
    app: FastAPI


@contextmanager
def firm_of(home: Path, **settings: Any) -> Iterator[tuple[World, FastAPI]]:
    """The world of the matrix over a copy of a home, and the application that serves it."""
    with tempfile.TemporaryDirectory(prefix="matrix") as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy, symlinks=True, ignore=shutil.ignore_patterns("owner.lock", "models"))
        if (home / "models").exists():
            (copy / "models").symlink_to((home / "models").resolve())
        no_limit = dict.fromkeys(("rate_address", "rate_person", "rate_token"), 0)
        asked_for = load_settings(copy).model_copy(update={**no_limit, **settings})
        with build(asked_for, own_index=True) as services:
            app = create_app(services)
            http = TestClient(app, base_url="http://localhost")

            def send(secret: str, method: str, path: str, body: Any) -> Any:
                headers = {"authorization": f"Bearer {secret}"}
                return http.request(method, f"/api/v1{path}", json=body, headers=headers)

            yield made_world(services, send), app


def cases(ground: Ground) -> Iterator[Part]:
    """The parts, over each sample firm; routes last, since what is allowed there changes the firm."""
    for sample in ground.samples:
        world, app = ground.keep(firm_of(sample.services.home))
        yield from (Part(name, world, app) for name in ("jobs", "webhooks", "tools", "commands", "routes"))


def driven(part: Part) -> Found:
    """The cases of a part, judged; a row of a hidden client that was changed is a breach too."""
    before = part.world.fingerprint()
    found = _routes(part) if part.name == "routes" else getattr(others, part.name)(part.world)
    after = part.world.fingerprint()
    for key in (one for one in before if after[one] != before[one]):
        found.judged("row of a hidden client", [f"{part.name} changed a hidden client's row: {key}"])
    tell(f"{part.name}: {found.n:,} cases, {len(found.breaches)} breaches")
    for one in found.breaches:
        tell(one)
    return found


def _routes(part: Part) -> Found:
    pairs = [(route, who) for route in routes(part.app) for who in part.world.personas.values()]
    # who may do least first, and looking before changing: what is allowed changes the firm
    pairs.sort(key=lambda one: (one[1].rights is not None, one[0].method != "GET"))
    return asyncio.run(asked(part.app, part.world, pairs))


def score(part: Part, found: Found) -> Iterator[Score]:
    """Over all, and by kind of case."""
    for kind, n in found.cases.items():
        for measure in ("asked without a breach", f"asked without a breach: {kind}"):
            yield from ((measure, float(at >= found.bad[kind])) for at in range(n))


ACCESS = Task("access", "every door asked by everybody, on clients they may see and may not", cases, driven, score)
