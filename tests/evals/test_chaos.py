"""Chaos: what does not hold is found, whatever it is; a mail that was taken twice is counted twice; in full, kills on a small home."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from api.wiring import Services
from evals.chaos.held import look, taken_up
from evals.chaos.orders import Claim, Journal
from evals.chaos.points import AT_THE_SERVER, POINTS
from evals.chaos.run import Run, Tally, chaos
from evals.chaos.sink import open_sink
from store.tables import Client, DocumentVersion, Passage
from store.vectors import shelf_of
from tests.homes import takes_long


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def faults(services: Services, journal: Journal, received: dict[str, int] | None = None) -> list[str]:
    return look(services, journal, received or {}, journal.file.parent).faults


def test_a_home_that_nobody_touched_holds(services: Services, journal: Journal) -> None:
    taken_up(services, night=False)
    found = look(services, journal, {}, journal.file.parent)
    assert found.faults == []
    assert found.counts["trail"] > 10 and found.counts["files read"] > 3
    assert faults(services, journal) == []  # and the head that was seen then is still on the trail


def test_a_file_a_vector_a_mail_and_work_that_is_gone_are_found(services: Services, journal: Journal) -> None:
    with services.database.reading() as session:
        blob = session.scalars(select(DocumentVersion.blob).order_by(DocumentVersion.id)).first()
        client_id, shelf = session.execute(select(Client.id, Client.shelf).where(Client.ref == "C001")).one()
        passages = list(session.scalars(select(Passage.id).where(Passage.client_id == client_id)))
    services.index.drop(shelf_of(client_id, shelf), passages[:1])
    services.blobs.remove(str(blob))
    journal.note("note", "quince", "done", (Claim("notes", "text", "nobody wrote this"),))
    journal.note("note", "medlar", "begun", (Claim("notes", "text", "nor this"),))
    found = faults(services, journal, {"<a@b.example>": 2})
    for part in (
        "missing; restore it",
        "1 passages are missing",
        "sent 2 times",
        "no row tells of it",
        "note quince (done)",
    ):
        assert any(part in one for one in found), (part, found)
    assert not any("medlar" in one for one in found)  # what was in hand may be absent


def test_a_head_that_is_gone_from_the_trail_is_found(services: Services, journal: Journal) -> None:
    journal.note("look", "", "done", said=f"3 {'0' * 64}")
    assert any(one.startswith("trail:") for one in faults(services, journal))


def test_a_line_that_was_cut_off_is_no_line(journal: Journal) -> None:
    journal.note("note", "quince", "begun")
    with journal.file.open("a") as out:
        out.write('{"act": "no')
    assert [one["mark"] for one in journal.lines()] == ["quince"]


def test_the_mail_server_counts_each_message() -> None:
    message = EmailMessage()
    message["Message-ID"], message["From"], message["To"] = "<one@b.example>", "a@b.example", "c@d.example"
    message.set_content("Good morning.\n.\nA line that begins with a dot.")
    with open_sink() as sink:
        for _ in range(2):
            with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as talk:
                talk.send_message(message)
        assert sink.received == {"<one@b.example>": 2}


@takes_long
def test_killed_at_every_point_and_at_random_everything_holds(scanned_small: Path) -> None:
    *runs, tally = chaos(scanned_small, 24, 9)
    assert isinstance(tally, Tally) and all(isinstance(one, Run) for one in runs)
    assert tally.faults == []
    killed = [one for one in tally.runs if one.how]
    assert len(killed) >= 12 and len({one.point for one in killed}) >= 4
    assert {one.point for one in tally.runs} <= {*POINTS, AT_THE_SERVER, ""}


@pytest.fixture
def scanned_small(no_settings_from_outside: None, home: Path) -> Path:
    """The small firm after a night."""
    from api.commands import find
    from api.commands.result import silent
    from api.settings import load_settings
    from api.wiring import build

    with build(load_settings(home), own_index=True) as services:
        find("scan").load()(services, {}, silent)
    return home
