"""Ten tasks of a working day by keyboard alone, in a real browser: no mouse, what has the focus is always seen, and it is never lost."""

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.scan import scan_client
from api.commands.intake import take_in
from api.wiring import Services
from evals.screens import CHROMIUM, WIDE, chromium
from store.tables import TimeEntry
from tests.homes import copied
from tests.web.conftest import PASSWORD, drawn, ids, visiting
from tests.web.filled import call
from tests.web.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so nothing is pressed"),
]
W2 = """Form W-2 Wage and Tax Statement 2025
a Employee's social security number 900-70-1234
b Employer identification number (EIN) 00-5551234
c Employer's name, address, and ZIP code
Corvane Biologics Inc
1 Wages, tips, other compensation 84,210.00
2 Federal income tax withheld 11,904.00
e Employee's name Ngozi Okafor
"""
SEEN = """() => {
  const one = document.activeElement, style = one && getComputedStyle(one);
  if (!one || one === document.body) return "nothing has the focus";
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height) return `not on the page: ${one.outerHTML.slice(0, 120)}`;
  return style.outlineStyle !== "none" && style.outlineWidth !== "0px" ? "" : `no ring: ${one.outerHTML.slice(0, 120)}`;
}"""
NAME = """() => { const one = document.activeElement;
  return (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent).replace(/\\s+/g, " ").trim(); }"""


class Keys:
    """A person at the keyboard. Nothing here points or clicks; after every key the focus must be seen where it is."""

    def __init__(self, page: "Page", url: str) -> None:
        self.page, self.url = page, url

    def open(self, path: str) -> None:
        """Types an address."""
        self.page.goto(self.url + path)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def seen(self) -> None:
        """What has the focus has a ring around it, and is on the page. A page that just opened gives the focus when it is first drawn."""
        from playwright.sync_api import TimeoutError as PlaywrightTimeout

        with suppress(PlaywrightTimeout):
            self.page.wait_for_function(f"() => ({SEEN})() === ''", timeout=5_000)
        assert (wrong := self.page.evaluate(SEEN)) == "", wrong

    def at(self) -> str:
        """What has the focus, by its name."""
        return str(self.page.evaluate(NAME))

    def tab_to(self, name: str, most: int = 60) -> None:
        """Tab by Tab until the focus is on what is called so; every stop on the way is seen."""
        for _ in range(most):
            self.press("Tab")
            self.seen()
            if re.search(name, self.at()):
                return
        raise AssertionError(f"{name} is not reached within {most} tabs; the focus is on {self.at()!r}")

    def told(self, words: str) -> None:
        """The page says so."""
        self.page.get_by_text(words).first.wait_for()


@pytest.fixture(scope="module")
def served(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """A firm of the module's own, with a task of today, a request that a document answers, and a card to move."""
    home = copied(served_home, tmp_path_factory.mktemp("keys") / "home")
    with serving(home) as (services, url):
        ana = visiting(services)("ana")
        task = {"client": "C002", "title": "Read the lease", "due": "2026-03-09", "owner": "ana@alder.example"}
        call(ana, "POST", "/tasks", task, 201)
        call(ana, "POST", "/tasks", task | {"title": "Ring the bank"}, 201)
        wanted = call(ana, "GET", "/requests/preview?engagement=E002")["items"]
        keys = [one["key"] for one in wanted if "W-2" in one["item"]]
        call(ana, "POST", "/requests", {"engagement": "E002", "keys": keys, "due": "2026-03-20"}, 201)
        take_in(services, "ana@alder.example", "C002", [("W-2 2025.pdf", drawn(W2))])
        scan_client(services, "C002", as_of=services.clock.today(), now=services.clock.now())
        yield services, url


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def page(browser: "Browser", served: tuple[Services, str]) -> Iterator["Page"]:
    """One page for all, signed in by keyboard: the field for the address has the focus when the door opens."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, reduced_motion="reduce")
    page = context.new_page()
    keys = Keys(page, served[1])
    keys.open("/sign-in")
    keys.seen()
    keys.type("ana@alder.example")
    keys.press("Tab")
    keys.seen()
    keys.type(PASSWORD)
    keys.press("Enter")
    page.get_by_role("heading", level=1).wait_for()
    yield page
    context.close()


@pytest.fixture
def keys(page: "Page", served: tuple[Services, str]) -> Keys:
    return Keys(page, served[1])


def test_a_client_is_opened_by_the_palette(keys: Keys) -> None:
    keys.open("/calendar")
    keys.press("Control+k")
    keys.page.locator("dialog.palette [role=option]").first.wait_for()
    keys.seen()
    keys.type("okafor")
    keys.page.locator("dialog.palette [aria-selected=true]", has_text="Ngozi Okafor").wait_for()
    keys.press("Enter")
    keys.page.wait_for_url("**/clients/C002")


def test_a_signal_is_dismissed(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/clients/C001/signals")
    keys.tab_to("^Not a problem$")
    keys.press("Enter")
    keys.tab_to("Why|Reason", 3)
    keys.type("It was filed on paper")
    keys.press("Enter")
    keys.told("Dismissed.")
    assert ids(served[0], "SELECT DISTINCT decision FROM signal_decisions WHERE reason = 'It was filed on paper'") == [
        "dismiss"
    ]


def test_a_draft_is_reviewed_and_approved(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/review")
    keys.press("j")
    keys.seen()
    keys.press("Enter")
    keys.page.locator("#proof").get_by_text("Figure 1 of").wait_for()
    keys.press("j")
    keys.page.locator("#proof").get_by_text("Figure 2 of").wait_for()
    draft = keys.page.url.split("/review/")[1].split("?")[0]
    keys.press("a")
    keys.told("It leaves the firm when a partner releases it.")
    assert ids(served[0], f"SELECT state FROM deliverables WHERE id = '{draft}'") == ["approved"]


def test_a_card_moves_on_the_board(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/work")
    keys.tab_to("^2025 Form 1120-S$")
    card = keys.page.evaluate("document.activeElement.closest('[data-card]').id")
    before = keys.page.evaluate("document.activeElement.closest('[data-stage]').dataset.stage")
    keys.press("]")
    keys.page.wait_for_function(
        "([id, stage]) => document.getElementById(id)?.dataset.stage !== stage", arg=[card, before]
    )
    keys.page.wait_for_function("id => document.getElementById(id).contains(document.activeElement)", arg=card)
    keys.seen()
    keys.press("[")
    keys.page.wait_for_function(
        "([id, stage]) => document.getElementById(id)?.dataset.stage === stage", arg=[card, before]
    )
    keys.page.wait_for_function("id => document.getElementById(id).contains(document.activeElement)", arg=card)
    keys.seen()


def test_a_task_is_finished_in_my_day(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/day")
    for _ in range(40):
        keys.press("j")
        keys.seen()
        if keys.at() == "Read the lease":
            break
    keys.press("x")
    keys.told("Done")
    assert ids(served[0], "SELECT status FROM tasks WHERE title = 'Read the lease'") == ["done"]
    keys.press("u")
    keys.page.wait_for_function(
        "() => ![...document.querySelectorAll('.done .name')].some((a) => a.textContent === 'Read the lease')"
    )
    assert ids(served[0], "SELECT status FROM tasks WHERE title = 'Read the lease'") == ["open"]


def test_a_call_is_logged(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/clients/C002/timeline")
    keys.press("c")
    keys.seen()
    keys.type("Ngozi Okafor")
    keys.press("Tab")
    keys.seen()
    keys.type("7")
    keys.tab_to("What was said", 16)
    keys.type("She signs on Friday.")
    keys.tab_to("^Log the call$", 16)
    keys.press("Enter")
    keys.told("She signs on Friday.")
    assert [
        str(one) for one in ids(served[0], "SELECT count(*) FROM notes WHERE text LIKE '%She signs on Friday.%'")
    ] == ["1"]


def test_a_mail_is_triaged(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/inbox")
    keys.press("j")
    keys.seen()
    subject = keys.at()
    keys.press("a")
    keys.seen()
    keys.type("Ana")
    keys.press("Enter")
    keys.page.wait_for_url("**said=**")
    keys.open("/inbox?view=mine")
    keys.press("j")
    assert keys.at() == subject


def test_a_document_is_confirmed_for_a_request(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/requests/confirm")
    keys.seen()
    assert "W-2 2025.pdf" in keys.at()
    keys.press("y")
    keys.page.wait_for_url("**said=**")
    assert [str(one) for one in ids(served[0], "SELECT count(*) FROM item_matches WHERE state = 'confirmed'")] == ["1"]


def test_a_clock_starts_and_stops(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/time")
    keys.press("n")
    keys.seen()
    keys.type("C002")
    keys.tab_to("^Note", 4)
    keys.type("Lease")
    keys.press("Enter")
    keys.told("since ")
    keys.tab_to("Hours, if not", 60)
    keys.type("0.5")
    keys.press("Enter")
    keys.told("No clock of yours runs.")
    with served[0].database.reading() as session:
        assert [one.hours for one in session.query(TimeEntry).filter_by(note="Lease")] == [Decimal("0.5")]


def test_a_client_is_suggested_as_one_types(keys: Keys, served: tuple[Services, str]) -> None:
    choices = "[...document.getElementById('clients-of-mine').options].map((one) => one.value)"
    keys.open("/day")
    keys.press("n")
    keys.seen()
    keys.type("Ring the landlord")
    keys.press("Tab")
    assert keys.at() == "Client"
    keys.page.wait_for_function(f"() => {choices}.length > 1")  # before a word is typed the first ones by name
    keys.type("harb bak")
    keys.page.wait_for_function(f"() => {choices}.length === 1")
    name = keys.page.evaluate(f"() => {choices}[0]")
    assert re.fullmatch(r"C001 Harbor Bakery.*", name)
    keys.press("Control+A")
    keys.type(name)
    keys.press("Enter")
    keys.told("Ring the landlord")
    found = ids(
        served[0], "SELECT c.ref FROM tasks t JOIN clients c ON c.id = t.client_id WHERE t.title = 'Ring the landlord'"
    )
    assert found == ["C001"]


def test_names_are_searched_for_conflicts_and_one_signs_out(keys: Keys, served: tuple[Services, str]) -> None:
    keys.open("/conflicts")
    keys.seen()
    keys.type("Harlan Builders LLC")
    keys.tab_to("^Search$", 6)
    keys.press("Enter")
    keys.page.wait_for_url("**/conflicts/cfs_*")
    keys.told("Harlan Builders LLC")
    keys.press("Tab")
    assert keys.at() == "Skip to content"
    keys.press("Enter", "Tab")
    assert keys.page.evaluate("document.querySelector('#main').contains(document.activeElement)"), "the head is skipped"
    keys.open("/conflicts")
    keys.press("Control+k")
    keys.page.locator("dialog.palette [role=option]").first.wait_for()
    keys.press("Escape")
    keys.page.locator("dialog.palette").wait_for(state="hidden")
    keys.seen()
    keys.open("/time")
    keys.tab_to("^Sign out$")
    keys.press("Enter")
    keys.page.wait_for_url("**/sign-in*")
    keys.seen()
