"""The month through the pages: everybody at a browser of their own, the client at the public signing page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from api.wiring import Services
from evals.screens import sign_in
from tests.practice import story
from tests.web.conftest import PASSWORD, drawn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


@dataclass
class Web:
    """The firm's desks: `web("mia")` is Mia's browser on the day it is."""

    services: Services
    url: str
    browser: "Browser"
    people: dict[str, "Desk"] = field(default_factory=dict[str, "Desk"])
    complaints: list[str] = field(default_factory=list[str])

    def day(self, on: date) -> None:
        """Go to a day; everybody comes in anew."""
        self.services.desk.rest()
        for desk in self.people.values():
            desk.page.context.close()
        self.people.clear()
        self.services.clock.pinned = on

    def __call__(self, name: str) -> "Desk":
        if name not in self.people:
            desk = Desk(self.open(), self.url)
            sign_in(desk.page, self.url, f"{name}@alder.example", PASSWORD)
            self.people[name] = desk
        return self.people[name]

    def open(self) -> "Page":
        page = self.browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


@dataclass
class Desk:
    """A person's page and her hands: forms are found by where they go, and filled and sent as she would."""

    page: "Page"
    url: str

    def go(self, path: str) -> "Page":
        self.page.goto(f"{self.url}{path}", wait_until="domcontentloaded")
        return self.page

    def send(self, action: str, button: str, within: "Locator | None" = None, /, **fields: str) -> str:
        """Fill the form that goes to an address ending so, and press its button; returns where it led."""
        form = (within or self.page.locator("body")).locator(f'form[action$="{action}"]').first
        unfold(form)
        for name, value in fields.items():
            fill(form.locator(f'[name="{name}"]').first, value)
        return self.press(form.get_by_role("button", name=button).first)

    def press(self, button: "Locator", refused: str = "") -> str:
        return self.led(button.click, refused)

    def move(self, engagement: "Locator", stage: str, refused: str = "") -> str:
        """Choose the stage of an engagement on the client's page of work; choosing sends it."""
        form = engagement.locator("form[data-move]")
        return self.led(lambda: form.get_by_role("combobox").select_option(stage), refused)

    def led(self, act: Callable[[], object], refused: str = "") -> str:
        """Where an act leads; unless a refusal is expected, no page that follows shows one."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            act()
        alerts = self.page.locator("[role=alert]").all_inner_texts()
        assert refused in " ".join(alerts) if refused else not alerts, f"{self.page.url}: {alerts}"
        return self.page.url.removeprefix(self.url).split("?")[0].split("#")[0]


def unfold(inner: "Locator") -> None:
    """Open what is folded around it, from the outside in."""
    folded = inner.locator("xpath=ancestor::details[not(@open)]")
    while folded.count():
        folded.first.locator("> summary").click()


def fill(box: "Locator", value: str) -> None:
    kind = box.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind == "select":
        box.select_option(value)
    elif kind == "checkbox":
        box.set_checked(bool(value))
    else:
        box.fill(value)


def play(web: Web) -> None:
    """From the prospect's first call to the signed month."""
    client, onboarding, works = onboard(web)
    set_up(web, client, onboarding)
    tasks(web)
    matter, ledger = open_matter(web)
    arrive(web, client, onboarding)
    from_trust(web, matter, ledger)
    invoice = bill(web, client, works["1120-S"])
    close(web, client)
    end(web, client, invoice, matter)


def release(web: Web, path: str) -> None:
    """A partner reads, approves and releases."""
    ana = web("ana")
    ana.go(path)
    why = ana.page.locator('form[action$="/approve"] [name=override]')
    if why.count():
        ana.send("/approve", "Approve", override="read it")
    else:
        ana.send("/approve", "Approve")
    ana.send("/release", "Release")


def onboard(web: Web) -> tuple[str, str, dict[str, str]]:
    """Prospect, conflict check, letter released and signed: the client's ref, the onboarding's page, the engagements by template."""
    web.day(story.INTAKE)
    ana, mia = web("ana"), web("mia")
    for slug, service in story.SERVICES.items():
        ana.go("/letters/prices")
        given = {name: str(value) for name, value in service.items()}
        ana.send("/letters/prices", "Add", ana.page.locator("#add"), slug=slug, **given)
    mia.go("/onboarding/new")
    given = {"name": story.CLIENT, "entity_type": "1120-S", "state": "IL", "partner": "ana@alder.example"}
    path = mia.send("/new", "Take the client in", **given, contact=story.CONTACT, email=story.ADDRESS)
    mia.send("/conflicts", "Search", names=f"{story.CONTACT}\nHarbor Bakery")
    ana.go(f"{path}?step=conflicts")
    ana.send("/conflicts", "Decide", decision="cleared", reason="supplies bread")

    web.day(story.LETTER)
    mia = web("mia")
    mia.go(f"{path}?step=letter")
    mia.page.get_by_role("link", name="Choose services").click()
    ref = str(mia.page.locator("[name=client]").input_value())
    for service in story.SERVICES.values():
        mia.page.get_by_label(f"Take {service['title']}").check()
    mia.send("/letters/new", "Keep the proposal", **story.TERM)
    letter = mia.press(mia.page.get_by_role("button", name="Draft the letter"))
    release(web, letter)
    ana = web("ana")
    ana.go(letter.replace("/review/", "/letters/signing/"))
    ana.press(ana.page.get_by_role("button", name="Make the links"))
    sign(web, ana.page.get_by_label(f"Link for {story.CONTACT}").input_value())
    mia.go(f"/clients/{ref}/work")
    found = mia.page.locator("article.engagement").evaluate_all("all => all.map(one => one.id)")
    return ref, path, {"1120-S": next(one for one in found if "1120-S" in one)}


def sign(web: Web, link: str) -> None:
    """The client's own browser, with nobody signed in."""
    page = web.open()
    page.goto(link)
    page.get_by_label("Type your name").fill(story.CONTACT)
    page.get_by_label("I have read this letter").check()
    page.get_by_role("button", name="Sign this letter").click()
    page.get_by_text("You signed this letter as").wait_for()
    page.context.close()


def set_up(web: Web, ref: str, path: str) -> None:
    """Authorizations, access, the first list, tasks, the welcome pack: the page leads from step to step."""
    web.day(story.PAPERS)
    mia, day = web("mia"), story.PAPERS.isoformat()
    mia.go(path)
    form = {"form": "2848", "matters": "Income, Form 1120-S", "years": "2024-2026", "signed_on": day}
    mia.send("/authorizations", "Record it", **form)
    mia.send("/access", "Put it on the list", system="QuickBooks Online", how="invited", granted_on=day)
    for box in mia.page.locator("[name=key]:enabled").all():
        box.uncheck()
    mia.send("/requests", "Make the list", more=f"{story.ASKED}\n{story.BY_POST}", due="2026-03-20")
    mia.send("/tasks", "Plan the tasks", owner="sol@alder.example")
    mia.send("/welcome", "Draft the welcome pack")
    release(web, str(mia.page.get_by_role("link", name="read it, approve it").get_attribute("href")))
    mia.go(path)
    mia.page.get_by_text("Every step is behind.").wait_for()


def row(desk: Desk, title: str) -> "Locator":
    """A task in a list, its acts unfolded."""
    line = desk.page.locator("li[data-task]", has=desk.page.locator("a.name", has_text=title)).first
    unfold(line)
    line.locator("summary").click()
    return line


def tasks(web: Web) -> None:
    """Sol's day: one done, one handed over, one waits; the clock and the week sheet."""
    web.day(story.WORK)
    sol, mia = web("sol"), web("mia")
    sol.go("/day")
    sol.send("/done", "Tick the list and done", row(sol, "Take in entity data").locator(".pop"))
    sol.send("/wait", "Waits", row(sol, "Get the last three"), on="client", what="her last returns")
    line = row(sol, "Pull account transcripts")
    sol.send("/hand", "Hand over", line, to="mia@alder.example", note="you have the CAF number")
    mia.go("/day")
    mia.send("/accept", "I take it", row(mia, "Pull account transcripts"))
    sol.go("/time")
    sol.send("/time/start", "Start", work=work(sol, "Onboarding"), note="entity data")
    clock = sol.page.locator("li.clock")
    clock.get_by_label("Hours, if not those of the clock").fill("1.5")
    sol.press(clock.get_by_role("button", name="Stop"))

    web.day(story.SHEET)
    sol, mia = web("sol"), web("mia")
    sol.go("/time")
    line = sol.page.locator(".weeksheet tr", has_text=story.CLIENT)
    line.locator(f'input.num[name$=":{story.SHEET.isoformat()}"]').fill("2")
    sol.press(sol.page.get_by_role("button", name="Save the week"))
    mia.go("/time")
    mia.send("/time/add", "Add time", work=work(mia, "Onboarding"), hours="0.5", note="review")
    for line in mia.page.locator("#approve tbody tr").filter(has_not_text=story.CLIENT).all():
        line.get_by_role("checkbox").uncheck()
    mia.press(mia.page.get_by_role("button", name="Approve what is ticked"))


def work(desk: Desk, title: str, client: str = story.CLIENT) -> str:
    """What she chooses from the list of engagements."""
    labels = desk.page.locator("#works option").evaluate_all("all => all.map(one => one.value)")
    return next(str(one) for one in labels if one.startswith(client) and title in one)


def open_matter(web: Web) -> tuple[str, str]:
    """The second client: a matter with a clean search, and her money in trust; the matter's ref and the ledger's page."""
    web.day(story.ARRIVED)
    ana, mia, day = web("ana"), web("mia"), story.ARRIVED.isoformat()
    ana.go("/conflicts")
    search = ana.send("/conflicts", "Search", names=story.AGAINST, client="C002").rsplit("/", 1)[1]
    ana.go("/matters")
    given = {"client": "C002", "title": story.MATTER, "against": story.AGAINST, "search": search}
    matter = ana.send("/matters", "Open it", **given).rsplit("/", 1)[1]
    ana.send("/fee", "Keep", kind="hourly", rate="320.00")
    ana.go("/trust")
    ledger = ana.send("/trust/ledgers", "Open a ledger", client="C002", matter=matter)
    mia.go(ledger)
    paid = {"amount": "3,000.00", "payee": "Ngozi Okafor", "number": "check 88", "cleared_on": day}
    mia.send("/receive", "Write down", **paid)
    return matter, ledger


def arrive(web: Web, ref: str, onboarding: str) -> None:
    """A paper is uploaded and answers an item; the reminder asks for the other only, and stops when that came too."""
    sol, mia = web("sol"), web("mia")
    sol.go(f"/clients/{ref}/documents")
    form = sol.page.locator('form[enctype="multipart/form-data"]').first
    unfold(form)
    paper = drawn(f"{story.PAPER}\n{story.CLIENT}\nState of Illinois")
    form.locator("[type=file]").set_input_files(
        {"name": f"{story.PAPER}.pdf", "mimeType": "application/pdf", "buffer": paper}
    )
    sol.press(form.get_by_role("button", name="Take in"))
    story.night(web.services, ref)
    sol.go(f"/requests/confirm?client={ref}")
    sol.press(sol.page.get_by_role("button", name=f"answers {story.ASKED}"))
    mia.go(onboarding)
    mia.press(mia.page.get_by_role("button", name="Finish the onboarding").first)

    web.day(story.REMINDED)
    sol = web("sol")
    sol.go(f"/clients/{ref}/requests")
    sol.press(sol.page.get_by_role("button", name="Draft a reminder"))
    words = sol.page.locator(".paper").first.inner_text()
    assert story.BY_POST in words and story.ASKED not in words
    sol.go(f"/clients/{ref}/requests")
    sol.page.get_by_role("link", name="a reminder waits for release").wait_for()
    line = sol.page.locator("tr", has_text=story.BY_POST)
    line.locator("summary").click()
    sol.press(line.get_by_role("button", name="It came on paper"))
    story.night(web.services, ref)


def from_trust(web: Web, matter: str, ledger: str) -> None:
    """Time of the matter billed by a partner and paid out of trust; the rest goes back."""
    web.day(story.TRUST)
    ana, mia = web("ana"), web("mia")
    ana.go("/time")
    ana.send("/time/add", "Add time", work=work(ana, story.MATTER, "Ngozi Okafor"), hours="2.5", note="answer")
    mia.go(f"/money/wip/C002?engagement={matter}")
    invoice = mia.send("/draft/C002", "Draft", kind="hourly")
    assert mia.page.get_by_role("button", name="Issue").count() == 0
    ana.go(invoice)
    ana.send("/issue", "Issue")
    mia.go(ledger)
    mia.send("/pay", "Pay from trust", number="1001")
    ana.go("/clients/C002/work")
    ana.move(ana.page.locator(f'article[id="{matter}"]'), "done", "The trust ledger holds 2,200.00")
    ana.go(ledger)
    ana.send("/disburse", "Write down", amount="2,200.00", payee="Ngozi Okafor", number="1002")


def bill(web: Web, ref: str, engagement: str) -> str:
    """The fixed fee of the return, half of it; a part payment. The invoice's page."""
    web.day(story.PAID)
    mia, ana, adm = web("mia"), web("ana"), web("adm")
    mia.go(f"/money/wip/{ref}?engagement={engagement}")
    invoice = mia.send(f"/draft/{ref}", "Draft", kind="progress", percent="50")
    ana.go(invoice)
    invoice = ana.send("/issue", "Issue")
    adm.go(invoice)
    adm.send("/pay", "Record", amount="500.00", method="ach")
    return invoice


def close(web: Web, ref: str) -> None:
    """March's books: begun from the series, its steps worked in their order, closed by the manager."""
    web.day(story.CLOSE)
    sol, mia = web("sol"), web("mia")
    mia.go("/series")
    given = {"client": f"{ref} {story.CLIENT}", "template": "monthly-close", "first": "2026-03", "ahead": "0"}
    mia.send("/series/start", "Begin", **given, owner="sol@alder.example")
    for desk in (sol, mia):
        desk.go(f"/clients/{ref}/work")
        article = desk.page.locator("article.engagement", has_text="March 2026 close")
        while (line := _free(desk, article, hers=desk is mia)) is not None:
            listed = line.locator('form[action$="/done"]:has([name=tick])')
            if listed.count():
                unfold(listed)
                desk.press(listed.get_by_role("button"))
            else:
                desk.press(line.locator("button.box"))
    sol.go("/time")
    sol.send("/time/add", "Add time", work=work(sol, "March 2026 close"), hours="4", note="books")
    mia.go(f"/clients/{ref}/work")
    article = mia.page.locator("article.engagement", has_text="March 2026 close")
    mia.move(article, "done")


def _free(desk: Desk, article: "Locator", *, hers: bool) -> "Locator | None":
    """The next step that can be done by who sits there: the manager's bear her name, Sol owns the close."""
    lines = article.locator("li[data-task]:not(.done)", has=desk.page.locator('form[action$="/done"]'))
    mine = [one for one in lines.all() if ("Mia Moss" in one.inner_text()) == hers]
    return mine[0] if mine else None


def end(web: Web, ref: str, invoice: str, matter: str) -> None:
    """What is owed is paid or credited, a status letter goes out, the matter is closed, the month in trust signed."""
    web.day(story.END)
    ana, mia, adm = web("ana"), web("mia"), web("adm")
    adm.go(invoice)
    adm.send("/pay", "Record", amount="700.00")
    mia.go("/money/rates")
    mia.press(mia.page.get_by_role("button", name="Draft those whose day has come"))
    mia.page.locator("#drafts a[href^='/money/invoices/']").first.click()
    mia.page.wait_for_url("**/money/invoices/*")
    ana.go(mia.page.url.removeprefix(web.url))
    books = ana.send("/issue", "Issue")
    ana.send("/credit", "Issue a credit note", amount="50.00", reason="late start")
    adm.go(books)
    adm.send("/pay", "Record", amount="400.00")
    mia.go(f"/money/wip/{ref}")
    mia.page.locator("tr", has_text="books").get_by_role("checkbox").check()
    mia.send("/off", "Write off", reason="learning her books")
    mia.go(f"/clients/{ref}/drafts")
    mia.page.locator('[name=slug][value="status-letter"]').check()
    release(web, mia.press(mia.page.get_by_role("button", name="Draft", exact=True)))
    ana.go("/clients/C002/work")
    ana.move(ana.page.locator(f'article[id="{matter}"]'), "done", "Close the matter on its own page")
    ana.go(f"/matters/{matter}?closing=1")
    ana.send("/close", "Close the matter", reason="the case plan was not needed")
    mia.go("/trust/months/2026-03")
    mia.page.locator("#uncleared tr", has_text="1001").get_by_role("checkbox").check()
    mia.send("/clear", "Note it")
    mia.send("/prepare", "Keep", balance="2,200.00")
    mia.page.get_by_text("they agree").wait_for()
    ana.go("/trust/months/2026-03")
    ana.press(ana.page.get_by_role("button", name="Sign March 2026"))
