"""The program dies between approval, release, outbox and sending, at each point: the letter goes once, or not and a person sees it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from api import post
from api.post import send_all
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Conflict
from store.tables import AuditEntry, Deliverable, OutboxItem, Post, Release
from tests.api.test_post import MailServer, mail  # noqa: F401, RUF100 - the fixture
from tests.deliverables.conftest import filed, people, writing
from workspace.deliverables import release as releasing
from workspace.deliverables.release import release
from workspace.deliverables.review import approve
from workspace.posts import posts


class Killed(BaseException):
    """The process is gone: nothing catches it, and what was not committed is lost."""


@pytest.fixture
def firm(no_settings_from_outside: None, migrated_sqlite: Path, tmp_path: Path, mail: MailServer) -> Iterator[Services]:  # noqa: F811
    """The firm with a mail server, nothing drafted."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "tickmark.db").write_bytes(migrated_sqlite.read_bytes())
    server = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{mail.port}"), "smtp_from": "office@alder.example"}
    with build(load_settings(home).model_copy(update=server)) as services:
        people(services.database)
        yield services


# Where it dies: what is never reached; None where it dies between two acts of the program.
POINTS: dict[str, tuple[Any, str] | None] = {
    "it is approved": None,
    "the release is written, the outbox is not": (releasing, "_outbox_item"),
    "the outbox is written, the trail is not": (releasing, "_record"),
    "it is released and not queued": (post, "queue_posts"),
    "it is queued and not claimed": (post, "claim"),
    "it is claimed and nothing was said to the server": (post, "_deliver"),
    "the server has it and that is not written": (post, "settle"),
}
UNSURE = {"it is claimed and nothing was said to the server": 0, "the server has it and that is not written": 1}


def die(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("point", POINTS)
def test_it_goes_once_or_a_person_sees_why_not(
    firm: Services,
    mail: MailServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    identity = filed(firm.database)
    with writing(firm.database, "ana") as scope:
        approve(scope, identity)
    if (place := POINTS[point]) is not None:
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(*place, die)
            released(firm, identity)
            send_all(firm)
    before = state(firm, identity)
    assert before == ("approved" if point in list(POINTS)[:3] else "released")
    # the next morning: she tries again what was not done, the post goes its rounds
    try:
        released(firm, identity)
        assert before == "approved"
    except Conflict as refused:
        assert before == "released" and "released already" in str(refused)
    for _ in range(2):
        send_all(firm)
    with firm.database.writing() as session:
        ago = firm.clock.now() - timedelta(hours=1)
        session.execute(update(Post).where(Post.state == "sending").values(tried_at=ago))
    send_all(firm)
    with writing(firm.database, "ana") as scope:
        [listed] = posts(scope)
        counts = [scope.session.scalar(select(func.count()).select_from(one)) for one in (Release, OutboxItem, Post)]
        told = scope.session.scalars(
            select(AuditEntry.tag).where(AuditEntry.tag == "deliverable:version:released")
        ).all()
    assert counts == [1, 1, 1] and len(told) == 1
    assert listed.state == ("unsure" if point in UNSURE else "sent")
    assert len(mail.taken) == UNSURE.get(point, 1)


def released(firm: Services, identity: str) -> None:
    with writing(firm.database, "ana") as scope:
        release(scope, identity)


def state(firm: Services, identity: str) -> str:
    with firm.database.reading() as session:
        return session.get_one(Deliverable, identity).state
