"""A firm of real files goes through the door of a firm's own: is every file read or explained, and is what is asked for found?

Reports, invoices, bank files, contracts, mail and parsing cases of the pack become one firm folder (evals/real) and are loaded. The
questions are those on the reports whose page is known.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.commands import find
from api.commands.result import Progress
from api.settings import load_settings
from api.wiring import Services, build
from evals.ground import Ground, current_home
from evals.real.check import FileOutcome, outcomes
from evals.real.firm import assemble
from evals.runner import Score, Task
from workspace.scope import system_scope
from workspace.search import Hit, search

_FIRST = 5


@dataclass(frozen=True)
class FileCase:
    """A file of the firm folder as the load left it."""

    outcome: FileOutcome


@dataclass(frozen=True)
class QuestionCase:
    """A question on the reports of a client, the file that answers it and the pages of that file where the answer stands."""

    services: Services
    client_ref: str
    question: str
    file: str
    pages: frozenset[int]


Case = FileCase | QuestionCase


def cases(ground: Ground) -> Iterator[Case]:
    """The firm is loaded when first asked for, which takes minutes; then every file, and every question with a known page."""
    pack = ground.part("pdfqa").parent
    home = current_home(ground.homes, "real-firm", reuse=ground.reuse)
    services = ground.keep(build(load_settings(home), own_index=True, purpose="evals"))
    folder = load(services, pack, home / "firm", ground.progress)
    with services.database.reading() as session:
        scope = system_scope(session, "evals", now=services.clock.now(), today=services.clock.today())
        files = outcomes(scope, folder)
    yield from (FileCase(one) for one in files)
    yield from _questions(services, pack / "pdfqa" / "questions.jsonl", folder)


def load(services: Services, pack: Path, folder: Path, progress: Progress) -> Path:
    """Assemble the firm folder and load it; what is loaded already is only looked at. Gives the folder."""
    if not (folder / "contacts.csv").exists():
        assemble(pack, folder)
    find("load").load()(services, {"folder": str(folder)}, progress)
    return folder


def _questions(services: Services, questions: Path, folder: Path) -> Iterator[QuestionCase]:
    holder = {file.name: file.parent.name for file in (folder / "documents").glob("*/*.pdf")}
    for line in questions.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["gold_pages"]:
            yield QuestionCase(
                services, holder[row["file"]], row["question"], row["file"], frozenset(row["gold_pages"])
            )


def solve(case: Case) -> tuple[Hit, ...]:
    """What search finds for a question among all reports of the client; a file needs nothing more."""
    if isinstance(case, FileCase):
        return ()
    with case.services.database.reading() as session:
        scope = system_scope(session, "evals", now=case.services.clock.now(), today=case.services.clock.today())
        return search(scope, case.services.searcher, case.client_ref, case.question, _FIRST)


def score(case: Case, hits: tuple[Hit, ...]) -> Iterator[Score]:
    """Of a file whether it was read, and that it was not passed over in silence; of a question whether a right page is among the first."""
    if isinstance(case, FileCase):
        yield "files read", case.outcome.read
        yield "files read or explained", not case.outcome.silent
    else:
        yield (
            f"a right page is among the first {_FIRST} passages",
            any(hit.path == case.file and hit.page in case.pages for hit in hits),
        )


REAL = Task("real", "a firm of real files: each file is read or explained, and pages are found", cases, solve, score)
