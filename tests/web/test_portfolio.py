"""The portfolio: flags with reasons, concentration, workload, closes; who sees it, with or without dollars, in how many queries."""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import insert

from agents.by_day import _scope as night_scope
from agents.kept import keep_ready
from api.routes.portfolio import FIRST
from api.wiring import Services
from store.ids import stable_id
from store.tables import Client, ClientScan, Engagement, Invoice, RequestItem, SignalRow, Task
from store.tables import ClientRequest as Request
from tests.web.conftest import MONDAY, Visits, ids, selects
from workspace.portfolio.health import FLAGS, flags_of
from workspace.portfolio.workload import Worker, workload_of
from workspace.signals import DETECTORS

Own = tuple[Services, Visits]
MOST, TWELVE = 16, 12


def without_token(page: str) -> str:
    return re.sub(r'name="csrf" value="[0-9a-f]+"', "", page)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# ------------------------------------------------------------------ flags


def test_each_flag_has_a_name_a_reason_and_its_evidence(look: Visits) -> None:
    told = look("ana").http.get("/api/v1/portfolio").json()
    flagged = {one["client_ref"]: one["flags"] for one in told["clients"] if one["flags"]}
    assert {"C001", "C002"} <= set(flagged)
    for flags in flagged.values():
        assert [one["flag"] for one in flags] == [slug for slug in FLAGS if slug in {one["flag"] for one in flags}]
        for flag in flags:
            assert flag["name"] == FLAGS[flag["flag"]] and flag["reasons"]
            for reason in flag["reasons"]:
                assert reason["what"] and reason["why"]
                assert reason["evidence"] or not reason["signal"]
    assert "score" not in str(told)


def test_the_page_shows_them_and_a_flag_narrows_the_list(look: Visits) -> None:
    page = look("ana").get("/portfolio?firm=1")
    assert page.status_code == 200
    for wanted in (
        "Health",
        "A notice is open",
        "Concentration",
        "Herfindahl index",
        "Workload",
        "Closes",
        "Harbor Bakery Inc",
    ):
        assert wanted in page.text, wanted
    notice = look("ana").get("/portfolio?flag=notice").text
    assert "CP2000" in notice and "<details open>" in notice
    assert "No client of yours bears a flag" in look("ana").get("/portfolio?flag=concentration").text
    assert "score" not in text_of(page.text).replace("there is no score", "")


def test_what_hangs_on_all_of_them_comes_by_itself_and_a_swap_is_made_alone(look: Visits) -> None:
    ana = look("ana")

    def swapped(region: str, path: str = "/portfolio") -> str:
        return without_token(ana.http.get(path, headers={"accept": "text/html", "x-swap": region}).text)

    first, whole = (without_token(ana.get(path).text) for path in ("/portfolio", "/portfolio?firm=1"))
    way = re.search(r'<a data-come="#firm" href="([^"]+)">', first)
    assert way is not None and way[1] == "/portfolio?firm=1#firm" and 'id="concentration"' not in first
    for section in ("clients", "health", "concentration", "closes", "workload"):
        assert whole.count(f'id="{section}"') == 1
    firm, clients = swapped("#firm", "/portfolio?firm=1"), swapped("#clients", "/portfolio?sort=name")
    assert firm[firm.index('<div id="firm">') :] == whole[whole.index('<div id="firm">') :]
    assert 'id="clients"' not in firm and 'id="health"' not in firm
    begins = clients.index('<section id="clients">')
    assert clients[begins : clients.index("</section>", begins)] in without_token(ana.get("/portfolio?sort=name").text)
    assert 'id="health"' not in clients and 'id="concentration"' not in clients
    assert swapped("#nothing") == first
    assert "data-come" not in ana.get("/portfolio?all=1").text


def test_the_clients_own_page_shows_the_same_flags(look: Visits) -> None:
    ana = look("ana")
    of_client = {one["client_ref"]: one["flags"] for one in ana.http.get("/api/v1/portfolio").json()["clients"]}["C001"]
    page = ana.get("/clients/C001").text
    section = page[page.index("<h2>Health") : page.index("<h2>Signals")]
    shown = re.findall(r'<li><details><summary class="link(?: late)?">([^<]+)', section)
    names = [name.strip() for name in shown if name.strip() in FLAGS.values()]
    assert names == [flag["name"] for flag in of_client]
    assert all(
        reason["why"].split(".")[0][:40] in text_of(section) for flag in of_client for reason in flag["reasons"][:1]
    )


def test_a_client_that_nobody_scanned_is_not_quiet(own: Own) -> None:
    services, visit = own
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM signals")
        connection.exec_driver_sql("DELETE FROM client_scans")
    told = visit("ana").http.get("/api/v1/portfolio").json()
    assert told["quiet"] == 0
    assert {flag["flag"] for one in told["clients"] for flag in one["flags"]} == {"unseen"}
    assert "never scanned" in visit("ana").get("/clients/C001").text


def test_a_missed_date_without_a_signal_is_still_a_flag() -> None:
    row = {"ref": "E1", "title": "2025 Form 1065", "due": "2026-03-06", "slack_days": "-3.0"}
    [missed] = flags_of((), [row], (), MONDAY)
    assert (missed.slug, missed.severe) == ("missed", True) and "March 6, 2026" in missed.reasons[0].why
    [late] = flags_of((), [{**row, "due": "2026-03-16", "slack_days": "-0.5"}], (), MONDAY)
    assert (late.slug, late.severe) == ("time", False)
    assert flags_of((), [{**row, "due": "2026-03-16", "slack_days": "0.1"}], (), MONDAY) == ()


def test_every_signal_has_a_flag_of_its_own_name() -> None:
    from workspace.portfolio.health import _BY_SLUG, _NOT_OF_CLIENT

    by_class_a = {"limitations", "court-deadline", "trust-low", "conflict-hit", "refund-claim-closing", "election-83b"}
    known = set(_BY_SLUG) | set(_NOT_OF_CLIENT) | by_class_a
    assert {one.slug for one in DETECTORS} - known <= {"trust-unreconciled"}, "a new signal needs its flag"


# ------------------------------------------------------------------ concentration


def _bill(services: Services, number: str, ref: str, amount: str, issued: date) -> None:
    client = ids(services, f"SELECT id FROM clients WHERE ref = '{ref}'")[0]
    with services.database.writing() as session:
        session.add(
            Invoice(
                id=f"inv_{number}", client_id=client, number=number, issued_on=issued, due_on=issued + timedelta(30),
                amount=Decimal(amount),
            )
        )  # fmt: skip


def test_shares_index_and_mark_are_those_of_the_invoices(own: Own) -> None:
    services, visit = own
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM payments")
        connection.exec_driver_sql("UPDATE time_entries SET invoice_id = NULL")
        connection.exec_driver_sql("DELETE FROM invoices")
    for number, ref, amount, issued in (
        ("a", "C001", "6000", date(2025, 3, 1)),
        ("b", "C002", "1500", date(2026, 2, 28)),
        ("c", "C003", "2500", date(2025, 9, 9)),
        ("d", "C003", "9999", date(2026, 3, 1)),  # this month is not over
        ("e", "C001", "9999", date(2025, 2, 28)),  # thirteen months ago
    ):
        _bill(services, number, ref, amount, issued)
    told = visit("ana").http.get("/api/v1/portfolio").json()["concentration"]
    shares = {one["client_ref"]: (one["percent"], one["billed"], one["marked"]) for one in told["clients"]}
    assert shares == {"C001": ("60.0", "6000.00", True), "C002": ("15.0", "1500.00", False)}
    assert (told["first"], told["last"], told["billed"]) == ("2025-03-01", "2026-02-28", "10000.00")
    assert told["herfindahl"] == 60**2 + 15**2 + 25**2
    assert told["herfindahl_by_group"] == 75**2 + 25**2
    assert [(one["name"], one["members"], one["percent"]) for one in told["groups"]] == [
        ("Okafor family", ["C001", "C002"], "75.0")
    ]
    assert (told["unseen_clients"], told["unseen_percent"]) == (1, "25.0")
    page = visit("ana").get("/portfolio?firm=1").text
    assert '<rect class="over"' in page and "60.0 %" in page and "$6,000" in page and "Prairie" not in page


def test_dollars_are_for_those_with_the_right(look: Visits) -> None:
    for name, sees in (("ana", True), ("mia", False)):
        told = look(name).http.get("/api/v1/portfolio").json()["concentration"]
        assert (told["billed"] is not None) is sees
        assert all((one["billed"] is not None) is sees for one in told["clients"] + told["groups"])
        section = look(name).get("/portfolio?firm=1").text.split('id="concentration"')[1].split("</section>")[0]
        assert ("$" in section) is sees


def test_the_portfolio_is_for_partners_and_managers(look: Visits) -> None:
    for name in ("sol", "adm"):
        refused = look(name).get("/portfolio")
        assert refused.status_code == 403 and "portfolio:read" in refused.text
        assert look(name).http.get("/api/v1/portfolio").status_code == 403
        assert 'href="/portfolio"' not in look(name).get("/clients").text
    ben = look("ben")
    hers = ben.get("/portfolio?firm=1").text
    assert "Harbor Bakery" not in hers and "Prairie Dental" in hers


# ------------------------------------------------------------------ workload

PERSON = {"p": Worker("p", "Pat", "pat@x.example", "staff", Decimal(40))}


def work(*rows: tuple[str, str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [("C1", [("p", due, hours) for due, hours in rows])]


def test_hours_stand_in_the_week_they_are_due_and_late_ones_in_this_one() -> None:
    [load] = workload_of(
        PERSON, work(("2026-03-01", "5"), ("2026-03-13", "10"), ("2026-03-16", "8"), ("2026-07-01", "99")), MONDAY
    )
    assert [week.hours for week in load.weeks[:3]] == [Decimal(15), Decimal(8), Decimal(0)]
    assert load.weeks[0].monday == date(2026, 3, 9) and load.later == Decimal(99)
    assert (load.short, load.short_by) == (Decimal(0), None)


def test_short_is_what_is_lacking_by_then_over_all_weeks_until_then() -> None:
    """60 hours in the second week fit when the first is empty, and do not when it is full."""
    [fits] = workload_of(PERSON, work(("2026-03-20", "60")), MONDAY)
    assert fits.weeks[1].percent == 150 and fits.short == 0
    [lacks] = workload_of(PERSON, work(("2026-03-13", "40"), ("2026-03-20", "60")), MONDAY)
    assert (lacks.short, lacks.short_by) == (Decimal("20.0"), date(2026, 3, 20))


def test_only_the_days_that_are_left_and_open_count() -> None:
    thursday = date(2026, 5, 21)  # the Monday after is Memorial Day
    [load] = workload_of(PERSON, work(("2026-05-22", "20"), ("2026-05-29", "1")), thursday)
    assert [week.free for week in load.weeks[:2]] == [Decimal(16), Decimal(32)]
    assert load.short == Decimal("4.0")


def test_somebody_without_weekly_hours_is_told_and_not_judged() -> None:
    [load] = workload_of({"p": Worker("p", "Pat", "p@x.example", "staff", None)}, work(("2026-03-20", "60")), MONDAY)
    assert load.weeks[1].free is None and load.short == 0 and load.weekly_hours is None


# ------------------------------------------------------------------ closes


def test_a_close_names_each_thing_in_its_way(own: Own) -> None:
    services, visit = own
    client = ids(services, "SELECT id FROM clients WHERE ref = 'C001'")[0]
    with services.database.writing() as session:
        session.add(
            Engagement(
                id="cl", client_id=client, ref="CLOSE", template="monthly-close", title="Monthly close", stage="in-progress",
                period_start=date(2026, 1, 1), period_end=date(2026, 12, 31),
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Task(id="t1", client_id=client, engagement_id="cl", title="February reconciliations", due=date(2026, 3, 6))
        )
        session.add(
            Task(
                id="t2", client_id=client, engagement_id="cl", title="February payroll entry", due=date(2026, 3, 5), status="done",
                done_on=date(2026, 3, 5),
            )
        )  # fmt: skip
        session.add(
            Task(id="t3", client_id=client, engagement_id="cl", title="March reconciliations", due=date(2026, 4, 6))
        )
        session.add(Request(id="r", client_id=client, engagement_id="cl", title="Close"))
        session.flush()
        session.add(
            RequestItem(id="i", client_id=client, request_id="r", item="February credit card", due=date(2026, 3, 4))
        )
    [close] = visit("ana").http.get("/api/v1/portfolio").json()["closes"]
    assert (close["month_end"], close["by"], close["ready"]) == ("2026-02-28", "2026-03-13", False)
    assert (close["steps_done"], close["steps"]) == (1, 2)
    told = {(one["kind"], one["what"], one["late"]) for one in close["blockers"]}
    assert {("step", "February reconciliations", True), ("request", "February credit card", True)} <= told
    assert any(kind == "statement" for kind, *_ in told)
    page = text_of(visit("ana").get("/portfolio?firm=1").text)
    assert "February reconciliations, was due Mar 6, 2026" in page and "client owes February credit card" in page
    assert visit("ben").http.get("/api/v1/portfolio").json()["closes"] == []


# ------------------------------------------------------------------ queries


def test_a_thousand_clients_cost_as_many_queries_as_three(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    paths = ("/portfolio", "/portfolio?firm=1", "/api/v1/portfolio", "/clients/C001")
    for path in paths:
        ana.get(path)
    few = {path: len(selects(services, lambda path=path: ana.get(path))[1]) for path in paths}  # type: ignore[misc]
    _grow(services, 1000)
    for path in paths:
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert page.status_code == 200
        assert len(queries) <= MOST, (path, len(queries))
    text = without_token(ana.get("/portfolio?firm=1").text)
    assert keep_ready(services, partial(night_scope, services)) == 1000
    for path in paths:
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert len(queries) <= min(TWELVE, few[path] + 1), (
            path,
            len(queries),
            few[path],
        )  # one for the closes of theirs
    assert without_token(ana.get("/portfolio?firm=1").text) == text
    assert "1002 active clients" in text
    assert text.count('<td class="lead">') == FIRST and "show all" in text


def _grow(services: Services, many: int) -> None:
    with services.database.writing() as session:
        ana = (
            session.connection().exec_driver_sql("SELECT id FROM people WHERE email = 'ana@alder.example'").scalar_one()
        )
        now = services.clock.now()
        refs = {stable_id("cl", f"G{n}"): f"G{n:04}" for n in range(many)}
        detail = {"why_now": "Now.", "next_step": "Act.", "minutes": 5, "basis": "record", "waits_on_client": False}
        planned = [{"owner": ana, "due": "2026-03-16", "hours": "2"}]
        of_scan = {"deadlines": [], "requests": [], "work": planned, "answer_days": "2"}
        client = {"entity_type": "1065", "partner_id": ana}
        scan = {"as_of": MONDAY, "state": "done", "revision": 0, "read": of_scan, "finished_at": now}
        work = {"template": "monthly-close", "title": "Close", "stage": "in-progress", "owner_id": ana}
        bill = {"issued_on": date(2026, 1, 9), "due_on": date(2026, 2, 9), "amount": Decimal(100)}
        signal = {"as_of": MONDAY, "slug": "ar-aging", "cls": "C", "score": Decimal(50), "terms": {}, "headline": "Owes",
                  "rule": "Rule.", "detail": detail, "evidence": [], "evidence_hash": "0" * 64, "first_seen": MONDAY}  # fmt: skip
        session.execute(insert(Client), [{"id": i, "ref": r, "name": f"Grown {r}", **client} for i, r in refs.items()])
        session.execute(insert(ClientScan), [{"id": f"cs_{r}", "client_id": i, **scan} for i, r in refs.items()])
        session.execute(
            insert(Engagement), [{"id": f"en_{r}", "client_id": i, "ref": f"E{r}", **work} for i, r in refs.items()]
        )
        session.execute(
            insert(Invoice), [{"id": f"in_{r}", "client_id": i, "number": f"N{r}", **bill} for i, r in refs.items()]
        )
        session.execute(
            insert(SignalRow),
            [
                {"id": f"sg_{r}", "client_id": i, "key": stable_id("sig", r), "subject": r, **signal}
                for i, r in refs.items()
            ],
        )
