"""Passwords: what they are kept with, what a new one must be, the list of breached ones, the change on her own page."""

import hashlib
import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from api.commands import find
from api.commands.result import silent
from api.security import COOKIE
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Invalid
from tests.sign_in.conftest import enter, person, trail
from tests.web.conftest import PASSWORD, Visits
from workspace.sign_in import open_token, opened_by, passwords, set_password
from workspace.sign_in.passwords import NOBODY, is_breached, matches

REAL = passwords.HASHER  # before the tests' cheap one takes its place


def test_they_are_kept_with_argon2id_above_what_is_asked_at_least() -> None:
    kept = extract_parameters(REAL.hash("a long enough password"))
    assert (kept.type.name, kept.memory_cost, kept.time_cost, kept.parallelism) == ("ID", 65_536, 3, 4)
    assert kept.memory_cost >= 19_456 and kept.time_cost >= 2, "the least of OWASP's parameters"
    assert not REAL.check_needs_rehash(NOBODY), "an unknown address is checked with the same work as a known one"


def test_one_kept_with_less_is_kept_anew_when_she_signs_in(
    firm: Services, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str:
        with firm.database.reading() as session:
            return person(session, "ana").password_hash or ""

    before = kept()
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert enter(visit(None), "ana", "not her password").status_code == 401
    assert kept() == before, "a wrong one changes nothing"
    visit("ana")
    assert kept() != before and extract_parameters(kept()).time_cost == 2
    again = kept()
    visit("ana")
    assert kept() == again


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("elevenchars", "at least 12"),
        ("Password1234!", "will not do"),
        ("ana@alder.example", "will not do"),
        ("AnaAlderAnaAlder", "will not do"),
        ("aaaaaaaaaaaaaaaa", "will not do"),
        ("qwertyuiop[]asdf", "will not do"),
        ("x" * 1001, "at most 1000"),
    ],
)
def test_what_will_not_do_is_refused_with_the_reason(firm: Services, password: str, word: str) -> None:
    with pytest.raises(Invalid, match=word) as refused, firm.database.writing() as session:
        set_password(session, "ana@alder.example", password, datetime.now(UTC))
    assert password not in str(refused.value)


def test_no_capitals_or_digits_are_asked_for_and_letters_are_one_however_typed(firm: Services, visit: Visits) -> None:
    with firm.database.writing() as session:
        set_password(session, "ana@alder.example", "vier müde wölfe am fluss", datetime.now(UTC))
    composed = "vier mu\u0308de wo\u0308lfe am fluss"
    assert enter(visit(None), "ana", composed).status_code == 303


def test_a_breached_one_is_found_in_the_file_and_no_other(tmp_path: Path) -> None:
    """The file as it is published: sorted, each hash with how often it was seen; with either end of line."""
    chosen = random.Random(7)
    words = [f"word {chosen.random()}" for _ in range(40_000)]
    hashes = sorted(hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in words)
    for end in ("\n", "\r\n"):
        file = tmp_path / "breached.txt"
        file.write_bytes(
            "".join(f"{one}:{chosen.randrange(1, 10 ** chosen.randrange(1, 8))}{end}" for one in hashes).encode()
        )
        ends = {hashes[0], hashes[-1]}
        tried = [one for one in words if hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() in ends]
        tracemalloc.start()
        assert all(is_breached(file, one) for one in [*tried, *words[:400]])
        assert not any(is_breached(file, f"{one}.") for one in words[:400])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 200_000 < file.stat().st_size, "the file is searched, not read"
    (tmp_path / "empty.txt").touch()
    assert not is_breached(tmp_path / "empty.txt", "anything")


def test_the_list_of_the_settings_is_looked_at_wherever_one_is_set(firm: Services, tmp_path: Path) -> None:
    file = tmp_path / "breached.txt"
    word = "correct horse battery staple"
    file.write_text(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() + ":3\n")
    settings = load_settings(firm.home).model_copy(update={"breached_passwords": file})
    with build(settings) as services:
        asked = {"email": "ana@alder.example", "password": word}
        with pytest.raises(Invalid, match="stolen elsewhere"):
            find("person-set-password").load()(services, asked, silent)


def test_she_changes_her_own_for_the_old_one_and_everything_else_of_hers_ends(firm: Services, visit: Visits) -> None:
    ana, other = visit("ana"), visit("ana")
    with firm.database.writing() as session:
        token = open_token(session, person(session, "ana").id, "clock", datetime.now(UTC), timedelta(days=30))
    new = "an even longer other word"
    refused = ana.post("/me/sign-in/password", old="not this one", new=new)
    assert refused.status_code == 401 and "The old password is not right." in refused.text
    weak = ana.post("/me/sign-in/password", old=PASSWORD, new="short")
    assert weak.status_code == 422 and "at least 12" in weak.text
    changed = ana.post("/me/sign-in/password", old=PASSWORD, new=new)
    assert changed.headers["location"] == "/me/sign-in?said=password-changed"
    assert "Changed." in ana.follow(changed).text, "the browser in which she did it stays signed in"
    assert other.get("/clients").status_code == 303
    with firm.database.reading() as session:
        assert opened_by(session, token, datetime.now(UTC)) is None
        assert matches(person(session, "ana").password_hash or "", new)
    assert enter(visit(None), "ana", PASSWORD).status_code == 401
    assert enter(visit(None), "ana", new).status_code == 303
    assert [one.actor for one in trail(firm, "person:password:set")][-1] == "ana@alder.example"


def test_a_program_changes_no_password(firm: Services, visit: Visits) -> None:
    with firm.database.writing() as session:
        token = open_token(session, person(session, "ana").id, "clock", datetime.now(UTC), timedelta(days=30))
    bearer = {"authorization": f"Bearer {token}"}
    refused = visit(None).http.post(
        "/me/sign-in/password", data={"old": PASSWORD, "new": "an even longer other word"}, headers=bearer
    )
    assert refused.status_code == 403 and COOKIE not in refused.headers.get("set-cookie", "")
