"""One client in one night: what a scan leaves, what it drafts and what it does not, and what a second one changes (nothing)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from agents.scan import scan_client
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import NotFound
from store.tables import ClientScan, Deliverable, DeliverableVersion, ModelCall, RequestItem, SignalRow
from tests.agents.conftest import Endpoint
from tests.night.conftest import MONDAY, TUESDAY, differences, dump, scan
from workspace.decisions import decide_signal
from workspace.deliverables import templates
from workspace.scans import Saved, signals_listing
from workspace.scope import open_scope, operator_scope


def night(services: Services, ref: str, day: date = MONDAY) -> Saved:
    return scan_client(services, ref, as_of=day, now=services.clock.now())


def states(services: Services, day: date) -> dict[str, str]:
    with services.database.reading() as session:
        rows = session.execute(select(ClientScan.client_id, ClientScan.state).where(ClientScan.as_of == day))
        return dict(rows.tuples().all())


def drafts(services: Services) -> set[tuple[str, str]]:
    with services.database.reading() as session:
        rows = session.execute(select(Deliverable.slug, Deliverable.occasion))
        return {(slug, occasion.split(":")[0]) for slug, occasion in rows.tuples()}


def test_a_scan_leaves_signals_with_their_rank_and_the_drafts_that_they_call_for(services: Services) -> None:
    saved = night(services, "C001")
    assert (saved.state, saved.raised, len(saved.new), saved.gone) == ("done", 3, 3, ())
    with services.database.reading() as session:
        scope = operator_scope(session, "test", now=services.clock.now(), today=MONDAY)
        listed = signals_listing(scope, "C001")
        scanned = session.scalars(select(ClientScan)).one()
        filed = session.scalars(select(DeliverableVersion.id).order_by(DeliverableVersion.id)).all()
    assert [(one["slug"], one["due"]) for one in listed] == [
        ("extension-needed", "2026-03-16"),
        ("request-overdue", "2026-02-03"),
        ("notice-underreporter", "2026-03-19"),
    ]
    assert all(one["first_seen"] == "2026-03-09" and one["evidence"] and one["score"] > 0 for one in listed)
    # and no status letter: of a return that is only to be extended the package tells the client the same (occasions.py)
    assert drafts(services) == {
        ("extension-package", "extension"),
        ("notice-explanation", "notice"),
        ("notice-response", "notice"),
        ("pbc-follow-up", "request"),
    }
    assert scanned.drafted == 4 and scanned.read["filed"] == filed
    assert scanned.read["counts"]["documents"] == 7


def test_scanned_twice_is_as_good_as_once(services: Services) -> None:
    first = night(services, "C001")
    before = dump(services.database)
    assert night(services, "C001") == first
    assert differences(before, dump(services.database)) == set()


def test_a_client_that_is_not_there_is_not_scanned(services: Services) -> None:
    with pytest.raises(NotFound, match="there is no client C999"):
        night(services, "C999")
    assert states(services, MONDAY) == {}


@pytest.mark.parametrize(
    ("decision", "occasions"),
    [(None, ["@60", "@90"]), ("dismiss", ["@60"]), ("snooze", ["@60"])],
)
def test_what_a_person_put_aside_is_raised_and_not_drafted_for(
    services: Services, decision: str | None, occasions: list[str]
) -> None:
    """The invoice was due on December 30: on March 30 the letter of the ninetieth day comes, unless somebody decided otherwise."""
    night(services, "C003")
    if decision is not None:
        with services.database.writing() as session:
            scope = open_scope(session, "ben@alder.example", clock=services.clock)
            key = session.scalars(select(SignalRow.key).where(SignalRow.slug == "ar-aging")).one()
            decide_signal(scope, key, decision, reason="paid in cash", until=date(2026, 4, 15))
    night(services, "C003", date(2026, 3, 30))
    with services.database.reading() as session:
        raised = session.scalars(select(SignalRow.as_of).where(SignalRow.slug == "ar-aging")).all()
        made = session.scalars(select(Deliverable.occasion).where(Deliverable.slug == "collection-email")).all()
    assert len(raised) == 2
    assert sorted(occasion.removeprefix("account:C003") for occasion in made) == occasions


def test_an_unchanged_client_is_not_drafted_for_and_no_model_is_asked(
    services: Services, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.script = ["not what was asked for"]
    services.close()
    monkeypatch.setenv("TICKMARK_LLM_BASE_URL", endpoint.url)
    monkeypatch.setenv("TICKMARK_LLM_MODEL", "stub")
    with build(load_settings(services.home), own_index=True) as asking:
        scan(asking)
        asked = len(endpoint.requests)
        assert asked > 0
        with asking.database.writing() as session:  # whoever drafts again now would ask again
            session.query(ModelCall).delete()
        again = scan(asking)
        assert again.data["drafted"] == 7 and len(endpoint.requests) == asked
        tomorrow = scan(asking, as_of="2026-03-10", client="C002")
        assert (tomorrow.data["unchanged"], tomorrow.data["drafted"]) == (1, 0)
        assert len(endpoint.requests) == asked
        with asking.database.reading() as session:
            assert session.scalars(select(ModelCall)).all() == []


def test_a_reminder_whose_day_has_come_is_drafted_though_nothing_else_changed(services: Services) -> None:
    """The oldest item was due on February 20; the third round begins on March 20, four weeks after."""
    night(services, "C002", date(2026, 3, 19))
    saved = night(services, "C002", date(2026, 3, 20))
    assert saved.state == "unchanged"
    with services.database.reading() as session:
        found = session.execute(select(Deliverable.occasion, Deliverable.state).order_by(Deliverable.occasion)).all()
    assert [tuple(row) for row in found] == [
        ("request:E002@3", "superseded"),
        ("request:E002@4", "in_review"),
    ]


def test_a_changed_client_is_scanned_anew_on_the_same_day(services: Services) -> None:
    night(services, "C002")
    with services.database.writing() as session:
        for item in session.scalars(select(RequestItem).where(RequestItem.item == "Form 1098")):
            item.received_on = MONDAY
    saved = night(services, "C002")
    assert saved.state == "done"
    with services.database.reading() as session:
        assert "request-overdue" not in session.scalars(select(SignalRow.slug)).all()


def test_a_day_gone_by_is_replayed_without_touching_the_newest(services: Services) -> None:
    scan(services, as_of="2026-03-10")
    before = dump(services.database)
    replayed = scan(services, as_of="2026-03-02")
    assert replayed.data["raised"] > 0 and replayed.data["drafted"] == 0
    after = dump(services.database)
    for table in ("deliverables", "deliverable_versions"):
        assert after[table] == before[table]
    for table in ("signals", "client_scans", "briefs", "scans"):
        kept = [row for row in after[table] if row["as_of"] == TUESDAY]
        assert kept == before[table] and len(after[table]) > len(kept)


def test_wording_that_cannot_be_filled_is_a_blind_spot_and_the_rest_is_drafted(services: Services) -> None:
    mend = unfillable(services, "pbc-follow-up")
    night(services, "C001")
    assert ("pbc-follow-up", "request") not in drafts(services) and len(drafts(services)) == 3
    with services.database.reading() as session:
        scanned = session.scalars(select(ClientScan)).one()
    assert scanned.state == "done" and scanned.drafted == 3
    [(what, why)] = [spot for spot in scanned.blind_spots if "draft" in spot[0]]
    assert what == "the draft of a pbc follow up" and "nobody_knows_this" in why
    mend()
    night(services, "C001")
    assert ("pbc-follow-up", "request") in drafts(services)


def test_where_no_extension_package_can_be_drafted_a_status_letter_tells_the_client(services: Services) -> None:
    mend = unfillable(services, "extension-package")
    night(services, "C001")
    letter, package = ("status-letter", "status@2026-03"), ("extension-package", "extension")
    assert letter in drafts(services) and package not in drafts(services)
    mend()
    night(services, "C001")
    assert {letter, package} <= drafts(services)  # what was filed stays until a person decides


def unfillable(services: Services, slug: str) -> Callable[[], None]:
    """The firm's own wording of this kind names a fact that nobody knows, until what is given is called."""
    own = services.home / "templates" / f"{slug}.md"
    own.parent.mkdir()
    own.write_text((Path(templates.__path__[0]) / own.name).read_text() + "\n{{ nobody_knows_this }}\n")
    return own.unlink
