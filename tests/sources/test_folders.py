"""Folders as sources, the rounds that read what is due, and the brief that tells of what is not read."""

import shutil
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.commands.scopes import writing
from api.mailbox import as_job
from api.sources import look, read_source
from api.wiring import Services
from store.errors import Conflict
from store.tables import Client, ClientContact, Contact, Import, Source
from tests.intake.conftest import put
from tests.sources.test_mailbox import addresses, mailbox, message, stands, subjects
from workspace import sources
from workspace.brief.compose import compose_brief
from workspace.scope import open_scope


def folder(services: Services, place: Path, kind: str = "folder") -> str:
    with writing(services, "source") as scope:
        return sources.add(
            scope, services.seal, sources.NewSource(kind, kind, place=str(place)), services.clock.real_now()
        )


def test_a_folder_of_mail_is_read_as_it_grows_and_again_for_a_new_contact(inside: Services, tmp_path: Path) -> None:
    contact, ours = addresses(inside)[0], "ana@alder.example"
    one = message(contact, ours, "test one", "One", "f1@x")
    stranger = message("new@elsewhere.example", ours, "test stranger", "Before", "f2@x")
    box = b"From a Mon Mar  2 09:00:00 2026\n" + one + b"\nFrom b Mon Mar  2 09:00:00 2026\n" + stranger + b"\n"
    place = put(
        tmp_path / "mail", {"a/one.eml": one, "old.mbox": box, "a/notes.txt": "no mail", "broken.eml": b"\x00\x01"}
    )
    source_id = folder(inside, place)
    assert read_source(inside, source_id).taken == 1
    assert subjects(inside) == Counter(["test one"])
    assert stands(inside, source_id).passed == 2
    blobs = {path.name for path in (inside.home / "blobs").rglob("*") if path.is_file()}
    assert not any(
        b"test stranger" in path.read_bytes()
        for path in (inside.home / "blobs").rglob("*")
        if path.name in blobs and path.is_file()
    )
    put(place, {"two.eml": message(contact, ours, "test two", "Two", "f3@x")})
    turn = read_source(inside, source_id)
    assert (turn.taken, turn.passed) == (1, 0)
    with as_job(inside) as scope:
        client = scope.session.scalars(select(Client).order_by(Client.ref)).first()
        assert client is not None
        scope.session.add(Contact(id="con_new", name="New", email="new@elsewhere.example"))
        scope.session.flush()
        scope.session.add(ClientContact(id="cc_new", client_id=client.id, contact_id="con_new"))
    assert read_source(inside, source_id).taken == 1
    assert subjects(inside) == Counter(["test one", "test two", "test stranger"])
    shutil.rmtree(place)
    with pytest.raises(Conflict, match="is not there; check its path"):
        read_source(inside, source_id)


def test_exports_that_are_dropped_are_imported_once_and_again_when_they_change(
    inside: Services, tmp_path: Path
) -> None:
    rows = "Client Name,Email,Phone\nRiver Mill LLC,office@rivermill.example,555-0177\n"
    place = put(tmp_path / "drop", {"clients.csv": rows})
    source_id = folder(inside, place, "exports")
    try:
        read_source(inside, source_id)
    except Conflict as refused:
        pytest.fail(str(refused))
    with inside.database.reading() as session:
        assert len(session.scalars(select(Import)).all()) == 1
    assert read_source(inside, source_id).taken == 0
    put(place, {"clients.csv": rows + "Mill Race Inc,hello@millrace.example,555-0178\n"})
    assert read_source(inside, source_id).taken >= 1
    put(place, {"what.csv": "zig,zag\n1,2\n"})
    with pytest.raises(Conflict, match="is not recognised"):
        read_source(inside, source_id)


def test_a_round_reads_what_is_due_and_one_that_fails_holds_up_no_other(inside: Services, tmp_path: Path) -> None:
    place = put(
        tmp_path / "mail", {"one.eml": message(addresses(inside)[0], "ana@alder.example", "test one", "One", "f1@x")}
    )
    broken, good, paused = mailbox(inside, "none", 1), folder(inside, place), mailbox(inside, "rest", 1)
    with as_job(inside) as scope:
        forwarded = sources.add(
            scope, inside.seal, sources.NewSource("smtp", "Ana", "a@in.alder.example"), inside.clock.real_now()
        )
        sources.change(scope, inside.seal, paused, inside.clock.real_now(), state="paused")
    ended = threading.Event()
    ended.wait = lambda timeout=None: False  # type: ignore[method-assign]
    look(inside, None, ended)
    assert stands(inside, broken).failures == 1 and "ended" in stands(inside, broken).error
    assert stands(inside, good).ok_at is not None and subjects(inside) == Counter(["test one"])
    assert stands(inside, paused).tried_at is None
    assert "TICKMARK_SMTP_IN" in stands(inside, forwarded).error
    assert stands(inside, good).next_at - stands(inside, good).ok_at == timedelta(minutes=10)  # type: ignore[operator]
    assert stands(inside, broken).next_at < stands(inside, good).next_at, "what failed is tried again sooner"


def test_a_source_that_is_not_read_is_a_blind_spot_until_it_is(inside: Services) -> None:
    source_id = mailbox(inside, "ana", 1)
    with as_job(inside) as scope:
        assert list(sources.stale(scope)) == []
        row = scope.session.get_one(Source, source_id)
        row.failures, row.error, row.ok_at = 3, "the server is gone", scope.now - timedelta(hours=2)
        told = list(sources.stale(scope))
        assert told[0][0] == "mail of ana@alder.example" and told[0][1].endswith(": the server is gone")
        scope.session.flush()
        for reader in ("ana@alder.example", "sol@alder.example"):
            shown = compose_brief(open_scope(scope.session, reader, clock=inside.clock))["blind_spots"]
            of_the_firm = [(one["what"], one["why"]) for one in shown if not one["client_ref"]]
            assert told[0] in of_the_firm, "everybody is told what her brief cannot know"
        row.failures, row.error, row.ok_at = 0, "", scope.now - timedelta(hours=25)
        assert next(iter(sources.stale(scope)))[1].startswith("it was not read since ")
        row.state = "paused"
        assert list(sources.stale(scope)) == []
