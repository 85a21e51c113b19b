"""A scan that is started from the page, followed, and seen when it is done."""

import pytest

from agents import engine
from api.night import open_night
from api.wiring import Services
from tests.web.conftest import Visits, ids

Own = tuple[Services, Visits]


@pytest.mark.slow
def test_a_scan_is_started_followed_and_seen(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    before = ids(services, "SELECT finished_at FROM scans")
    with open_night(services):
        begun = ana.post("/night")
        assert begun.headers["location"] == "/night?said=started"
        assert "This page follows it." in ana.follow(begun).text
        far = ana.http.get("/night/progress").json()
        assert far["running"] is False or (far["as_of"] == "2026-03-09" and far["done"] <= far["clients"])
        assert far["running"] is False or "clients" in far["said"]
        for thread in engine.current().threads:
            thread.join()
        assert ana.http.get("/night/progress").json() == {"running": False}
    page = ana.get("/night").text
    assert "Harbor Bakery Inc" in page and "Running" not in page
    assert ids(services, "SELECT state FROM scans") == ["done"]
    assert ids(services, "SELECT finished_at FROM scans") != before


def test_who_may_not_scan_is_told_and_where_no_night_runs_it_is_said(own: Own) -> None:
    _, visit = own
    refused = visit("sol").post("/night")
    assert refused.status_code == 403 and "scan:run" in refused.text
    assert "Scan now" not in visit("sol").get("/night").text
    assert visit("ana").post("/night").status_code == 503
