"""Sessions: new with every sign-in, over when nobody uses them, listed with the door they came by, ended everywhere."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from api.security import COOKIE
from api.wiring import Services
from store.tables import KnownDevice, SignIn
from tests.sign_in.conftest import enter, person, trail
from tests.web.conftest import PASSWORD, Visits
from workspace.sign_in import open_token, opened_by


def test_one_that_nobody_used_for_an_hour_is_over_and_a_token_is_not(firm: Services, visit: Visits) -> None:
    ana = visit("ana")
    with firm.database.writing() as session:
        token = open_token(session, person(session, "ana").id, "clock", datetime.now(UTC), timedelta(days=30))
    then = datetime.now(UTC) - timedelta(minutes=61)
    with firm.database.writing() as session:
        for row in session.scalars(select(SignIn)):
            row.created_at = then
    assert ana.get("/clients").headers["location"].startswith("/sign-in?")
    bearer = {"authorization": f"Bearer {token}"}
    assert visit(None).http.get("/api/v1/clients", headers=bearer).status_code == 200
    mia = visit("mia")
    with firm.database.writing() as session:
        for row in session.scalars(select(SignIn).where(SignIn.person_id == person(session, "mia").id)):
            row.created_at, row.used_at = then, datetime.now(UTC) - timedelta(minutes=59)
    assert mia.get("/clients").status_code == 200, "used fifty-nine minutes ago"
    assert mia.get("/clients").status_code == 200


def test_signing_in_ends_the_session_that_the_browser_had(firm: Services, visit: Visits) -> None:
    ana = visit("ana")
    before = ana.http.cookies[COOKIE]
    assert enter(ana, "ana", PASSWORD).status_code == 303
    assert ana.http.cookies[COOKIE] != before
    with firm.database.reading() as session:
        assert opened_by(session, before, datetime.now(UTC)) is None


def test_everywhere_means_here_too_and_no_browser_is_known_any_more(firm: Services, visit: Visits) -> None:
    here, there, mia = visit("ana"), visit("ana"), visit("mia")
    assert here.get("/me").text.count('data-label="By">password<') == 2
    out = here.post("/me/sessions/everywhere")
    assert out.headers["location"] == "/sign-in?said=out-everywhere"
    assert "Signed out everywhere." in here.follow(out).text
    assert here.get("/clients").status_code == there.get("/clients").status_code == 303
    assert mia.get("/clients").status_code == 200
    with firm.database.reading() as session:
        known = set(session.scalars(select(KnownDevice.person_id)))
        assert known == {person(session, "mia").id}
    assert trail(firm, "person:session:ended")[-1].detail == {"ended": 2, "everywhere": True}


def test_the_trail_says_by_which_door(firm: Services, visit: Visits) -> None:
    visit("ana")
    assert [one.detail for one in trail(firm, "person:session:opened")] == [{"door": "password"}]
