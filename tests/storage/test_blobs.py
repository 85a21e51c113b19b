"""Blobs behave the same on a disk, in memory and on an S3-compatible store, and say clearly what is wrong with one."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.backups import make, restore
from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.blobs import FileBlobs
from store.errors import Broken, Busy, Invalid
from store.ids import content_hash
from tests.homes import takes_long
from workspace.sign_in import set_password

PASSWORD = "a long enough password"


@pytest.fixture(params=["file", "memory", "s3"])
def fresh_blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], FileBlobs]:
    """Makes an empty store of that kind, as often as it is asked."""
    place = request.getfixturevalue("bucket") if request.param == "s3" else ""

    def opened() -> FileBlobs:
        name = secrets.token_hex(6)
        urls = {"file": str(tmp_path / name), "memory": f"memory://{name}", "s3": f"s3://{place}/{name}"}
        return FileBlobs(urls[request.param])

    return opened


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(st.sampled_from(["put", "remove", "get", "has"]), st.binary(max_size=3)), max_size=8))
def test_every_store_is_the_same_dictionary(
    fresh_blobs: Callable[[], FileBlobs], acts: list[tuple[str, bytes]]
) -> None:
    """Against a plain dict: what was put is there under its hash, once, until it is removed."""
    blobs, model = fresh_blobs(), dict[str, bytes]()
    for act, data in acts:
        digest = content_hash(data)
        if act == "put":
            assert blobs.put(data) == digest
            model[digest] = data
        elif act == "remove":
            blobs.remove(digest)
            model.pop(digest, None)
        elif act == "has":
            assert blobs.has(digest) == (digest in model)
        elif digest in model:
            assert blobs.get(digest) == model[digest]
        else:
            with pytest.raises(Broken, match="missing"):
                blobs.get(digest)
    assert blobs.names() == sorted(model)


def test_bytes_that_were_changed_are_told(fresh_blobs: Callable[[], FileBlobs]) -> None:
    blobs = fresh_blobs()
    digest = blobs.put(b"as it came")
    blobs._fs.pipe_file(blobs._path(digest), b"as somebody left it")
    with pytest.raises(Broken, match="was changed"):
        blobs.get(digest)


def test_what_was_cut_off_is_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk: the process dies between writing and renaming."""
    blobs = FileBlobs(str(tmp_path / "blobs"))

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(blobs._fs, "mv", dies)
    with pytest.raises(KeyboardInterrupt):
        blobs.put(b"half")
    assert blobs.names() == [] and not blobs.has(content_hash(b"half"))


def test_a_listing_of_more_than_a_page_is_whole(bucket: str) -> None:
    """S3 lists a thousand at a time. The others are put behind the store's own door: by HTTP it would take a minute."""
    from moto.backends import get_backend

    wanted = sorted(content_hash(b"%d" % n) for n in range(2_100))
    inside = get_backend("s3")["123456789012"]["aws"]
    for name in wanted:
        inside.put_object(bucket, f"firm/{name[:2]}/{name}", b"")
    blobs = FileBlobs(f"s3://{bucket}/firm")
    assert blobs.names() == wanted
    assert FileBlobs(f"s3://{bucket}/fir").names() == []  # a prefix is a folder, not the beginning of a name


def test_what_another_process_put_or_removed_is_seen_at_once(bucket: str) -> None:
    ours, theirs = FileBlobs(f"s3://{bucket}/a"), FileBlobs(f"s3://{bucket}/a")
    assert ours.names() == theirs.names() == []
    digest = theirs.put(b"from there")
    assert ours.has(digest) and ours.names() == [digest]
    ours.remove(digest)
    assert not theirs.has(digest) and theirs.names() == []


def test_a_bucket_that_is_not_there_is_told_and_never_taken_for_an_empty_one(keys_of_the_store: str) -> None:
    blobs = FileBlobs("s3://no-such-bucket/firm")
    for act in (blobs.look, blobs.names, lambda: blobs.put(b"x"), lambda: blobs.get(content_hash(b"x"))):
        with pytest.raises(Broken, match=r"s3://no-such-bucket/firm: .*make the bucket, or correct TICKMARK_BLOB_URL"):
            act()


def test_a_store_that_does_not_answer_is_busy_after_some_tries(
    bucket: str, monkeypatch: pytest.MonkeyPatch, object_store: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    away = FileBlobs(f"s3://{bucket}/a")
    with pytest.raises(Busy, match=r"cannot be used: .*127\.0\.0\.1:9.*try again later"):
        away.look()

    monkeypatch.setenv("AWS_ENDPOINT_URL", object_store)
    blobs, calls = FileBlobs(f"s3://{bucket}/a"), list[str]()
    original = blobs._fs.pipe_file

    def stumbles(path: str, data: bytes) -> None:
        calls.append(path)
        if len(calls) < 3:
            raise ConnectionResetError("reset by peer")
        original(path, data)

    monkeypatch.setattr(blobs._fs, "pipe_file", stumbles)
    assert blobs.get(blobs.put(b"after two stumbles")) == b"after two stumbles" and len(calls) == 3


def test_who_is_let_in_is_the_stores_to_say(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FileBlobs(f"s3://{bucket}/a")

    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(blobs._fs, "call_s3", denied)
    with pytest.raises(Broken, match=r"refuses us .Access Denied"):
        blobs.names()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(Broken, match="credentials"):
        FileBlobs(f"s3://{bucket}/a").look()


def test_an_address_that_nothing_speaks_to_is_told() -> None:
    with pytest.raises(Invalid, match="TICKMARK_BLOB_URL"):
        FileBlobs("nowhere://bucket")


def loaded_on(home: Path, small_firm: Path) -> Services:
    services = build(load_settings(home), own_index=True)
    assert find("load").load()(services, {"folder": str(small_firm)}, silent).failed is False
    return services


@takes_long
def test_a_firm_whose_files_lie_on_s3_is_loaded_read_backed_up_and_brought_back(
    fresh: Path, small_firm: Path, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKMARK_BLOB_URL", f"s3://{bucket}/firm")
    with loaded_on(fresh, small_firm) as services:
        assert not (fresh / "blobs").exists()
        names = services.blobs.names()
        assert len(names) > 5
        with services.database.writing() as session:
            set_password(session, "ana@alder.example", PASSWORD, services.clock.now())
        with services.database.engine.connect() as connection:
            document, blob = connection.exec_driver_sql(
                "SELECT d.id, v.blob FROM documents d JOIN document_versions v ON v.id = d.current_version_id"
            ).first()
        http = TestClient(create_app(services), base_url="http://tickmark.example", follow_redirects=False)
        http.post("/sign-in", data={"email": "ana@alder.example", "password": PASSWORD})
        assert http.get(f"/documents/{document}").status_code == 200
        assert content_hash(http.get(f"/documents/{document}/file").content) == blob
        made = make(services, tmp_path / "backups", silent)
        assert made["blobs"] == len(names)

    monkeypatch.setenv("TICKMARK_BLOB_URL", f"s3://{bucket}/restored")
    monkeypatch.setenv("TICKMARK_SEAL_KEY_FILE", str(fresh / "seal.key"))
    again = tmp_path / "again"
    again.mkdir()
    (again / "models").symlink_to((fresh / "models").resolve())
    found = restore(load_settings(again), Path(made["backup"]), silent)
    assert found["passages"] > 0 and FileBlobs(f"s3://{bucket}/restored").names() == names


def test_what_a_killed_process_had_half_written_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    blobs = FileBlobs(str(tmp_path / "blobs"))
    kept = blobs.put(b"a whole file")
    place = tmp_path / "blobs" / kept[:2]
    old, new = place / f"{kept}.0a1b2c3d.part", place / f"{kept}.4e5f6071.part"
    for half, moment in ((old, 1_000.0), (new, 3_000.0)):
        half.write_bytes(b"a who")
        os.utime(half, (moment, moment))
    assert blobs.sweep(2_000.0) == 1
    assert not old.exists() and new.exists() and blobs.get(kept) == b"a whole file"
    assert FileBlobs(str(tmp_path / "nowhere")).sweep(2_000.0) == 0
