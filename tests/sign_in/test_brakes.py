"""The brake: guessing is stopped, and nobody is locked out by it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from api.wiring import Services
from store.errors import Forbidden
from tests.sign_in.conftest import enter, person
from tests.web.conftest import PASSWORD, Visits
from workspace.sign_in.brakes import (
    FAILURES_ALLOWED,
    FAILURES_WITHIN,
    FOR_ONE_ACCOUNT,
    FROM_ONE_ADDRESS,
    place_of,
    remember_device,
)
from workspace.sign_in.door import knock

NOW = datetime(2026, 3, 9, 15, tzinfo=UTC)
ANA, MIA = "ana@alder.example", "mia@alder.example"


@pytest.fixture
def door(firm: Services) -> Iterator[Session]:
    """One transaction in which people knock."""
    with firm.database.writing() as session:
        yield session


def knocks(door: Session, email: str, password: str, address: str, device: str = "", at: datetime = NOW) -> str:
    try:
        return knock(door, email, password, address, device, at).outcome
    except Forbidden as refused:
        return str(refused)


def test_guessing_from_one_place_is_stopped_there_and_nowhere_else(door: Session) -> None:
    assert [knocks(door, ANA, "x", "192.0.2.1") for _ in range(FAILURES_ALLOWED)] == ["refused"] * FAILURES_ALLOWED
    assert "wait fifteen minutes" in knocks(door, ANA, PASSWORD, "192.0.2.1")
    assert knocks(door, ANA, PASSWORD, "192.0.2.2") == "open"
    assert knocks(door, MIA, PASSWORD, "192.0.2.1") == "open"
    assert knocks(door, ANA, PASSWORD, "192.0.2.1", at=NOW + FAILURES_WITHIN + timedelta(seconds=1)) == "open"


def test_a_browser_that_is_known_is_braked_by_its_own_failures_only(door: Session) -> None:
    device = remember_device(door, person(door, "ana"), "", NOW - timedelta(days=3))
    for n in range(FOR_ONE_ACCOUNT + 20):
        knocks(door, ANA, "x", f"198.51.100.{n}")
        knocks(door, ANA, "x", "192.0.2.1")
    assert "for this address" in knocks(door, ANA, PASSWORD, "203.0.113.9"), "the attacker is stopped wherever he is"
    assert knocks(door, ANA, PASSWORD, "192.0.2.1", device) == "open", "she is not, even from where he sits"
    for _ in range(FAILURES_ALLOWED):
        assert knocks(door, ANA, "x", "192.0.2.1", device) == "refused"
    assert "in this browser" in knocks(door, ANA, PASSWORD, "192.0.2.1", device), "a stolen cookie guesses no more"


def test_one_password_tried_on_everybody_is_stopped(door: Session) -> None:
    for n in range(FROM_ONE_ADDRESS):
        assert knocks(door, f"person{n}@alder.example", "Spring2026", "192.0.2.7") == "refused"
    assert "from here" in knocks(door, MIA, PASSWORD, "192.0.2.7")
    assert knocks(door, MIA, PASSWORD, "192.0.2.8") == "open"
    device = remember_device(door, person(door, "mia"), "", NOW)
    assert knocks(door, MIA, PASSWORD, "192.0.2.7", device) == "open", "a colleague behind the same address comes in"


def test_an_unknown_address_is_braked_as_a_known_one(door: Session) -> None:
    def told(email: str) -> list[str]:
        return [knocks(door, email, "x", "192.0.2.20") for _ in range(FAILURES_ALLOWED + 1)]

    assert told(ANA) == told("nobody@alder.example")


def test_a_cookie_of_another_makes_no_browser_known(door: Session) -> None:
    planted = remember_device(door, person(door, "mia"), "", NOW)
    for n in range(FOR_ONE_ACCOUNT):
        knocks(door, ANA, "x", f"198.51.100.{n}")
    assert "for this address" in knocks(door, ANA, PASSWORD, "203.0.113.9", planted)
    assert remember_device(door, person(door, "ana"), planted, NOW) != planted
    assert remember_device(door, person(door, "mia"), planted, NOW) == planted
    old = NOW + timedelta(days=181)
    assert "for this address" not in knocks(door, MIA, PASSWORD, "203.0.113.9", planted, old)


def test_a_household_of_ipv6_is_one_place() -> None:
    assert place_of("2001:db8:1:2::1") == place_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert place_of("2001:db8:1:3::1") != place_of("2001:db8:1:2::1")
    assert place_of("::ffff:192.0.2.1") == place_of("192.0.2.1") == "192.0.2.1"
    assert place_of("testclient") == "testclient"


def test_her_browser_is_remembered_by_signing_in(firm: Services, visit: Visits) -> None:
    ana, stranger = visit("ana"), visit(None)
    cookie = next(c for c in ana.http.cookies.jar if c.name == "tickmark_device")
    assert cookie.path == "/sign-in" and cookie.has_nonstandard_attr("HttpOnly")
    for _ in range(FAILURES_ALLOWED):
        assert enter(stranger, "ana", "x").status_code == 401
    assert enter(stranger, "ana", PASSWORD).status_code == 429
    assert enter(ana, "ana", PASSWORD).status_code == 303, "from the same address, in her own browser"
