"""A firm arrives, in a real browser: its own set-up from an empty home, with the exports of fifty clients. Counts what a person does and
what the machine needs; nothing waits on a clock."""

import json
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from api.commands import find
from api.commands.result import silent
from api.fonts import ensure_fonts
from api.night import open_night
from api.wiring import Services
from evals.screens import CHROMIUM, WIDE, chromium
from store.tables import Client, ClientContact, ClientScan, Engagement, Invoice, Payment
from tests.homes import takes_long
from tests.imports.fifty import CLIENTS, fifty
from tests.web.serving import serving
from workspace.sign_in import set_password

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    takes_long,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so no page is looked at"),
]
A_CLICK, A_LETTER = 5.0, 0.4  # seconds of a person: finding and clicking; typing
EMAIL, PASSWORD = "ana@arriving.example", "a long enough password"


@dataclass
class Hand:
    """A person at a page, who is counted."""

    page: "Page"
    clicks: int = 0
    letters: int = 0

    def click(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()
        self.clicks += 1

    def type(self, field: str, text: str) -> None:
        self.page.locator(field).first.fill(text)
        self.letters += len(text)

    def choose(self, files: list[dict[str, Any]]) -> None:
        """A dialog opened, everything in the folder marked, the dialog closed."""
        self.page.locator("input[type=file][name=files]").first.set_input_files(files)  # type: ignore[arg-type]
        self.clicks += 3

    @property
    def seconds(self) -> float:
        return self.clicks * A_CLICK + self.letters * A_LETTER


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """An empty home, served, with the one person whom the operator made at the machine."""
    home = tmp_path_factory.mktemp("arriving") / "home"
    home.mkdir()
    ensure_fonts(home / "fonts")
    with serving(home) as (services, url), open_night(services):
        person = {"email": EMAIL, "person": "Ana Arriving", "role": "partner"}
        find("setup").load()(services, {"timezone": "America/Chicago", "fiscal_year_end": "12-31", **person}, silent)
        with services.database.writing() as session:
            set_password(session, EMAIL, PASSWORD, services.clock.now())
        yield services, url


def cpu() -> float:
    """Seconds of this process and of its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def test_a_firm_of_fifty_clients_arrives(arrived: tuple[Services, str], browser: "Browser") -> None:
    services, url = arrived
    there = fifty(["Ana Arriving", "Ben Arriving"])
    files = [{"name": name, "mimeType": "text/csv", "buffer": data} for name, data in there.files]
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
    began, wall = cpu(), time.monotonic()
    hand = Hand(page)
    page.goto(f"{url}/sign-in")
    hand.type("[name=email]", EMAIL)
    hand.type("[name=password]", PASSWORD)
    hand.click("main button")
    page.goto(f"{url}/setup")
    hand.clicks += 2  # More, Setup
    hand.type("#firm [name=name]", "Arriving CPAs")
    hand.type("#firm [name=timezone]", "America/Chicago")
    hand.click("#firm button")
    for name, role in (("Ben Arriving", "manager"), ("Mia Arriving", "senior"), ("Sol Arriving", "staff")):
        if not page.locator("#staff [name=email]").first.is_visible():
            hand.click("#staff summary")
        hand.type("#staff [name=email]", f"{name.split()[0].lower()}@arriving.example")
        hand.type("#staff [name=name]", name)
        page.locator("#staff [name=role]").first.select_option(role)
        hand.clicks += 2
        hand.type("#staff [name=rate]", "150")
        hand.type("#staff [name=password]", f"{name} long password")
        hand.click("#staff form button")
    setting_up = hand.seconds
    import_began, imported = cpu(), Hand(page)
    if not page.locator("#clients a.button").first.is_visible():
        imported.click("#clients summary")
    imported.click("#clients a.button")
    imported.choose(files)
    imported.click("text=Try it")
    page.wait_for_selector("#recognised")
    imported.click(".head button.main")
    page.wait_for_url("**/imports?said=imported*")
    import_cpu = cpu() - import_began
    with services.database.reading() as session:
        told = {
            "clients": session.scalar(select(func.count()).select_from(Client)),
            "contacts": session.scalar(select(func.count()).select_from(ClientContact)),
            "work": session.scalar(select(func.count()).select_from(Engagement)),
            "owed": Decimal(session.scalar(select(func.sum(Invoice.amount))) or 0)
            - Decimal(session.scalar(select(func.sum(Payment.amount))) or 0),
        }
        names = set(session.scalars(select(Client.name)))
    assert told == {"clients": CLIENTS, "contacts": there.contacts, "work": there.work, "owed": there.owed}, told
    assert names == set(there.names)
    assert imported.seconds + import_cpu < 120, (imported, import_cpu)
    rest = Hand(page)
    page.goto(f"{url}/setup")
    rest.clicks += 2
    rest.click("#prices button")
    rest.click("#scan button")
    page.wait_for_url("**/night*")
    page.locator("[data-progress]").wait_for(state="detached", timeout=600_000)
    page.goto(f"{url}/setup")
    rest.clicks += 2
    assert "The firm is set up" in page.locator(".head").inner_text()
    with services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ClientScan)) == CLIENTS
    machine, person = cpu() - began, setting_up + imported.seconds + rest.seconds
    assert person + machine < 15 * 60, (person, machine)
    figures = {
        "import": {"clicks": imported.clicks, "typed": imported.letters, "cpu_s": round(import_cpu, 1)},
        "whole": {
            "clicks": hand.clicks + imported.clicks + rest.clicks,
            "typed": hand.letters + imported.letters + rest.letters,
            "person_s": round(person),
            "cpu_s": round(machine, 1),
            "elapsed_s": round(time.monotonic() - wall, 1),
        },
    }
    if place := os.environ.get("TICKMARK_FIGURES"):
        Path(place).write_text(json.dumps(figures))
    print(json.dumps(figures))
