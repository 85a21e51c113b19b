"""The firm's calendar as pages, JSON and commands: what each reader sees, how it came about, and the feeds for calendar programs."""

import re
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from api.wiring import Services
from store.ids import stable_id
from store.tables import Client, ClientScan, Engagement, EnteredDeadline, SignalRow, Wall
from tests.web.conftest import MONDAY, Visits, ids, selects
from workspace.calendar import Entry, Wanted, calendar_of, month_grid, named
from workspace.calendar.views import span_of
from workspace.scope import open_scope

Own = tuple[Services, Visits]
MOST = 14
VIEWS = ("/calendar", "/calendar?view=list", "/calendar?view=slack")


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_month_shows_each_date_on_its_day(look: Visits) -> None:
    page = look("ana").get("/calendar")
    assert page.status_code == 200
    text = text_of(page.text)
    assert "March 2026" in text and "Harbor Bakery Inc" in text and "2025 Form 1120-S" in text and "from Mar 15" in text
    cell = re.search(r'<div class="daynum">(?:(?!</td>).)*>16<.*?</td>', page.text, re.S)
    assert cell is not None and "Harbor Bakery Inc" in cell[0]
    assert "Emancipation Day" in text_of(look("ana").get("/calendar?month=2026-04").text)


def test_a_date_says_how_it_came_about(look: Visits) -> None:
    text = text_of(look("ana").get("/calendar?view=list").text)
    assert (
        "Form 1120-S is due on day 15 of month 3 after the tax year end: March 15, 2026 (IRC §6072(b), §6081)." in text
    )
    assert "March 15, 2026 is a Sunday; the next day that counts is March 16, 2026 (IRC §7503)." in text
    assert "Nominal Mar 15, 2026, after the roll Mar 16, 2026" in text
    assert "An extension is not on file; one would reach to September 15, 2026." in text
    assert "Authority: IRC §6072(b), §6081" in text and "Rule 1120-S" in text


def test_slack_is_told_with_its_arithmetic(look: Visits) -> None:
    page = look("ana").get("/calendar?view=slack").text
    text = text_of(page)
    assert "5 business days to the date, less" in text and "of 40 budget hours left at 8 hours a day" in text
    order = re.findall(r'data-label="Slack, business days">\s*<span[^>]*>([−\d.]+)<', page)
    slacks = [Decimal(one.replace("−", "-")) for one in order]
    assert slacks == sorted(slacks) and len(slacks) >= 3


def test_the_slack_is_that_of_the_brief(look: Visits) -> None:
    ana = look("ana")
    rows = {row["engagement_ref"]: row for row in ana.http.get("/api/v1/calendar").json() if row["engagement_ref"]}
    brief = ana.http.get("/api/v1/brief").json()
    shared = [(row, rows[row["ref"]]) for row in brief["horizon"] if row["ref"] in rows]
    assert shared
    assert all(Decimal(mine["slack_days"]) == Decimal(ours["slack_days"]) for mine, ours in shared)
    assert all(mine["due"] == ours["due"] for mine, ours in shared)


def test_a_date_read_from_a_page_is_to_confirm_wherever_it_stands(look: Visits) -> None:
    ana = look("ana")
    notices = [row for row in ana.http.get("/api/v1/calendar?kind=notice").json() if "CP504" in row["title"]]
    assert notices and all(row["confirm"] for row in notices)
    for view in VIEWS:
        assert "to confirm" in ana.get(f"{view}{'&' if '?' in view else '?'}kind=notice").text
    assert "to confirm" in ana.get("/calendar/rules").text


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("client=C001", "Harbor Bakery Inc", "Ngozi Okafor</a>"),
        ("class=A", "No date", "2025 Form 1120-S"),
        ("kind=return", "2025 Form 1120-S", "CP504"),
        ("from=2026-04-01&to=2026-04-30", "2025 Form 1040", "2025 Form 1120-S"),
    ],
)
def test_filters(look: Visits, query: str, there: str, not_there: str) -> None:
    page = look("ana").get(f"/calendar?view=list&{query}").text
    assert there in page and not_there not in page.split("</form>")[-1]


def test_by_person(look: Visits, shared: Own) -> None:
    sol = ids(shared[0], "SELECT id FROM people WHERE email = 'sol@alder.example'")[0]
    rows = look("mia").get(f"/calendar?view=list&person={sol}").text.split("</form>")[-1]
    assert "2025 Form 1120-S" in rows and "2025 Form 1065" not in rows


@pytest.mark.parametrize("query", ["view=list&from=soon", "month=13", "view=list&from=2026-05-01&to=2026-04-01"])
def test_what_is_no_day_is_said(look: Visits, query: str) -> None:
    refused = look("ana").get(f"/calendar?{query}")
    assert refused.status_code == 422 and ("write it as" in refused.text or "earlier day" in refused.text)


def test_only_ones_own_clients_stand_there(look: Visits, shared: Own) -> None:
    for name, hidden in (("ana", "C003"), ("ben", "C001")):
        for view in VIEWS:
            assert f"/clients/{hidden}" not in look(name).get(view).text
        asked = look(name).get(f"/calendar?view=list&client={hidden}").text
        assert "There is no client" in asked and f'href="/clients/{hidden}' not in asked
        assert look(name).http.get(f"/api/v1/calendar?client={hidden}").status_code == 404
        assert {row["client_ref"] for row in look(name).http.get("/api/v1/calendar").json()}.isdisjoint({hidden})
    assert look(None).get("/calendar").status_code == 303


def test_the_rules_show_authority_years_and_closed_days(look: Visits) -> None:
    text = text_of(look("sol").get("/calendar/rules").text)
    for wanted in (
        "IRC §6072(b), §6081",
        "moves off a Saturday, Sunday or legal holiday (IRC §7503)",
        "2016 or later",
        "$2,000",
    ):
        assert wanted in text
    rows = look("sol").http.get("/api/v1/calendar/rules").json()
    assert {row["id"]: row["confirm"] for row in rows}["1120-june"] is True
    assert all(row["authority"] and row["years"] for row in rows)


def test_finished_work_is_shown_when_asked_for(own: Own) -> None:
    services, visit = own
    with services.database.writing() as session:
        row = session.get_one(Engagement, ids(services, "SELECT id FROM engagements WHERE ref = 'E001'")[0])
        row.stage, row.filed_on = "filed", date(2026, 3, 8)
    ana = visit("ana")
    assert "2025 Form 1120-S" not in ana.get("/calendar").text
    assert "2025 Form 1120-S" in ana.get("/calendar?done=1").text


def test_entered_dates_show_by_which_rule_and_who_must_confirm(own: Own) -> None:
    services, visit = own
    client = ids(services, "SELECT id FROM clients WHERE ref = 'C001'")[0]
    with services.database.writing() as session:
        session.add(
            EnteredDeadline(
                id="d1", client_id=client, title="Answer the complaint", due=date(2026, 3, 30), authority="FRCP 12(a)",
                rule="frcp-answer", counted_from=date(2026, 3, 9),
            )
        )  # fmt: skip
        session.add(
            EnteredDeadline(id="d2", client_id=client, title="Covenant", due=date(2026, 3, 28), authority="Loan, §6")
        )
    rows = {row["title"]: row for row in visit("ana").http.get("/api/v1/calendar").json()}
    answer, covenant = rows["Answer the complaint"], rows["Covenant"]
    assert (answer["class"], answer["kind"], answer["confirm"], answer["due"]) == ("A", "court", True, "2026-03-30")
    assert any("21 days after the service" in step for step in answer["how"])
    assert (covenant["class"], covenant["due"], covenant["roll"]) == ("C", "2026-03-28", "stands as it was entered")


def test_what_is_not_shown_in_full_is_chosen_and_counted_as_if_it_were(own: Own) -> None:
    services, _ = own
    _grow(services, 6)
    march = span_of(date(2026, 3, 1))
    returns = Wanted(*march, kind="return", cls="B")
    spans = (Wanted(*march), Wanted(MONDAY, date(2026, 6, 1), overdue=True), returns)
    with services.database.reading() as session:
        scope = open_scope(session, "ana@alder.example", clock=services.clock)
        for wanted in spans:
            whole = calendar_of(scope, wanted)
            assert whole.entries == tuple(Entry(*(getattr(one, f) for f in Entry._fields)) for one in whole.dates)
            few = calendar_of(scope, wanted, named)
            assert few.entries == whole.entries and few.people == whole.people
            assert few.dates == tuple(whole.dates[place] for place in named(whole.entries))
            assert calendar_of(scope, wanted, lambda _: range(2)).dates == whole.dates[:2]
        whole, few = calendar_of(scope, returns), calendar_of(scope, returns, named)
        [crowded] = {one.due for one in whole.entries} - {one.due for one in few.dates}
        cells = [cell for week in month_grid(few, date(2026, 3, 1)) for cell in week]
        assert [one for cell in cells for one in cell.dates] == sorted(few.dates, key=lambda one: (one.due, one.client))
        [(kind, _, number, missed, _)] = next(cell.counts for cell in cells if cell.day == crowded)
        assert (kind, number, missed) == ("return", len(whole.entries) - len(few.dates), 0)


def test_a_thousand_clients_cost_as_many_queries_as_three(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    paths = (*VIEWS, "/calendar/rules", "/calendar/feeds", "/api/v1/calendar")
    for path in paths:
        ana.get(path)
    few = {path: len(selects(services, lambda path=path: ana.get(path))[1]) for path in paths}  # type: ignore[misc]
    _grow(services, 1000)
    for path in paths:
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert page.status_code == 200
        assert len(queries) <= min(MOST, few[path]), (path, len(queries), few[path])
    assert len(ana.http.get("/api/v1/calendar").json()) > 2000
    month, listed = ana.get("/calendar").text, ana.get("/calendar?view=list").text
    assert re.search(r"Returns.*?<b class=\"num\">1001</b>", month, re.S), "a crowded day is counted, not listed"
    assert listed.count("How computed") + listed.count("how computed") == 250 and "more dates" in listed


def _grow(services: Services, many: int) -> None:
    """Clients of Ana's, each scanned, with an open return and a notice."""
    with services.database.writing() as session:
        ana = (
            session.connection().exec_driver_sql("SELECT id FROM people WHERE email = 'ana@alder.example'").scalar_one()
        )
        now = services.clock.now()
        refs = {stable_id("cl", f"G{n}"): f"G{n:04}" for n in range(many)}
        day, of_scan = date(2026, 3, 25), {"deadlines": [], "requests": [], "work": [], "answer_days": "2"}
        detail = {"why_now": "Now.", "next_step": "Act.", "minutes": 5, "basis": "record", "waits_on_client": False}
        client = {"entity_type": "1065", "partner_id": ana}
        scan = {"as_of": MONDAY, "state": "done", "revision": 0, "read": of_scan, "finished_at": now}
        work = {"template": "1065", "title": "2025 Form 1065", "period_end": date(2025, 12, 31), "stage": "in-progress",
                "budget_hours": Decimal(10), "owner_id": ana}  # fmt: skip
        signal = {"as_of": MONDAY, "slug": "notice-exam", "cls": "B", "due": day, "nominal_due": day, "score": Decimal(50),
                  "terms": {}, "headline": "Answer", "rule": "Rule.", "detail": detail, "evidence": [],
                  "evidence_hash": "0" * 64, "first_seen": MONDAY}  # fmt: skip
        session.execute(insert(Client), [{"id": i, "ref": r, "name": f"Grown {r}", **client} for i, r in refs.items()])
        session.execute(insert(ClientScan), [{"id": f"cs_{r}", "client_id": i, **scan} for i, r in refs.items()])
        session.execute(
            insert(Engagement), [{"id": f"en_{r}", "client_id": i, "ref": f"E{r}", **work} for i, r in refs.items()]
        )
        session.execute(
            insert(SignalRow),
            [
                {"id": f"sg_{r}", "client_id": i, "key": stable_id("sig", r), "subject": r, **signal}
                for i, r in refs.items()
            ],
        )


# ------------------------------------------------------------------ feeds


def opened(visitor: object, **fields: str) -> str:
    page = visitor.post("/calendar/feeds", label="Phone", **fields)  # type: ignore[attr-defined]
    found = re.search(r'value="http://tickmark\.example(/calendar/feed/[\w-]+\.ics)"', page.text)
    assert found is not None, page.text
    return found[1]


def fetched(services: Services, path: str) -> str:
    """What a calendar program gets, which has no session."""
    from api.app import create_app

    answer = TestClient(create_app(services), base_url="http://tickmark.example").get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def events(text: str) -> dict[str, dict[str, str]]:
    """The events by UID, lines unfolded: an independent reading of RFC 5545."""
    assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    found: dict[str, dict[str, str]] = {}
    for block in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text.replace("\r\n ", ""), re.S):
        fields = dict(line.split(":", 1) for line in block.strip().split("\r\n"))
        assert fields["UID"] not in found
        found[fields["UID"]] = fields
    return found


def test_a_feed_is_shown_once_kept_hashed_and_revocable(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    path = opened(ana)
    secret = path.removeprefix("/calendar/feed/").removesuffix(".ics")
    assert secret not in ana.get("/calendar/feeds").text and "Phone" in ana.get("/calendar/feeds").text
    assert secret not in "".join(ids(services, "SELECT token_hash || label || served FROM calendar_feeds"))
    told = events(fetched(services, path))
    assert any("Harbor Bakery Inc: 2025 Form 1120-S" in one["SUMMARY"] for one in told.values())
    one = next(one for one in told.values() if "1120-S" in one["SUMMARY"])
    assert (one["DTSTART;VALUE=DATE"], one["DTEND;VALUE=DATE"], one["SEQUENCE"]) == ("20260316", "20260317", "0")
    assert "IRC §7503" in one["DESCRIPTION"] and one["STATUS"] == "CONFIRMED"
    assert "never" not in ana.get("/calendar/feeds").text
    feed = ids(services, "SELECT id FROM calendar_feeds")[0]
    assert visit("ben").post(f"/calendar/feeds/{feed}/revoke").status_code == 404, "nobody else's"
    assert "Revoked." in ana.follow(ana.post(f"/calendar/feeds/{feed}/revoke")).text
    assert visit(None).get(path).status_code == 404
    assert visit(None).get("/calendar/feed/unknown.ics").status_code == 404
    tags = ids(services, "SELECT tag FROM audit WHERE tag LIKE 'calendar:%' ORDER BY seq")
    assert tags == ["calendar:feed:opened", "calendar:feed:revoked"]
    assert ana.post("/calendar/feeds", csrf=None, label="x").status_code == 403


def test_fetching_twice_says_the_same_and_a_change_raises_the_sequence(own: Own) -> None:
    services, visit = own
    path = opened(visit("ana"))
    first = fetched(services, path)
    assert fetched(services, path) == first
    with services.database.writing() as session:
        row = session.get_one(Engagement, ids(services, "SELECT id FROM engagements WHERE ref = 'E001'")[0])
        row.extended_to = date(2026, 9, 15)
    before, after = events(first), events(fetched(services, path))
    uid = next(
        uid
        for uid, one in before.items()
        if "2025 Form 1120-S" in one["SUMMARY"] and one["SUMMARY"].startswith("Harbor")
    )
    assert (after[uid]["SEQUENCE"], after[uid]["DTSTART;VALUE=DATE"]) == ("1", "20260915")
    same = [one for one in before if one != uid and before[one] == after.get(one)]
    assert len(same) == len(before) - 1


def test_what_is_gone_is_cancelled_without_a_name(own: Own) -> None:
    services, visit = own
    path = opened(visit("ana"))
    before = events(fetched(services, path))
    gone = {uid for uid, one in before.items() if "Harbor Bakery" in one["SUMMARY"]}
    with services.database.writing() as session:
        client = ids(services, "SELECT id FROM clients WHERE ref = 'C001'")[0]
        ana = ids(services, "SELECT id FROM people WHERE email = 'ana@alder.example'")[0]
        session.add(Wall(id="w1", client_id=client, person_id=ana, reason="conflict", set_on=MONDAY))
    text = fetched(services, path)
    after = events(text)
    assert gone and "Harbor" not in text and "1120" not in text
    assert {uid for uid, one in after.items() if one["STATUS"] == "CANCELLED"} == gone
    assert all(after[uid]["SUMMARY"] == "No longer due" and after[uid]["SEQUENCE"] == "1" for uid in gone)
    assert fetched(services, path) == text


def test_a_feed_of_own_work_and_staff_show_own_work_only(own: Own) -> None:
    services, visit = own
    forms = {}
    for own_only in ("", "1"):
        told = events(fetched(services, opened(visit("mia"), own=own_only)))
        forms[own_only] = {one["SUMMARY"] for one in told.values() if "2025 Form" in one["SUMMARY"]}
    assert any("2025 Form 1120-S" in one for one in forms[""]) and forms["1"] == set(), "Sol owns that work"
    path = opened(visit("sol"))
    sol = events(fetched(services, path))
    assert all("1065" not in one["SUMMARY"] for one in sol.values())
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET active = false WHERE email = 'sol@alder.example'")
    assert visit(None).get(path).status_code == 404, "who left reads nothing"
