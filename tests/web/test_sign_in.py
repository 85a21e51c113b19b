"""The door in a real browser: a passkey of Chromium's own authenticator is added, signed in with, asked for again and revoked; and a
generator is set up from what the page shows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.wiring import Services
from evals.screens import CHROMIUM, chromium, sideways, sign_in
from store.tables import Passkey, SignIn
from tests.homes import copied
from tests.sign_in.conftest import code_of, trail
from tests.web.conftest import PASSWORD
from tests.web.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so no page is looked at"),
]
ANA = "ana@alder.example"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def served(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """The application on a port of its own. By the name localhost: a passkey belongs to a name, never to a number."""
    with serving(copied(served_home, tmp_path_factory.mktemp("door") / "home")) as (services, address):
        yield services, address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    """A browser that knows nothing yet; whatever it complains about fails the test."""
    complaints: list[str] = []
    opened = browser.new_context(reduced_motion="reduce")
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("weberror", lambda said: complaints.append(str(said.error)))
    yield opened
    opened.close()
    assert [one for one in complaints if "403" not in one] == []


def authenticator(page: "Page") -> tuple[object, str]:
    """Chromium's virtual authenticator at this page: what to speak to it by, and its id."""
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    made = talk.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return talk, made["authenticatorId"]


def test_a_passkey_from_adding_to_revoking(served: tuple[Services, str], context: "BrowserContext") -> None:
    services, address = served
    page = context.new_page()
    talk, identity = authenticator(page)
    sign_in(page, address, ANA, PASSWORD)
    page.goto(f"{address}/me/sign-in")
    page.get_by_label("What holds it").fill("the laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(f"{address}/me/sign-in?said=passkey-added")
    assert page.get_by_role("cell", name="the laptop", exact=True).is_visible()
    held = talk.send("WebAuthn.getCredentials", {"authenticatorId": identity})["credentials"]  # type: ignore[attr-defined]
    assert [one["isResidentCredential"] for one in held] == [True]
    assert held[0]["rpId"] == "localhost"

    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(f"{address}/sign-in")
    page.goto(f"{address}/clients")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/clients")
    opened = trail(services, "person:session:opened")[-1]
    assert (opened.actor, opened.detail) == (ANA, {"door": "passkey", "second_factor": True})

    with services.database.writing() as session:  # five hours later
        for row in session.scalars(select(SignIn)):
            row.fresh_at = row.proved_at = datetime.now(UTC) - timedelta(hours=5)
    page.goto(f"{address}/me/sign-in")
    page.get_by_role("button", name="Revoke the laptop").click()
    page.wait_for_url(re.compile("/sign-in/again"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile("/me/sign-in"))
    page.get_by_role("button", name="Revoke the laptop").click()
    page.get_by_text("It opens nothing any more.").wait_for()
    with services.database.reading() as session:
        assert [one.revoked_at is not None for one in session.scalars(select(Passkey))] == [True]

    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(f"{address}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("That passkey opens nothing here.").wait_for()


def test_a_generator_is_set_up_from_what_the_page_shows(
    served: tuple[Services, str], context: "BrowserContext"
) -> None:
    _, address = served
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, address, "mia@alder.example", PASSWORD)
    page.goto(f"{address}/me/sign-in")
    page.get_by_role("button", name="Set one up").click()
    picture = page.locator("svg.qr")
    box = picture.bounding_box()
    assert box is not None and 120 < box["width"] <= 390 and sideways(page) == 0
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code", exact=True).fill(code_of(secret))
    page.get_by_role("button", name="Confirm").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10 and sideways(page) == 0
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in?next=/clients")
    page.get_by_label("E-mail").fill("mia@alder.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/clients")
