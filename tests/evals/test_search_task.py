"""The search task over a pack of one small report and a few passages: taken in once, asked as everybody asks, scored by hand."""

import io
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from api.commands.result import silent
from evals.ground import Ground, open_ground
from evals.runner import figures
from evals.tasks.search import SEARCH, KeptVectors, SearchCase, score
from ingestion.embed import open_embedder
from store.vectors import Vectors


def _report(*pages: str) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made)
    for text in pages:
        for number, line in enumerate(text.split("\n")):
            canvas.drawString(72, 720 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _lines(path: Path, *rows: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "pdfqa" / "files").mkdir(parents=True)
    report = _report("Our people work in three offices.", "The rent of the warehouse was 4,200 a month.")
    (folder / "pdfqa" / "files" / "acme.pdf").write_bytes(report)
    asked = {
        "question": "How much is the rent of the warehouse?",
        "file": "acme.pdf",
        "source": "made",
    }
    _lines(folder / "pdfqa" / "questions.jsonl", {**asked, "gold_pages": [2]}, {**asked, "gold_pages": None})
    passages = ("Sales rose by a tenth.", "The dividend was 12 cents a share.", "Taxes were paid in April.")
    rows = ({"id": f"p{n}", "doc_id": "bolt", "client_id": "g", "text": text} for n, text in enumerate(passages))
    _lines(folder / "qa_tatqa" / "passages.jsonl", *rows)
    question = {"question": "What dividend was paid?", "doc_id": "bolt", "client_id": "g"}
    _lines(folder / "qa_tatqa" / "questions.jsonl", {**question, "gold_passage_ids": ["p1"]})
    return folder


@pytest.fixture
def ground(pack: Path, models: Path, tmp_path: Path) -> Ground:
    homes = tmp_path / "homes"
    shutil.copytree(models, homes / "search")
    return Ground(homes, 4, (7,), pack, silent, reuse=True)


def test_questions_are_asked_of_what_was_taken_in(ground: Ground) -> None:
    for _ in range(2):  # what is there already is met, not doubled
        with open_ground(ground):
            cases: list[SearchCase] = list(SEARCH.dataset(ground))
            found = [SEARCH.solver(case) for case in cases]
            measured = {
                f.measure: f.mean for f in figures(s for c, f in zip(cases, found, strict=True) for s in score(c, f))
            }
        assert [(case.client_ref, case.of_pages) for case in cases] == [("acme.pdf", True), ("qa_tatqa/g", False)]
        assert found[0][0] == 2
        assert len(found[1]) == 3
        assert (
            measured["pages of a file, made: recall at 1"]
            == measured["passages inside client_id, qa_tatqa: recall at 1"]
            == 1
        )


def test_scores_are_recall_and_reciprocal_rank() -> None:
    unasked: Any = None
    case = SearchCase("s", unasked, unasked, "", "", "", frozenset({3, 8}), True)
    assert dict(score(case, [1, 3, 2, 4, 5, 8])) == {
        "s: recall at 1": 0,
        "s: recall at 5": 0.5,
        "s: recall at 20": 1,
        "s: reciprocal rank": 0.5,
    }
    assert dict(score(case, []))["s: reciprocal rank"] == 0


def test_no_text_is_embedded_twice(models: Path, tmp_path: Path) -> None:
    real = open_embedder(models, threads=1)
    first = KeptVectors(real, tmp_path / "vectors.db").embed(["rent", "tax", "rent"])
    assert first.tolist() == real.embed(["rent", "tax", "rent"]).tolist()

    class Spent:
        name = real.name

        def embed(self, texts: Sequence[str]) -> Vectors:
            raise AssertionError(f"asked again for {texts}")

    kept = KeptVectors(Spent(), tmp_path / "vectors.db")
    assert kept.embed(["tax", "rent"]).tolist() == first[[1, 0]].tolist()
