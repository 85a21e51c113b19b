"""axe-core looks at every page of the application in a real browser: nothing serious or critical of WCAG 2.1 A and AA."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.app import ROUTES
from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.wiring import Services
from evals.screens import CHROMIUM, NARROW, WIDE, chromium
from tests.homes import LONG, copied
from tests.web.conftest import MONDAY, PASSWORD, drawn, ids, visiting
from tests.web.filled import Firm, call, fill
from tests.web.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so no page is looked at"),
]
# Every page by its route, with addresses it is looked at under; {words} in braces are ids of what `fill` made.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/api": ("/api",),
    "/ask": ("/ask", "/ask?q=Who owes us over 90 days?"),
    "/audit": ("/audit?verify=true",),
    "/automations": ("/automations",),
    "/automations/log": ("/automations/log",),
    "/automations/{automation_id}": ("/automations/new", "/automations/{automation}"),
    "/break-glass": ("/break-glass",),
    "/brief/{day}": ("/brief/2026-03-09",),
    "/calendar": ("/calendar", "/calendar?view=list"),
    "/calendar/feeds": ("/calendar/feeds",),
    "/calendar/rules": ("/calendar/rules",),
    "/capacity": ("/capacity",),
    "/clients": ("/clients",),
    "/clients/merge": ("/clients/merge?kept=C001&gone=C002",),
    "/clients/new": ("/clients/new",),
    "/clients/{ref}": ("/clients/C001", "/clients/C002"),
    "/clients/{ref}/books": ("/clients/C001/books",),
    "/clients/{ref}/ask": ("/clients/C001/ask",),
    "/clients/{ref}/documents": ("/clients/C001/documents",),
    "/clients/{ref}/drafts": ("/clients/C001/drafts",),
    "/clients/{ref}/erase": ("/clients/C001/erase",),
    "/clients/{ref}/history": ("/clients/C001/history",),
    "/clients/{ref}/knowledge": ("/clients/C001/knowledge",),
    "/clients/{ref}/mail": ("/clients/C001/mail",),
    "/clients/{ref}/money": ("/clients/C001/money",),
    "/clients/{ref}/portal": ("/clients/C001/portal",),
    "/clients/{ref}/portal/{contact}/preview": ("/clients/C001/portal/{contact}/preview",),
    "/clients/{ref}/record": ("/clients/C001/record",),
    "/clients/{ref}/requests": (
        "/clients/C001/requests",
        "/clients/C001/requests?engagement=E001",
        "/clients/C001/requests?alone=true&template=1120-S",
    ),
    "/clients/{ref}/search": ("/clients/C001/search?q=total",),
    "/clients/{ref}/signals": ("/clients/C002/signals",),
    "/clients/{ref}/team": ("/clients/C001/team",),
    "/clients/{ref}/timeline": ("/clients/C001/timeline",),
    "/clients/{ref}/work": ("/clients/C001/work",),
    "/conflicts": ("/conflicts",),
    "/conflicts/{search_id}": ("/conflicts/{search}",),
    "/contacts": ("/contacts",),
    "/contacts/merge": ("/contacts/merge?kept={contact}&gone={twin}",),
    "/contacts/{contact_id}": ("/contacts/{contact}",),
    "/contradictions/{key}": ("/contradictions/{contradiction}",),
    "/day": ("/day",),
    "/documents/{document_id}": ("/documents/{document}",),
    "/doors": ("/doors",),
    "/evidence": ("/evidence",),
    "/fields": ("/fields",),
    "/go": ("/go?q=harbor",),
    "/groups": ("/groups",),
    "/groups/{group_id}": ("/groups/{group}",),
    "/imports": ("/imports",),
    "/imports/{number}": ("/imports/1",),
    "/inbox": ("/inbox",),
    "/intake": ("/intake",),
    "/intake/portal": ("/intake/portal",),
    "/letters": ("/letters",),
    "/letters/new": ("/letters/new?client=C001",),
    "/letters/prices": ("/letters/prices",),
    "/letters/renewals": ("/letters/renewals?percent=4&step=5",),
    "/letters/signing/{deliverable}": ("/letters/signing/{letter}",),
    "/letters/{proposal}": ("/letters/{proposal}",),
    "/matters": ("/matters",),
    "/matters/{ref}": ("/matters/{matter}",),
    "/me": ("/me",),
    "/me/sign-in": ("/me/sign-in",),
    "/mentions": ("/mentions",),
    "/messages/{message_id:path}": ("/messages/{message}",),
    "/money": ("/money",),
    "/money/books": ("/money/books",),
    "/money/invoices": ("/money/invoices",),
    "/money/invoices/{key:path}": ("/money/invoices/{invoice}", "/money/invoices/{draft-bill}"),
    "/money/rates": ("/money/rates",),
    "/money/reports": ("/money/reports",),
    "/money/statements/{ref}": ("/money/statements/C001",),
    "/money/time": ("/money/time",),
    "/money/wip/{ref}": ("/money/wip/C001",),
    "/night": ("/night",),
    "/notes/{note_id}": ("/notes/{note}",),
    "/onboarding": ("/onboarding",),
    "/onboarding/new": ("/onboarding/new",),
    "/onboarding/{identity}": ("/onboarding/{onboarding}", "/onboarding/{onboarding}?step=letter"),
    "/outbox": ("/outbox",),
    "/people": ("/people",),
    "/people/{email}": ("/people/sol@alder.example",),
    "/portfolio": ("/portfolio", "/portfolio?firm=1"),
    "/report-card": ("/report-card",),
    "/reports": ("/reports",),
    "/reports/{name}": ("/reports/aging", "/reports/wip"),
    "/reports/{name}/rows": ("/reports/aging/rows",),
    "/requests": ("/requests",),
    "/requests/confirm": ("/requests/confirm",),
    "/requests/{request_id}/print": ("/requests/{request}/print",),
    "/retention": ("/retention",),
    "/retention/due/{ref}/{kind}": ("/retention/due/C001/mail",),
    "/review": ("/review",),
    "/review/batch": ("/review/batch",),
    "/review/{deliverable_id}": ("/review/{draft}",),
    "/review/{deliverable_id}/compare": ("/review/{draft}/compare",),
    "/review/{deliverable_id}/edit": ("/review/{draft}/edit",),
    "/review/{deliverable_id}/proof/{index}": ("/review/{draft}/proof/1?whole=1",),
    "/roles": ("/roles",),
    "/roles/{slug}": ("/roles/staff",),
    "/roll-forward": ("/roll-forward?year=2025",),
    "/search": ("/search?q=total",),
    "/series": ("/series",),
    "/setup": ("/setup",),
    "/sign-in": ("/nowhere",),  # signed in, the door leads inside; a page that is not there instead
    "/sign-in/forgotten": ("/sign-in/forgotten",),
    "/sign-in/link/{secret}": ("/sign-in/link/nonsense",),
    "/sign/{secret}": ("/sign/{secret}", "/sign/nonsense"),
    "/sources": ("/sources",),
    "/style": ("/style",),
    "/tasks/{task_id}": ("/tasks/{task}",),
    "/templates": ("/templates",),
    "/templates/{slug}": ("/templates/monthly-close",),
    "/time": ("/time",),
    "/trust": ("/trust",),
    "/trust/ledgers/{key}": ("/trust/ledgers/{ledger}",),
    "/trust/months/{month}": ("/trust/months/2026-02",),
    "/walls": ("/walls",),
    "/walls/{wall_id}": ("/walls/{wall}",),
    "/watching": ("/watching",),
    "/webhooks": ("/webhooks",),
    "/workers": ("/workers",),
    "/work": ("/work", "/work?view=list", "/work?view=person"),
}
# What a GET answers with a file, a picture or JSON.
FILES = {
    "/api/openapi.json",
    "/calendar/feed/{secret}.ics",
    "/clients/{ref}/books/file",
    "/documents/{document_id}/file",
    "/documents/{document_id}/picture",
    "/healthz",
    "/imports/waiting/{waiting_id}/progress",
    "/imports/{number}/rejected.csv",
    "/intake/loose/{loose_id}/file",
    "/intake/progress",
    "/metrics",
    "/money/ledger",
    "/night/progress",
    "/readyz",
    "/reports/{name}/file",
    "/review/{deliverable_id}/copy.{form}",
    "/sign-in/with/{name}",
    "/sign-in/with/{name}/back",
    "/sign/{secret}/letter.pdf",
    "/trust/ledgers/{key}/paper",
    "/trust/months/{month}/paper",
    "/trust/months/{month}/rows",
}
# Pages in the middle of something, in tests of their own (test_pages.py of imports, test_sign_in.py, test_consent.py of sources).
ON_THE_WAY = {
    "/imports/waiting/{waiting_id}",
    "/imports/waiting/{waiting_id}/map/{mark}",
    "/sign-in/again",
    "/sign-in/code",
    "/sources/consent",
    "/sources/consent/{name}/back",
}
WRONG = (
    "Notice CP504\nTax year 2024\nNotice date February 18, 2026\nSocial security number 900-70-9999\n\nNGOZI OKAFOR\n"
)
# What is folded away is opened, so that its forms are looked at; of rows that are alike the first three and the last are enough.
LOOK = """async (rules) => {
  const OTHERS = ["color-contrast", "scrollable-region-focusable", "link-in-text-block"];
  for (const one of document.querySelectorAll("#main, section, tbody, ul, ol, select, datalist, .columns > div"))
    for (const [tag, first] of [["SECTION", 12], ["TR", 3], ["LI", 3], ["ARTICLE", 3], ["OPTION", 3]])
      [...one.children].filter((child) => child.tagName === tag).slice(first, -1).forEach((child) => child.remove());
  document.querySelectorAll("details").forEach((one) => { one.removeAttribute("name"); one.open = true; });
  const found = await axe.run(document, { resultTypes: ["violations"], preload: false, iframes: false,
    ...(rules ? { runOnly: rules } : { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
      rules: Object.fromEntries(OTHERS.map((rule) => [rule, { enabled: false }])) }) });
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160) + " " +
      node.any.map((a) => a.message)).join(" | ")}`);
}"""
# What the width and the colours can change; everything else is the same page.
OTHER_LOOKS = ["color-contrast", "scrollable-region-focusable", "link-in-text-block"]


def test_every_page_has_an_example() -> None:
    """A new page is looked at too: its route stands in the table, or the test fails."""
    routes: list[Any] = [route for module in ROUTES for route in module.router.routes]
    paths = {route.path for route in routes if "GET" in route.methods and not route.path.startswith("/api/v1")}
    assert paths - PAGES.keys() - FILES - ON_THE_WAY == set(), "routes without an example"
    assert (PAGES.keys() | FILES | ON_THE_WAY) - paths == set(), "examples of no route"


@dataclass
class Site:
    """The filled firm on its port, and the ids of what it holds."""

    url: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def site(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = copied(served_home, tmp_path_factory.mktemp("axe") / "home")
    with serving(home) as (services, url):
        take_in(services, "ana@alder.example", "C002", [("Other.pdf", drawn(WRONG))])
        find("scan").load()(services, {"client": "C002"}, silent)
        ana = visiting(services)("ana")
        wall = {"email": "ben@alder.example", "reason": "kin of the other side", "refs": ["C001"]}
        walls = call(ana, "POST", "/walls", wall, 201)["walls"]
        export = tmp_path_factory.mktemp("axe-import") / "clients.csv"
        export.write_text("Client,Entity Type\nHarlan Builders LLC,Partnership\n")
        find("import").load()(services, {"source": "generic", "files": [str(export)]}, silent)
        firm = Firm("C001", "E001", "C002", "ana@alder.example", "sol@alder.example", MONDAY)
        yield Site(url, fill(ana, firm).ids | _of_the_home(services) | {"wall": walls[0]["id"]})


def _of_the_home(services: Services) -> dict[str, str]:
    """Ids of what the night made and the folder brought."""
    queries = {
        "contradiction": "SELECT key FROM signals WHERE slug = 'document-contradicts-record'",
        "document": "SELECT d.id FROM documents d JOIN clients c ON c.id = d.client_id WHERE c.ref = 'C002' "
        "AND d.path LIKE '%CP504.pdf'",
        "draft": "SELECT d.id FROM deliverables d JOIN clients c ON c.id = d.client_id WHERE c.ref = 'C002' "
        "AND d.slug = 'notice-response'",
        "message": "SELECT m.id FROM messages m JOIN clients c ON c.id = m.client_id WHERE c.ref != 'C003'",
    }
    return {name: ids(services, query)[0] for name, query in queries.items()}


def test_no_page_has_a_serious_violation(site: Site) -> None:
    """Wide in light, colours and narrow in the dark of every third; one browser that stays. Every third page, and all of them in the long
    run: what they share is looked at often enough."""
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text()
    addresses = [address for route in sorted(PAGES) for address in PAGES[route]][:: 1 if LONG else 3]
    found: dict[str, list[str]] = {}
    with chromium() as browser:
        context = browser.new_context(bypass_csp=True, viewport={"width": WIDE[0], "height": WIDE[1]})
        context.add_init_script(axe)
        page = context.new_page()
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(f"{site.url}/sign-in")
        found["/sign-in"] = page.evaluate(LOOK)
        page.get_by_label("E-mail").fill("ana@alder.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1).wait_for()
        for number, address in enumerate(addresses):
            found[address] = _looked_at(page, site, address)
            if number % 3 == 1:
                found[f"{address} (colours)"] = list(page.evaluate(LOOK, OTHER_LOOKS))
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        for address in addresses[::3]:
            found[f"{address} (narrow, dark)"] = _looked_at(page, site, address, OTHER_LOOKS)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def _looked_at(page: "Page", site: Site, address: str, rules: list[str] | None = None) -> list[str]:
    for name, value in site.ids.items():
        address = address.replace("{" + name + "}", value)
    answer = page.goto(site.url + address)
    expected = 404 if address in ("/nowhere", "/sign/nonsense", "/sign-in/link/nonsense") else 200
    assert answer is not None and answer.status == expected, f"{address}: {answer and answer.status}"
    return list(page.evaluate(LOOK, rules))
