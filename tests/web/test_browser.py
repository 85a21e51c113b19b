"""A real browser goes through a partner's morning, and looks at every page wide and narrow."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from api.settings import load_settings
from api.wiring import Services, build
from evals.screens import CHROMIUM, NARROW, TABS, WIDE, chromium, shoot, sideways, sign_in
from tests.homes import LONG, copied
from tests.web.conftest import MONDAY, PASSWORD, ids

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so no page is looked at"),
]
PAGES = (
    "/",
    "/clients",
    "/review",
    "/time",
    "/money",
    "/money/reports",
    "/night",
    "/audit?verify=true",
    "/style",
    "/me",
    "/go",
    "/api",
)


@pytest.fixture(scope="module")
def served(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """The application on a port of its own, over a home of this module's."""
    import uvicorn

    home = copied(served_home, tmp_path_factory.mktemp("browser") / "home")
    with build(load_settings(home).model_copy(update={"today": MONDAY}), own_index=True) as services:
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(services), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield services, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def signed_in(browser: "Browser", served: tuple[Services, str]) -> "StorageState":
    """What Ana's browser holds once she came through the door."""
    context = browser.new_context(reduced_motion="reduce")
    sign_in(context.new_page(), served[1], "ana@alder.example", PASSWORD)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browser: "Browser", served: tuple[Services, str], signed_in: "StorageState") -> Iterator["Page"]:
    """Ana's page, signed in, on her brief; at its end the console must have stayed silent."""
    complaints: list[str] = []
    context = browser.new_context(
        viewport={"width": WIDE[0], "height": WIDE[1]}, storage_state=signed_in, reduced_motion="reduce"
    )
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served[1])
    yield page
    context.close()
    assert complaints == []


def test_a_partners_morning(page: "Page", served: tuple[Services, str]) -> None:
    services, _ = served
    page.locator(".card", has_text="CP504").get_by_role("link", name="Open the draft").click()
    page.wait_for_url("**/review/dlv_*")
    panel = page.locator("#proof")
    panel.get_by_text("Figure 1 of").wait_for()
    seen, count = set(), page.locator(".ledger tbody tr").count()
    for number in range(2, count + 1):
        page.keyboard.press("j")
        panel.get_by_text(f"Figure {number} of").wait_for()
        assert page.locator(".fig.at").count() >= 1
        seen.add(panel.locator(".lit").count() > 0)
    assert True in seen, "some figure stands on a page that is shown and lit"
    page.keyboard.press("j")
    panel.get_by_text("Figure 1 of").wait_for()
    page.keyboard.press("k")
    panel.get_by_text(f"Figure {count} of").wait_for()
    page.keyboard.press("a")
    page.get_by_text("It leaves the firm when a partner releases it.").wait_for()
    page.keyboard.press("l")
    page.get_by_text("This exact version lies in the outbox.").wait_for()
    draft = page.url.split("/review/")[1].split("?")[0]
    assert ids(services, f"SELECT state FROM deliverables WHERE id = '{draft}'") == ["released"]
    assert ids(services, "SELECT seconds FROM reviews")[0] is not None


def test_a_typical_letter_takes_six_keys_and_no_mouse(page: "Page", served: tuple[Services, str]) -> None:
    services, url = served
    page.goto(f"{url}/review")
    letter = str(page.locator("[data-walk] tbody .lead a").first.get_attribute("href")).split("/")[2]
    assert ids(services, f"SELECT state FROM deliverables WHERE id = '{letter}'") == ["in_review"]
    pressed = []

    def press(key: str) -> None:
        page.keyboard.press(key)
        pressed.append(key)

    press("j")
    press("Enter")
    page.locator("#proof").get_by_text("Figure 1 of").wait_for()
    press("j")
    page.locator("#proof").get_by_text("Figure 2 of").wait_for()
    press("a")
    page.get_by_text("It leaves the firm when a partner releases it.").wait_for()
    press("l")
    page.get_by_text("This exact version lies in the outbox.").wait_for()
    assert len(pressed) <= 6
    assert ids(services, f"SELECT state FROM deliverables WHERE id = '{letter}'") == ["released"]


def test_comments_by_keyboard_and_on_selected_words(page: "Page", served: tuple[Services, str]) -> None:
    services, url = served
    inside = "(SELECT id FROM clients WHERE ref != 'C003')"
    draft = ids(
        services, f"SELECT id FROM deliverables WHERE client_id IN {inside} AND state = 'in_review' ORDER BY id"
    )[0]
    page.goto(f"{url}/review/{draft}")
    page.locator("#proof").get_by_text("Figure 1 of").wait_for()
    page.keyboard.press("j")
    page.locator("#proof").get_by_text("Figure 2 of").wait_for()
    figure = page.locator(".fig.at").first.inner_text().strip()
    page.keyboard.press("m")
    page.locator("[data-commenting] [name=note]:focus").wait_for()
    assert page.locator("[data-commenting] [name=quote]").input_value() == figure
    page.keyboard.type("Is this the one?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Noted beside the passage.").wait_for()
    page.locator(".paper p").nth(2).click(click_count=3)
    page.get_by_role("button", name="Comment", exact=True).click()
    page.locator("[data-commenting] [name=note]:focus").wait_for()
    page.keyboard.type("And this?")
    page.locator("[data-commenting] button").click()
    page.wait_for_url("**#c2")
    assert page.locator(".comments li").count() == 2
    assert page.evaluate("CSS.highlights.get('commented').size") == 2, "both passages are lit"
    assert page.locator(".at-selection").is_hidden()


def test_a_lit_passage_stands_where_its_words_are(page: "Page", served: tuple[Services, str]) -> None:
    services, url = served
    draft = ids(services, "SELECT d.id FROM deliverables d JOIN clients c ON c.id = d.client_id "
                "WHERE c.ref = 'C002' AND d.slug = 'notice-response'")[0]  # fmt: skip
    page.goto(f"{url}/review/{draft}")
    page.locator(".fig", has_text="$2,170.49").first.click()
    lit = page.locator("#proof .lit").first
    lit.wait_for()
    picture = page.locator("#proof .sheetview img").first
    page.wait_for_function("() => document.querySelector('#proof .sheetview img').complete")
    box, sheet = lit.bounding_box(), picture.bounding_box()
    assert box is not None and sheet is not None
    assert sheet["x"] < box["x"] < sheet["x"] + sheet["width"] / 2, "left of the middle, as the page has it"
    assert abs(sheet["height"] / sheet["width"] - 792 / 612) < 0.01
    assert 0.2 < (box["y"] - sheet["y"]) / sheet["height"] < 0.4
    frame = page.locator("#proof .window").first.bounding_box()
    assert frame is not None and frame["y"] <= box["y"] <= frame["y"] + frame["height"], "scrolled into its window"


def test_a_question_and_its_citation(page: "Page", served: tuple[Services, str]) -> None:
    page.goto(f"{served[1]}/clients/C001/ask")
    page.get_by_label("Question").fill("What does the notice CP2000 propose, and by when is the answer due?")
    page.keyboard.press("Enter")
    page.locator(".turn .cites").wait_for()
    assert page.locator(".busy").count() == 0
    page.locator(".turn a.marker[href^='/documents/']").first.click()
    page.wait_for_url("**/documents/doc_*")
    mark = page.locator("#mark")
    mark.wait_for()
    assert mark.inner_text() != ""


def test_a_question_asked_before_the_answer_came_waits_for_it(page: "Page", served: tuple[Services, str]) -> None:
    page.goto(f"{served[1]}/clients/C001/ask")
    for question in ("Who is the partner?", "Which requests are open?"):
        page.fill("input[name=question]", question)
        page.keyboard.press("Enter")
    for turn in (0, 1):
        page.locator("#turns .turn").nth(turn).locator(".busy").wait_for(state="detached")
    assert page.locator("#turns .late").count() == 0
    assert page.locator("input[name=thread]").input_value().startswith("thr_")


def test_a_decision_from_the_brief_and_back(page: "Page") -> None:
    card = page.locator("#needs_you .card").last
    key, name = card.get_attribute("id"), card.locator(".wide-name").inner_text()
    card.get_by_text("Not a problem").click()
    card.get_by_label("Why not").fill("Known, and on its way")
    card.get_by_role("button", name="Dismiss").click()
    said = page.locator(".said")
    said.get_by_text("It comes back when its evidence changes.").wait_for()
    assert page.locator(f"#{key}").count() == 0
    assert name in page.locator("#aside").inner_text() and "dismissed" in page.locator("#aside").inner_text()
    said.get_by_role("button", name="Undo").click()
    page.get_by_text("Open again.").wait_for()
    assert page.locator(f"#{key}").count() == 1


def test_the_list_is_filtered_and_sorted_where_one_types(page: "Page", served: tuple[Services, str]) -> None:
    page.goto(f"{served[1]}/clients")
    page.keyboard.press("f")
    page.keyboard.type("okafor")
    assert page.locator("#clients tbody tr:visible").count() == 1
    page.locator("input[data-filter]").fill("")
    receivable = page.get_by_role("button", name="Receivable")
    first = page.locator("#clients tbody tr").first
    receivable.click()
    assert "2,000.00" in first.inner_text()
    receivable.click()
    assert "2,000.00" not in first.inner_text()


def test_a_document_is_found_by_its_folder_and_by_its_whole_path(page: "Page", served: tuple[Services, str]) -> None:
    """A link to one that was refused leads here, with its path."""
    services, url = served
    [ref] = ids(
        services, "SELECT c.ref FROM documents d JOIN clients c ON c.id = d.client_id WHERE d.path = '2025/minutes.md'"
    )
    page.goto(f"{url}/clients/{ref}/documents?q=2025/minutes.md")
    rows = page.locator("#papers tbody tr:not(.group):visible")
    assert rows.count() == 1 and "minutes.md" in rows.first.inner_text()
    page.get_by_role("link", name="all documents").click()
    page.locator("input[data-filter]").fill("notices")
    assert rows.count() == 1 and "cp2000.txt" in rows.first.inner_text()


def test_what_stands_below_comes_when_it_is_about_to_be_seen(page: "Page", served: tuple[Services, str]) -> None:
    page.goto(f"{served[1]}/portfolio?sort=name")
    page.keyboard.press("End")
    page.locator("#firm #workload").wait_for()
    assert page.locator("a[data-come]").count() == 0 and page.locator("#clients, #health, #concentration").count() == 3
    page.goto("about:blank")
    page.goto(f"{served[1]}/portfolio#workload")
    page.wait_for_selector("#workload")
    assert page.evaluate("document.getElementById('workload').getBoundingClientRect().top") < WIDE[1]


def test_keyboard_reaches_everything_and_shows_where_it_is(page: "Page") -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        ringed = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && s.outlineWidth !== '0px' }"
        )
        assert ringed, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert {"Sign out", "Open the draft", "Snooze until", "Acknowledge"} <= set(reached)


def test_print_keeps_the_words_and_leaves_the_furniture(page: "Page", served: tuple[Services, str]) -> None:
    page.emulate_media(media="print")
    assert not page.locator(".top").is_visible() and not page.locator(".acts").first.is_visible()
    assert page.locator(".verdict").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
    services, url = served
    mine = "client_id IN (SELECT id FROM clients WHERE ref != 'C003')"
    draft = ids(services, f"SELECT id FROM deliverables WHERE state = 'in_review' AND {mine} ORDER BY id")[0]
    page.goto(f"{url}/review/{draft}")
    assert page.get_by_text("DRAFT, NOT RELEASED").is_visible(), "what is printed unreleased says so"


def test_no_page_scrolls_sideways_or_complains(page: "Page", served: tuple[Services, str]) -> None:
    services, url = served
    long = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Intercontinental Holdings of Pennsylvania, LLC"
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE clients SET name = '{long}' WHERE ref = 'C002'")
    mine = "JOIN clients c ON c.id = x.client_id WHERE c.ref != 'C003'"
    drafts = ids(services, f"SELECT x.id FROM deliverables x {mine} ORDER BY x.id")
    documents = ids(services, f"SELECT x.id FROM documents x {mine} AND current_version_id IS NOT NULL ORDER BY x.id")
    # the one with the long name; the other's pages are the same with less in them
    clients = ("C001", "C002") if LONG else ("C002",)
    paths = [*PAGES, *(f"/clients/{ref}{tab}" for ref in clients for tab in TABS)]
    paths += [
        *(f"/review/{one}" for one in drafts),
        f"/review/{drafts[0]}/edit",
        f"/review/{drafts[0]}/proof/1?whole=1",
        f"/review/{drafts[0]}/compare",
        "/review/batch",
        "/outbox",
        "/report-card",
    ]
    paths += [f"/documents/{one}" for one in documents]
    wide: list[tuple[str, int, int]] = []
    for path in paths:
        page.goto(url + path, wait_until="networkidle" if path.count("/") == 2 and "review/" in path else "load")
        for width, height in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": height})
            if too_wide := sideways(page):
                wide.append((path, width, too_wide))
    assert wide == []


def test_pictures_for_the_documentation(browser: "Browser", served: tuple[Services, str], tmp_path: Path) -> None:
    shots = shoot(browser, served[1], "ana@alder.example", PASSWORD, ["/", "/clients"], tmp_path, themes=("dark",))
    assert [(shot.file.name, shot.sideways, shot.complaints) for shot in shots] == [
        (f"{name}.dark.{width}.png", 0, ()) for width in (1440, 390) for name in ("brief", "clients")
    ]
    assert all(shot.file.read_bytes().startswith(b"\x89PNG") for shot in shots)


def test_a_sign_in_that_fails_says_so(browser: "Browser", served: tuple[Services, str]) -> None:
    page = browser.new_page(viewport={"width": NARROW[0], "height": NARROW[1]})
    page.goto(f"{served[1]}/clients")
    page.get_by_label("E-mail").fill("ana@alder.example")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert sideways(page) == 0
    assert page.get_by_label("E-mail").input_value() == "ana@alder.example"
    page.close()


def test_anywhere_by_keyboard(page: "Page", served: tuple[Services, str]) -> None:
    """The palette opens over any page, leads by arrows and Enter, and gives the focus back; the keys of a page are told; a swap keeps the
    page, its history and the focus."""
    page.goto(f"{served[1]}/calendar")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Where to")
    options = page.locator("dialog.palette [role=option]")
    options.first.wait_for()
    assert field.evaluate("one => one === document.activeElement") and field.get_attribute("aria-expanded") == "true"
    page.keyboard.type("C002 mon")
    options.first.get_by_text("money").wait_for()
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert options.first.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients/C002/money")
    page.get_by_role("link", name="Go to").focus()
    page.keyboard.press("Enter")
    options.first.wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog.palette").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.classList.contains('goto')"), "the focus is where it was"
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    page.get_by_role("link", name="Go to").click()
    options.first.wait_for()
    assert sideways(page) == 0
    page.keyboard.press("Escape")
    page.locator("dialog.palette").wait_for(state="hidden")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_text("Search everything").wait_for()
    page.keyboard.press("Escape")
    page.goto(f"{served[1]}/calendar")
    page.evaluate("window.sameDocument = true")
    month = page.locator("h1").inner_text()
    page.locator(".months a").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("before => document.querySelector('h1').innerText !== before", arg=month)
    assert page.evaluate("window.sameDocument"), "nothing was loaded anew"
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")
    page.go_back()
    page.wait_for_function("before => document.querySelector('h1').innerText === before", arg=month)
    assert page.evaluate("window.sameDocument")
