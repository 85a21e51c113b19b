"""A small real model as the writer: what of it reaches review is carried by its source and can be read; and the judges can say no."""

from pathlib import Path

import pytest

from api.commands.result import silent
from evals.ground import Ground, SampleHome, open_ground
from evals.runner import figures
from evals.small_model import weights
from evals.tasks import writer
from evals.tasks.carried import carried
from store.database import Database
from store.errors import NotFound
from tests.deliverables.conftest import people
from tests.homes import takes_long


def proof(field: str, value: str) -> dict[str, str]:
    return {"kind": "record", "record": "client:C1", "field": field, "value": value}


@pytest.mark.parametrize(
    ("text", "evidence", "stands"),
    [
        ("Harbor Bakery", proof("name", "Harbor Bakery LLC"), True),
        ("Harbor Bakery", proof("name", "Quarry Stone Inc"), False),  # not what the record says
        ("$1,200.00", {"kind": "record", "record": "setting:x", "field": "dollars", "value": "1200.00"}, True),
        ("$1,200.00", {"kind": "record", "record": "setting:x", "field": "dollars", "value": "1200.50"}, False),
        ("March 20, 2026", {"kind": "record", "record": "proposal", "field": "reply by", "value": "2026-03-20"}, True),
        ("March 20, 2026", {"kind": "record", "record": "proposal", "field": "reply by", "value": "2026-03-21"}, False),
        ("January 31, 2026", {"kind": "record", "record": "fact:x", "field": "period", "value": "January 2026"}, True),
        ("June 1, 2025", {"kind": "record", "record": "fact:x", "field": "period", "value": "June - July 2025"}, True),
        (
            "June 30, 2025",
            {"kind": "record", "record": "fact:x", "field": "period", "value": "June - July 2025"},
            False,
        ),
        ("three", {"kind": "derived", "formula": "count", "inputs": [proof("ref", "C1")]}, True),
        ("three", {"kind": "derived", "formula": "count", "inputs": [proof("ref", "C9")]}, False),
        ("$5.00", {"kind": "document", "version": "v", "page": 1, "start": 0, "end": 5, "quote": "$5.00"}, False),
        ("$5.00", {"kind": "message", "message_id": "m", "start": 0, "end": 5, "quote": "$5.00"}, False),
    ],
)
def test_a_figure_is_held_against_its_source_without_the_tie_out(
    database: Database, text: str, evidence: dict[str, object], stands: bool
) -> None:
    people(database)
    with database.reading() as session:
        assert carried(session, text, evidence) is stands


@pytest.mark.parametrize(
    ("markdown", "fault"),
    [
        ("Dear Ngozi,\n\nPlease send it to us soon. Please send it to us soon.\n\nAna Alder, Partner", "said twice"),
        ("Dear Ngozi,\n\nPlease send it to [Name].\n\nAna Alder, Partner", "[Name]"),
        ('Dear Ngozi,\n\n{"number": 1}\n\nAna Alder, Partner', '{"'),
        ("Please send it.\n\nAna Alder, Partner", "no greeting"),
        ("Dear Ngozi,\n\nPlease send it.", "no signature"),
        ("Dear Ngozi,\n\nPlease send it.\n\nAna Alder, Partner", ""),
    ],
)
def test_what_cannot_be_read_is_seen(markdown: str, fault: str) -> None:
    found = list(writer.unreadable("collection-email", [{"title": "Opening", "markdown": markdown}]))
    assert found == [] if not fault else fault in found[0]


def absent() -> str:
    """Why the small model cannot be asked; "" when it can."""
    try:
        weights()
    except NotFound as why:
        return str(why)
    return ""


@pytest.mark.slow
@takes_long
@pytest.mark.skipif(bool(absent()), reason=absent())
def test_nothing_that_a_small_model_invents_is_told_as_tied(sample: SampleHome, tmp_path: Path) -> None:
    with open_ground(Ground(tmp_path, 4, (7,), tmp_path, silent, drafts=1, made=[sample])) as ground:
        scores = [score for case in writer.cases(ground) for score in writer.score(case, writer.write(case))]
    found = {one.measure: one.mean for one in figures(scores)}
    assert found["versions filed"] == found["drafts that can be read"] == 1.0
    assert found["tied figures that their evidence carries"] == 1.0 and found["figures untied"] == 0.0
    assert found["sentences that are the firm's own"] + found["sentences that are the model's"] <= 1.0
