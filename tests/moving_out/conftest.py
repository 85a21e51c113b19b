"""A firm with a row in nearly every table, its export, and the home into which that was loaded: made once, looked at by all."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.result import Result, silent
from api.commands.scopes import writing
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Client, ClientContact
from tests.homes import copied
from tests.trail.conftest import busy_home  # noqa: F401 - fixture
from tests.web.conftest import MONDAY, served_home, settled  # noqa: F401 - fixtures
from workspace.chat_threads import keep_turn, new_thread
from workspace.portal.staff import invite

ANA, MIA = "ana@alder.example", "mia@alder.example"
CARDS = (
    "ContactKey,Contact Type,Full Name,Email Address,Client Owner\nK1,Organization,Copper Kettle LLC,hi@copper.example,"
)


@dataclass(frozen=True)
class Moved:
    """The firm before, the folder it left as, and the firm after."""

    services: Services
    folder: Path
    there: Services
    said: dict[str, Any]


def command(services: Services, name: str, **arguments: Any) -> Result:
    return find(name).load()(services, arguments, silent)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its place."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return found


def opened(home: Path) -> Services:
    return build(load_settings(home).model_copy(update={"today": MONDAY}), own_index=True)


def _goes_on(services: Services, folder: Path) -> None:
    """A chat, a contact who comes in by the portal, an import and two versions of a file."""
    with writing(services, "test", ANA) as scope:
        answer = {"answer": "It ends in May.", "found": True, "model": "stub", "receipt": {}, "citations": []}
        keep_turn(scope, "C001", new_thread(), "When does the lease end?", answer)
        tie = select(ClientContact.contact_id).join(Client, Client.id == ClientContact.client_id)
        contact = scope.session.scalars(tie.where(Client.ref == "C001", ClientContact.is_primary)).first()
        assert contact is not None
        invite(scope, "C001", contact, seal=services.seal)
    cards = folder / "contacts.csv"
    cards.write_text(CARDS)
    command(services, "import", source="karbon", files=[str(cards)], **{"as": ANA})
    for text in ("first", "second"):
        paper = folder / "terms.txt"
        paper.write_text(f"The {text} terms of the lease.")
        command(services, "ingest", client="C001", paths=[str(paper)])


@pytest.fixture(scope="session")
def moved(
    busy_home: Path,  # noqa: F811
    models: Path,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Moved]:
    """The firm exported once and loaded into an empty home. Look, don't write."""
    root = tmp_path_factory.mktemp("moving")
    with opened(copied(busy_home, root / "here")) as services:
        _goes_on(services, root)
        command(services, "export", folder=str(root / "out"))
        shutil.copy(migrated_sqlite, copied(models, root / "there") / "tickmark.db")
        with opened(root / "there") as there:
            said = command(there, "load", folder=str(root / "out")).data
            yield Moved(services, root / "out", there, said)
