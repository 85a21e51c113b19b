"""Beside the decisions of a review: comments on a passage, versions side by side, release together, drills, and the outbox, over HTTP."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Deliverable, DeliverableVersion, Drill, DrillChoice, Firm, OutboxItem, Post, Release
from tests.homes import copied
from tests.web.conftest import MONDAY, Visitor, Visits, ids, selects, visiting
from tests.web.test_review import draft_of, hash_on, state, tags
from workspace.deliverables.compose import tick
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Draft, Section
from workspace.drill import is_tested
from workspace.evidence import RecordEvidence
from workspace.scope import open_scope, system_scope
from workspace.tie_out import fact_to_json, from_record

Own = tuple[Services, Visits]
FEE = from_record("fee", "money", "1200.00", RecordEvidence("invoice:1001", "amount", "1200.00"))
WORDS = (
    "We have your file.\n\nThe fee is $1,200.00 and covers the year. We guarantee nothing else.\n\n"
    "| Item | Amount |\n|---|---|\n| Fee | $1,200.00 |"
)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def desk(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """One home and one browser a person for all tests here: each files letters of its own."""
    home = copied(served_home, tmp_path_factory.mktemp("reviewing") / "home")
    with build(load_settings(home).model_copy(update={"today": MONDAY})) as services:
        visit, known = visiting(services), dict[str, Visitor]()

        def again(name: str = "ana") -> Visitor:
            if name not in known:
                known[name] = visit(name)
            return known[name]

        yield services, again


@pytest.fixture
def own(desk: Own) -> Own:
    """The desk, with nobody tested and the firm's settings empty."""
    with desk[0].database.writing() as session:
        session.scalars(select(Firm)).one().settings = {}
        session.execute(delete(DrillChoice))
    return desk


def filed(
    services: Services, words: str = WORDS, *, occasion: str = "", slug: str = "pbc-follow-up", cls: str = "C"
) -> str:
    """A letter to C001 in review, filed by the software for an occasion of its own."""
    occasion = f"{occasion}{next(NUMBERS)}"
    sections = (Section("Opening", words),)
    draft = Draft(
        title=f"A letter, {occasion}",
        cls=cls,
        as_of=services.clock.today(),
        sections=sections,
        tickmarks=tick(sections, (FEE,)),
        facts=(fact_to_json(FEE),),
        recipients=("Nia Okafor <nia@harbor.example>",),
    )
    with services.database.writing() as session:
        scope = system_scope(session, "night", now=services.clock.now(), today=services.clock.today())
        return file_draft(scope, "C001", slug, occasion, draft)


def quoted(visitor: Visitor, draft: str, quote: str, note: str, **more: str) -> str:
    answer = visitor.post(f"/review/{draft}/comments", hash=hash_on(visitor, draft), quote=quote, note=note, **more)
    return visitor.follow(answer).text


def _lines(page: str) -> str:
    """The page without what keeps a mark on the line of its figure's last word."""
    return page.replace('<span class="end">', "")


def test_a_comment_stands_beside_its_passage_until_the_words_are_gone(own: Own) -> None:
    services, visit = own
    draft, mia, sol = filed(services), visit("mia"), visit("sol")
    page = quoted(mia, draft, "fee is $1,200.00 and covers the year", "Which year?")
    assert (
        'id="from-1"' in page and 'id="at-1" class="noted"' in page and "“fee is $1,200.00 and covers the year”" in page
    )
    assert 'href="#at-2"' in quoted(sol, draft, "Fee 1,200.00", "Also in the table"), (
        "staff comment; a row of a table too"
    )
    for fields, why in (
        ({"quote": "words of another letter", "note": "x"}, "does not stand in the current version"),
        ({"quote": "We have your file", "note": " "}, "Say what is to be noted"),
        ({"quote": "", "note": "x"}, "Select the passage"),
    ):
        refused = mia.post(f"/review/{draft}/comments", hash=hash_on(mia, draft), **fields)
        assert refused.status_code == 422 and why in refused.text
    assert mia.post(f"/review/{draft}/comments", hash="0" * 64, quote="your file", note="x").status_code == 409
    later = WORDS.replace("covers the year", "covers the audit")
    mia.post(f"/review/{draft}/edit", hash=hash_on(mia, draft), title="Opening", markdown=later)
    page = mia.get(f"/review/{draft}").text
    assert page.count("the passage is gone") == 1 and "on version 1" in page and 'id="at-2"' in page
    assert "Resolved" in sol.follow(sol.post(f"/review/{draft}/comments/1/resolve")).text, "anyone on the client"
    assert sol.post(f"/review/{draft}/comments/1/resolve").status_code == 409
    assert sol.post(f"/review/{draft}/comments/9/resolve").status_code == 404
    assert visit("ben").post(f"/review/{draft}/comments", hash="0" * 64, quote="a", note="b").status_code == 404
    kept = [one for one in tags(services, draft) if one.startswith("comment:")]
    assert kept == ["comment:passage:added"] * 2 + ["comment:passage:resolved"]
    with pytest.raises(DBAPIError, match="cannot be changed"), services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE comments SET note = 'something else'")


def test_open_comments_go_with_the_request_for_changes(own: Own) -> None:
    services, visit = own
    draft, mia = draft_of(services, "notice-explanation"), visit("mia")
    figure = re.search(r'data-tick="0">([^<]+)<', _lines(mia.get(f"/review/{draft}").text))
    assert figure is not None
    quoted(mia, draft, figure[1], "Say who this is", tick="0")
    mia.post(f"/review/{draft}/changes", hash=hash_on(mia, draft), note="shorter.", comments="true")
    [note] = ids(services, f"SELECT note FROM reviews WHERE deliverable_id = '{draft}'")
    assert note.startswith("shorter; Say who this is (about “")
    assert state(services, draft) == "in_review"


def test_comments_as_json_and_on_the_command_line(own: Own) -> None:
    services, visit = own
    draft, mia = filed(services), visit("mia")
    run = lambda name, **given: find(name).load()(services, given, silent)  # noqa: E731
    arguments = {"id": draft, "quote": "your file", "note": "Which one?", "as": "mia@alder.example"}
    assert run("comment-comment", **arguments).text.startswith("Comment 1 kept")
    text = run("deliverables-show", id=draft).text
    assert "Comments\n  1 “your file”\n      Mia" in text and "Which one?" in text
    assert run("comment-resolve", id=draft, comment=1, **{"as": "mia@alder.example"}).text.startswith(
        "Comment 1 resolved"
    )
    sent = mia.http.post(
        f"/api/v1/deliverables/{draft}/comments",
        json={"quote": "the fee", "note": "net?", "hash": hash_on(mia, draft)},
        headers={"x-csrf-token": mia.csrf()},
    )
    assert sent.status_code == 201
    [first, second] = sorted(sent.json()["comments"], key=lambda one: one["number"])
    assert first["resolved_by"] and second["stands"]["section"] == 0


def test_two_versions_side_by_side_and_what_changed_since_the_last_released(own: Own) -> None:
    services, visit = own
    before, ana = filed(services, occasion="march"), visit("ana")
    ana.post(f"/review/{before}/approve", hash=hash_on(ana, before))
    ana.post(f"/review/{before}/release", hash=hash_on(ana, before))
    draft = filed(services, WORDS.replace("the year", "the audit") + "\n| Copies | none |", occasion="april")
    page, queries = selects(services, lambda: ana.get(f"/review/{draft}"))
    page, queries = selects(services, lambda: ana.get(f"/review/{draft}"))
    assert len(queries) <= 18, len(queries)
    assert f'href="/review/{draft}/compare?left=released">2 changes</a> since the last released' in page.text
    assert "We guarantee nothing else." in page.text and "promises a result" in page.text, "read these first"
    both = ana.get(f"/review/{draft}/compare?left=released").text
    assert "<del>year.</del>" in both and "<ins>audit.</ins>" in both and "1 changed, 1 new" in both
    ana.post(f"/review/{draft}/edit", hash=hash_on(ana, draft), title="Opening", markdown="The fee is $1,200.00.")
    assert "version 2" in ana.get(f"/review/{draft}/compare").text
    assert "the two read the same" in ana.get(f"/review/{draft}/compare?left=1&right=1").text
    assert ana.get(f"/review/{draft}/compare?left=7").status_code == 404
    assert (
        "nothing before this version"
        in ana.get(f"/review/{draft_of(services, 'notice-explanation', 'C002')}/compare").text
    )


def test_low_risk_drafts_are_released_together_once_each_was_opened(own: Own) -> None:
    services, visit = own
    first, second = filed(services), filed(services, occasion="two")
    untied = filed(services, "You owe $77.00.", occasion="three")
    grave = filed(services, occasion="four", cls="B")
    ana, mia = visit("ana"), visit("mia")
    page = ana.get("/review/batch").text
    assert (
        page.count("open it first") >= 2
        and f'href="/review/{untied}"' not in page
        and f'href="/review/{grave}"' not in page
    )
    known = {
        one: ids(services, f"SELECT content_hash FROM deliverable_versions WHERE deliverable_id = '{one}'")[0]
        for one in (first, second, grave)
    }
    for one in (first, first, grave):
        ana.get(f"/review/{one}")
    assert len(ids(services, f"SELECT id FROM openings WHERE deliverable_id = '{first}'")) == 1
    picked = [f"{one}:{known[one]}" for one in (first, second, grave)]
    done = ana.post("/review/batch", pick=picked).text
    assert "1 of 3 released" in done and "Open it first" in done and "not released in a batch" in done
    assert [state(services, one) for one in (first, second, grave)] == ["released", "in_review", "in_review"]
    assert tags(services, first)[-2:] == ["deliverable:version:approved", "deliverable:version:released"]
    mia.get(f"/review/{second}")
    refused = mia.post("/review/batch", pick=f"{second}:{known[second]}")
    assert refused.status_code == 403 and state(services, second) == "in_review"
    assert ana.post("/review/batch").status_code == 422
    ana.get(f"/review/{second}")
    with services.database.writing() as session:
        session.scalars(select(Firm)).one().settings = {"batch": {"kinds": ["status-letter"]}}
    assert "No low-risk draft waits" in ana.get("/review/batch").text, "the firm says which kinds"


def test_several_are_released_on_the_command_line(own: Own) -> None:
    services, _ = own
    first, second = filed(services), filed(services, occasion="two")
    find("review").load()(services, {"id": first, "decision": "approve", "as": "ana@alder.example"}, silent)
    done = find("release-several").load()(services, {"ids": [first, second], "as": "ana@alder.example"}, silent)
    assert done.failed and [row["released"] for row in done.data] == [True, False]
    assert done.text.splitlines()[1] == f"{second}: this version is not approved: the deliverable is in review"


def drilled(services: Services, visitor: Visitor) -> tuple[str, Drill]:
    """A letter whose copy stands before her, and its drill."""
    with services.database.writing() as session:
        session.scalars(select(Firm)).one().settings = {"drill": {"one_in": 1, "seed": "s"}}
    assert "Drills are on" in visitor.follow(visitor.post("/report-card/drills", on="true")).text
    draft = filed(services)
    visitor.get(f"/review/{draft}")
    with services.database.reading() as session:
        return draft, session.scalars(select(Drill).where(Drill.deliverable_id == draft)).one()


def test_a_drill_that_was_let_pass_is_told_and_can_never_leave(own: Own) -> None:
    services, visit = own
    ana, mia = visit("ana"), visit("mia")
    draft, drill = drilled(services, ana)
    page = ana.get(f"/review/{draft}").text
    assert drill.planted in _lines(page) and "drill" not in page.lower(), "it looks like any draft"
    assert drill.planted not in _lines(mia.get(f"/review/{draft}").text), "only who chose it"
    assert hash_on(ana, draft) == drill.content_hash
    index = re.search(r'data-tick="(\d+)">' + re.escape(drill.planted), _lines(page))
    assert index is not None
    assert drill.planted in ana.get(f"/review/{draft}/proof/{index[1]}").text
    assert ana.post(f"/review/{draft}/release", hash=drill.content_hash).status_code == 409
    assert "open it first" in ana.get("/review/batch").text
    told = ana.follow(ana.post(f"/review/{draft}/approve", hash=drill.content_hash)).text
    assert f"The copy that was before you said {drill.planted}; the source says {drill.was}. You let it pass." in told
    assert state(services, draft) == "in_review" and hash_on(ana, draft) != drill.content_hash, (
        "the draft itself is undecided"
    )
    [hers] = [one for one in ana.get("/api/v1/report-card").json()["reviewers"] if one["email"] == ana.email]
    assert (hers["caught"], hers["missed"]) == (0, 1) and "0 of 1" in ana.get("/report-card").text
    assert "0 of 1" not in mia.get("/report-card").text, "hers, and a partner's to see"
    with services.database.reading() as session:
        row = session.get_one(Deliverable, draft)
        version = session.get_one(DeliverableVersion, row.current_version_id)
        values = {c.name: getattr(version, c.name) for c in DeliverableVersion.__table__.columns}
    planted = values | {"id": "dvr_x", "number": 9, "content_hash": drill.content_hash}
    with pytest.raises(DBAPIError, match="cannot become a version"), services.database.writing() as session:
        session.add(DeliverableVersion(**planted))
    release = "INSERT INTO releases (id, client_id, deliverable_id, version_id, content_hash, person_id, at) VALUES ('r', ?, ?, ?, ?, ?, ?)"
    given = (row.client_id, draft, version.id, drill.content_hash, drill.person_id, "2026-03-09 12:00:00")
    with pytest.raises(DBAPIError), services.database.engine.begin() as connection:
        connection.exec_driver_sql(release, given)


@pytest.mark.parametrize("way", ["note", "comment", "edit", "other", "paper"])
def test_what_counts_as_caught(own: Own, way: str) -> None:
    services, visit = own
    ana = visit("ana")
    draft, drill = drilled(services, ana)
    send = {"hash": drill.content_hash}
    match way:
        case "note":
            ana.post(f"/review/{draft}/changes", **send, note=f"{drill.planted} is not what the invoice says")
        case "comment":
            assert drill.planted in quoted(ana, draft, drill.planted, "Look at the invoice")
            ana.post(f"/review/{draft}/changes", **send, note="", comments="true")
        case "edit":
            words = WORDS.replace("your file", "your whole file")
            ana.post(f"/review/{draft}/edit", **send, title="Opening", markdown=words)
        case "other":
            ana.post(f"/review/{draft}/reject", **send, note="The tone is wrong")
        case _:
            ana.get(f"/review/{draft}/copy.docx")
    outcome = {"other": "unclear", "paper": "lifted"}.get(way, "caught")
    assert ids(services, f"SELECT outcome FROM drills WHERE deliverable_id = '{draft}'") == [outcome]
    page = ana.get(f"/review/{draft}").text
    assert state(services, draft) == "in_review" and drill.planted not in page.partition('<article class="paper"')[2]
    if way == "edit":
        assert "version 2" in page and "your whole file" in page, "what she wrote is in the draft itself"


def test_no_drill_unless_chosen_nor_on_what_is_due(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    known = len(ids(services, "SELECT id FROM drills"))
    ana.get(f"/review/{filed(services)}")
    assert len(ids(services, "SELECT id FROM drills")) == known, "off by default"
    with services.database.writing() as session:
        session.scalars(select(Firm)).one().settings = {"drill": {"one_in": 1, "on": True}}
    with services.database.reading() as session:
        assert is_tested(open_scope(session, "mia@alder.example", clock=services.clock)), "the firm's setting"
        assert not is_tested(open_scope(session, "sol@alder.example", clock=services.clock)), "who does not review"
    soon = f"{services.clock.today():%B %d, %Y}".replace(" 0", " ")
    day = from_record(
        "day", "date", services.clock.today(), RecordEvidence("engagement:E1", "due", str(services.clock.today()))
    )
    sections = (Section("Opening", f"The fee of $1,200.00 is due on {soon}."),)
    draft = Draft(
        "Due", "C", services.clock.today(), sections, tick(sections, (FEE, day)), (fact_to_json(FEE), fact_to_json(day))
    )
    with services.database.writing() as session:
        scope = system_scope(session, "night", now=services.clock.now(), today=services.clock.today())
        near = file_draft(scope, "C001", "pbc-request", "near", draft)
    visit("mia").get(f"/review/{near}")
    assert ids(services, f"SELECT id FROM drills WHERE deliverable_id = '{near}'") == []


def test_the_outbox_page_says_what_waits_and_takes_decisions(own: Own) -> None:
    services, visit = own
    draft, ana, mia, sol = filed(services), visit("ana"), visit("mia"), visit("sol")
    assert "Nothing lies in the outbox" in visit("ben").get("/outbox").text
    ana.post(f"/review/{draft}/approve", hash=hash_on(ana, draft))
    ana.post(f"/review/{draft}/release", hash=hash_on(ana, draft))
    assert "released, not queued yet" in sol.get("/outbox").text
    page = ana.get("/outbox").text
    assert (
        "not queued" not in page
        and "It went" in page
        and "No mail server is set" in page
        and "nia@harbor.example" in page
    )
    with services.database.writing() as session:
        wanted = (
            select(Post)
            .join(OutboxItem, OutboxItem.id == Post.outbox_id)
            .join(Release)
            .where(Release.deliverable_id == draft)
        )
        post = session.scalars(wanted).one()
        post.state, post.attempts, post.error = "refused", 3, "550 no such mailbox"
        key = post.id
    page, queries = selects(services, lambda: ana.get("/outbox"))
    assert (
        len(queries) <= 5 and "550 no such mailbox" in page.text and "3 tries" in page.text and "Try again" in page.text
    )
    assert "A partner decides." in mia.get("/outbox").text and "Try again" not in mia.get("/outbox").text
    assert mia.post(f"/outbox/{key}", decision="sent").status_code == 403
    assert visit("ben").post(f"/outbox/{key}", decision="sent").status_code == 404
    assert ana.post(f"/outbox/{key}", decision="lost").status_code == 422
    assert "Noted: it went." in ana.follow(ana.post(f"/outbox/{key}", decision="sent")).text
    assert ana.post(f"/outbox/{key}", decision="again").status_code == 409
    assert [one["state"] for one in ana.get("/api/v1/outbox").json() if one["deliverable_id"] == draft] == ["sent"]
    assert ids(services, "SELECT tag FROM audit WHERE tag LIKE 'post:%'") == ["post:message:decided"]
    assert sol.get("/outbox").status_code == 200


def test_minutes_of_a_review_stand_on_the_report_card(own: Own) -> None:
    services, visit = own
    ana, mia = visit("ana"), visit("mia")
    for occasion, seconds in (("a", "60"), ("b", "120"), ("c", "300")):
        draft = filed(services, occasion=occasion)
        mia.post(f"/review/{draft}/approve", hash=hash_on(mia, draft), seconds=seconds)
    [mine] = mia.get("/api/v1/report-card").json()["reviewers"]
    assert (mine["timed"], mine["seconds"], mine["middle"]) == (3, 480, 120)
    assert "2.0" in ana.get("/report-card").text and "Mia" in ana.get("/report-card").text, "a partner sees everybody's"
    assert "Test me with drills" not in visit("sol").get("/report-card").text
    text = find("report-card").load()(services, {}, silent).text
    assert f"{mine['reviews']} reviews, 2:00 min in the middle" in text
