"""Time off and pairs set apart through HTTP: forms, JSON, undo."""

from tests.web.conftest import Visits


def test_time_off_is_entered_on_a_page_and_seen_where_work_is_planned(visit: Visits) -> None:
    sol, mia = visit("sol"), visit("mia")
    sent = sol.post("/time/off", first="2026-03-16", last="2026-03-18", note="skiing", back="/time#off")
    page = sol.follow(sent)
    assert "Entered. The days are taken off" in page.text and "skiing" in page.text
    planned = mia.get("/capacity").text
    assert "3 d off" in planned and "skiing" in planned
    told = mia.http.get("/api/v1/time-off").json()
    assert [(one["email"], one["first"], one["days"]) for one in told] == [("sol@alder.example", "2026-03-16", 3)]
    weeks = {one["email"]: one["weeks"] for one in mia.http.get("/api/v1/capacity").json()["people"]}
    assert (weeks["sol@alder.example"][1]["free"], weeks["sol@alder.example"][1]["days_off"]) == ("16.00", 3)
    refused = sol.post("/time/off", first="2026-03-18", last="2026-03-20")
    assert refused.status_code == 409
    at_the_form = refused.text.partition('<section id="off">')[2]
    assert 'id="off-problem"' in at_the_form and "is off from" in at_the_form and 'value="2026-03-20"' in at_the_form
    backwards = mia.post(
        "/time/off", first="2026-04-02", last="2026-04-01", person="sol@alder.example", back="/capacity#off"
    )
    assert (
        backwards.status_code == 422 and "give the earlier day first" in backwards.text and "Capacity" in backwards.text
    )
    gone = mia.http.delete(f"/api/v1/time-off/{told[0]['id']}", headers={"x-csrf-token": mia.csrf()})
    assert gone.status_code == 200 and mia.http.get("/api/v1/time-off").json() == []
    assert (
        mia.http.post(f"/api/v1/acts/{gone.json()['act']}/undo", headers={"x-csrf-token": mia.csrf()}).status_code
        == 200
    )
    assert len(mia.http.get("/api/v1/time-off").json()) == 1


def test_two_clients_are_said_to_be_two(visit: Visits) -> None:
    ana = visit("ana")
    sent = ana.post("/clients/merge/apart", one="C001", other="C002")
    assert "not proposed as one again" in ana.follow(sent).text
    assert ana.post("/clients/merge/apart", one="C001", other="C002").status_code == 409
    told = ana.http.post(
        "/api/v1/clients/merge/apart", json={"one": "C001", "other": "C999"}, headers={"x-csrf-token": ana.csrf()}
    )
    assert told.status_code == 404
