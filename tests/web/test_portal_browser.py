"""The portal in a real browser on a phone's screen: three taps to a photo, and coming back with a passkey."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.wiring import Services
from evals.screens import CHROMIUM, NARROW, chromium, sideways
from store.tables import Client, ClientContact, Contact
from tests.homes import copied
from tests.web.conftest import ids
from tests.web.serving import serving
from tests.web.test_portal import PHOTO
from workspace.portal import staff
from workspace.scope import open_scope

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so no page is looked at"),
]
MONDAY = date(2026, 3, 9)


@pytest.fixture(scope="module")
def served(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """The application on a port of its own; passkeys need a name, not a number."""
    home = copied(loaded, tmp_path_factory.mktemp("portal") / "home")
    with serving(home) as (services, url):
        yield services, url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as opened:
        yield opened


def link(services: Services, url: str) -> str:
    with services.database.writing() as session:
        scope = open_scope(session, "ana@alder.example", clock=services.clock)
        client = session.scalars(select(Client).where(Client.ref == "C001")).one()
        who = session.scalars(
            select(Contact.id)
            .join(ClientContact, ClientContact.contact_id == Contact.id)
            .where(ClientContact.client_id == client.id, Contact.name == "Ngozi Okafor")
        ).one()
        real = type(scope)(**{**vars(scope), "now": services.clock.real_now()})
        return f"{url}/portal/in/{staff.invite(real, 'C001', who).secret}"


def phone(browser: "Browser") -> "Page":
    size = {"width": NARROW[0], "height": NARROW[1]}
    return browser.new_context(viewport=size, has_touch=True, is_mobile=True, reduced_motion="reduce").new_page()  # type: ignore[arg-type]


def test_three_taps_from_the_page_to_a_photo(browser: "Browser", served: tuple[Services, str], tmp_path: Path) -> None:
    services, url = served
    page, taps = phone(browser), []
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text))

    def tap(target: Any) -> None:
        target.tap()
        taps.append(1)

    page.goto(link(services, url))
    page.get_by_role("button", name="Open").tap()
    page.get_by_role("heading", name="What we need from you").wait_for()
    assert sideways(page) == 0
    small = page.evaluate(
        "[...document.querySelectorAll('main .button, main button:not(.plain), main summary')].filter(e => e.offsetParent"
        " && e.getBoundingClientRect().height < 44).map(e => e.textContent)"
    )
    assert small == [], f"a thumb needs 44 pixels: {small}"
    item = page.locator(".cards > li", has_text="Shareholder basis worksheet")
    picture = tmp_path / "IMG_2041.jpg"
    picture.write_bytes(PHOTO)
    with page.expect_file_chooser() as chooser:
        tap(item.get_by_text("Take a photo"))
    # on a phone the camera opens here: one tap takes the picture and one uses it
    taps += [1, 1]
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(picture)
    page.get_by_text("IMG_2041.jpg is here. Thank you.").wait_for()
    assert len(taps) <= 3
    found = ids(
        services,
        "SELECT i.item FROM item_matches m JOIN request_items i ON i.id = m.item_id WHERE m.sent_by IS NOT NULL",
    )
    assert found == ["Shareholder basis worksheet"]
    assert complaints == []
    page.context.close()


def test_a_passkey_brings_her_back_without_a_link(browser: "Browser", served: tuple[Services, str]) -> None:
    services, url = served
    page = phone(browser)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.goto(link(services, url))
    page.get_by_role("button", name="Open").tap()
    page.get_by_label("A name for this device").fill("My phone")
    page.get_by_role("button", name="Use this device").tap()
    page.get_by_text("Next time you come in with it").wait_for()
    page.get_by_role("button", name="Sign out").tap()
    page.get_by_role("button", name="Come in with this device").tap()
    page.get_by_role("heading", name="Hello Ngozi Okafor").wait_for()
    page.get_by_role("button", name="Take away My phone").tap()
    page.get_by_role("button", name="Take away My phone").wait_for(state="detached")
    page.get_by_role("button", name="Sign out").tap()
    page.get_by_role("button", name="Come in with this device").tap()
    page.locator("[data-passkey-enter] [role=status]:not(:empty)").wait_for()
    assert page.url.endswith("/portal/hello")
    page.context.close()
