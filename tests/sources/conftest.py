"""A real mail server for the session, and services that may ask it."""

from collections.abc import Iterator

import pytest

from api.wiring import Services
from tests.intake.conftest import desk, furnished, visit
from tests.sources.dovecot import SERVER, Dovecot, running

__all__ = ["desk", "furnished", "visit"]


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """Nothing from outside reaches a test."""


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The server; tests use mailboxes of their own."""
    if not SERVER.exists():
        pytest.skip(f"{SERVER} is not here: apt-get install dovecot-imapd")
    with running() as server:
        yield server


@pytest.fixture
def inside(desk: Services) -> Services:
    """Services that may read from this machine."""
    desk.settings = desk.settings.model_copy(
        update={"imap_inside": ["127.0.0.1", "localhost"], "smtp_in": "127.0.0.1:0"}
    )
    return desk
