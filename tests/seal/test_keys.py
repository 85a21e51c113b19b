"""The ring of keys: the newest seals, all open, a text opens only for what it was sealed for; and a file that nobody else reads."""

import base64
import os
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Broken, Conflict, Invalid
from store.seal import KEY_FILE, SEALED, Seal
from store.sealed import Unopened, guarded_json, holds_number, opened_json

DAY = date(2026, 3, 9)


def key_text() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_what_is_sealed_opens_for_its_purpose_alone(tmp_path: Path) -> None:
    seal = Seal(tmp_path)
    sealed = seal.close("12-3456789", "clients.tax_id")
    assert sealed != seal.close("12-3456789", "clients.tax_id") and "3456789" not in sealed
    assert seal.open(sealed, "clients.tax_id") == "12-3456789"
    assert seal.open(sealed, "facts.value") is None
    moved = sealed.replace("clients.tax_id", "facts.value")
    assert seal.open(moved, "facts.value") is None
    body = sealed.rsplit(":", 1)[1]
    for place in (0, 20, len(body) - 5):
        changed = sealed[: -len(body)] + body[:place] + ("A" if body[place] != "A" else "B") + body[place + 1 :]
        assert seal.open(changed, "clients.tax_id") is None
    assert Seal(tmp_path / "elsewhere").open(sealed, "clients.tax_id") is None
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_what_an_earlier_release_sealed_still_opens_and_is_sealed_anew(tmp_path: Path) -> None:
    key = Fernet.generate_key()
    (tmp_path / KEY_FILE).write_bytes(key)
    seal, old = Seal(tmp_path), Fernet(key).encrypt(b"sesame").decode()
    assert seal.open(old) == "sesame"
    new = seal.again(old)
    assert SEALED.fullmatch(new) and seal.open(new) == "sesame" and seal.again(new) == new
    assert Seal(tmp_path / "other").again(old) == old, "what nothing here opens stays as it is"


def test_the_environments_newest_key_seals_and_all_open(tmp_path: Path) -> None:
    first, second = key_text(), key_text()
    of_file = Seal(tmp_path).close("a")
    one = Seal(tmp_path, keys=first)
    of_one = one.close("b")
    both = Seal(tmp_path, keys=f"{second}, {first}")
    assert [both.open(text) for text in (of_file, of_one)] == ["a", "b"]
    assert both.newest().id not in of_one and both.newest().source == "TICKMARK_SEAL_KEY"
    assert first not in repr(both.ring()) and first[:10] not in repr(both.newest())
    with pytest.raises(Conflict, match="put a new one before the old"):
        both.add(DAY)
    for wrong in ("short", base64.b64encode(b"x" * 31).decode(), first[:-4] + "!!!!"):
        with pytest.raises(Invalid, match="32 random bytes") as refused:
            Seal(tmp_path, keys=wrong)
        assert wrong not in str(refused.value)


def test_a_key_file_that_is_named_is_not_made(tmp_path: Path) -> None:
    named = tmp_path / "mounted.key"
    with pytest.raises(Broken, match=r"mounted\.key holds no key"):
        Seal(tmp_path, file=named).close("x")
    named.write_text(f"# of the firm\n{key_text()} since=2026-01-02\n")
    seal = Seal(tmp_path, file=named)
    assert seal.open(seal.close("x")) == "x" and seal.newest().since == date(2026, 1, 2)
    assert not (tmp_path / KEY_FILE).exists()


def test_a_new_key_seals_and_the_old_one_is_retired(tmp_path: Path) -> None:
    seal, beside = Seal(tmp_path), Seal(tmp_path)
    old = seal.close("x")
    assert beside.open(old) == "x"
    added = seal.add(DAY)
    assert seal.newest() == added and added.id in seal.close("y")
    assert beside.open(seal.close("y")) == "y", "a process that knew only the old key looks at the file again"
    assert seal.retire([one.id for one in seal.ring() if one != added], DAY) != []
    assert seal.retire([one.id for one in seal.ring() if one != added], DAY) == []
    assert Seal(tmp_path).newest() == added and Seal(tmp_path).open(old) == "x"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600 and list(tmp_path.iterdir()) == [tmp_path / KEY_FILE]


def test_who_comes_second_finds_the_firsts_key(tmp_path: Path) -> None:
    seals, sealed = [Seal(tmp_path) for _ in range(8)], dict[int, str]()
    threads = [
        threading.Thread(target=lambda n=n: sealed.update({n: seals[n].close("x")}))  # type: ignore[misc]
        for n in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(sealed) == 8 and {Seal(tmp_path).open(text) for text in sealed.values()} == {"x"}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("12-3456789", True),
        ("SSN 123-45-6789.", True),
        ("id 123456789, ok", True),
        ("routing 021000021", True),
        ("acct 12345678", True),
        ("DE89 3704 0044 0532 0130 00", True),
        ("GB29NWBK60161331926819", True),
        ("2026-03-09", False),
        ("$12,345,678.00", False),
        ("12345678.50", False),
        ("doc_3f12345678901234", False),
        ("555-0101", False),
        ("INV-2025-0042", False),
        ("", False),
    ],
)
def test_what_counts_as_such_a_number(text: str, secret: bool) -> None:
    assert holds_number(text) is secret


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.from_regex(r"[0-9]{2}-[0-9]{7}", fullmatch=True),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12) | st.just("account"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=_JSON | st.just("sealed:2:0123456789ab:x:AAAA"))
@settings(max_examples=80)
def test_a_json_value_comes_back_as_it_was(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    seal = _seal(tmp_path_factory)
    kept = guarded_json(lambda: seal, value, "t.c")
    assert opened_json(lambda: seal, kept, "t.c") == value
    if isinstance(value, str) and holds_number(value):
        assert value not in str(kept)


_made: list[Seal] = []


def _seal(folders: pytest.TempPathFactory) -> Seal:
    if not _made:
        _made.append(Seal(folders.mktemp("keys")))
    return _made[0]


def test_an_unopened_value_is_empty_and_written_back_as_it_was(tmp_path: Path) -> None:
    sealed = Seal(tmp_path / "gone").close("12-3456789", "t.c")
    here = Seal(tmp_path)
    value = opened_json(lambda: here, {"a": sealed, "b": "x"}, "t.c")
    assert value == {"a": "", "b": "x"} and isinstance(value["a"], Unopened)
    assert guarded_json(lambda: here, value, "t.c") == {"a": sealed, "b": "x"}
