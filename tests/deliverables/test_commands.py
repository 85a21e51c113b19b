"""From a draft to its release on the command line: what is printed, what is noted, and what is refused in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api.cli import app
from api.commands import find
from api.commands.result import Result, silent
from api.execute import execute
from api.wiring import Services
from store.audit import AuditTag
from store.errors import Forbidden, Invalid, NotFound
from store.tables import AuditEntry, OutboxItem

ANA, MIA, SOL, BEN = (f"{name}@alder.example" for name in ("ana", "mia", "sol", "ben"))


def run(services: Services, name: str, **arguments: Any) -> Result:
    return find(name).load()(services, arguments, silent)


def cli(home: Path, *words: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    done = CliRunner().invoke(app, ["--home", str(home), *words])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def mail(services: Services) -> str:
    """The id of the collection mail of C001, drafted by the operator."""
    identity: str = run(services, "draft", client="C001", slug="collection-email").data["id"]
    return identity


def test_the_whole_way(no_settings_from_outside: None, home: Path) -> None:
    status, out, _ = cli(home, "draft", "C001", "collection-email", "--json")
    assert status == 0
    drafted = json.loads(out)
    assert (drafted["state"], drafted["version"], drafted["untied"]) == ("in_review", 1, 0)
    status, out, _ = cli(home, "deliverables", "show", drafted["id"][:9], "--json")
    shown = json.loads(out)
    wanted = {
        "id",
        "slug",
        "client_ref",
        "engagement_ref",
        "state",
        "version",
        "hash",
        "sections",
        "tickmarks",
        "checks",
    }
    assert wanted | {"unseen", "model", "prompt_version"} <= shown.keys()
    assert shown == drafted
    for mark in shown["tickmarks"]:
        words = shown["sections"][mark["section"]]["markdown"]
        assert words[mark["start"] : mark["end"]] == mark["text"]
        assert mark["status"] in ("tied", "derived")
        assert mark["evidence"]["kind"] in ("record", "derived")
    assert cli(home, "review", drafted["id"], "approve", "--as", MIA)[0] == 0
    status, out, _ = cli(home, "release", drafted["id"], "--as", ANA)
    assert (status, out[:9]) == (0, "Released:")
    [row] = json.loads(cli(home, "deliverables", "--state", "released", "--json")[1])
    assert row["id"] == drafted["id"]
    status, _, err = cli(home, "release", drafted["id"], "--as", ANA)
    assert (status, err) == (1, "this deliverable is released already\n")
    assert json.loads(cli(home, "audit", "verify", "--json")[1])["faults"] == []


def test_a_page_marks_every_figure_and_lists_its_source(services: Services, mail: str) -> None:
    shown = run(services, "deliverables-show", id=mail)
    assert "Our records show $2,000.00≈2 past due on the account of Harbor Bakery Inc.✓3 You may" in shown.text
    assert "\n  2 ≈ $2,000.00: Difference: 3,250.00 − 1,250.00 = 2,000.00" in shown.text
    assert "\n  3 ✓ Harbor Bakery Inc.: Client C001, name: Harbor Bakery Inc" in shown.text
    assert "To check\n  - Right client" in shown.text
    assert "in review" in shown.text


def test_the_list_says_what_waits(services: Services, mail: str) -> None:
    run(services, "draft", client="C001", slug="meeting-brief")
    listed = run(services, "deliverables")
    assert [row["slug"] for row in listed.data] == ["collection-email", "meeting-brief"]
    assert listed.text.splitlines()[0].startswith(
        f"{mail}  C001     in_review  v1 C  Past due invoices: Harbor Bakery Inc ("
    )
    assert run(services, "deliverables", client="C002").text == "No deliverables."
    assert [row["id"] for row in run(services, "deliverables", **{"as": ANA}).data]
    assert run(services, "deliverables", **{"as": BEN}).data == []  # C001 is not his
    with pytest.raises(NotFound):
        run(services, "deliverables", client="C001", **{"as": BEN})
    with pytest.raises(Invalid, match="in_review, changes, approved, released"):
        run(services, "deliverables", state="lost")


def test_what_cannot_be_drafted_is_said_in_one_line(no_settings_from_outside: None, home: Path) -> None:
    status, out, err = cli(home, "draft", "C001", "love-letter")
    assert (status, out, err.count("\n")) == (1, "", 1)
    for slug in (
        "collection-email",
        "meeting-brief",
        "notice-explanation",
        "notice-response",
        "pbc-follow-up",
        "status-letter",
    ):
        assert slug in err
    assert cli(home, "draft", "C002", "collection-email")[2] == "Ngozi Okafor has no invoice past due\n"
    assert cli(home, "draft", "C999", "collection-email")[2] == "there is no client C999\n"
    assert cli(home, "review", "dlv_x", "maybe", "--as", ANA)[0] == 2


@pytest.mark.parametrize("words", [["review", "approve"], ["review", "changes", "--note", "x"], ["release"]])
def test_staff_is_refused_in_one_line_and_it_is_noted(
    no_settings_from_outside: None, home: Path, services: Services, mail: str, words: list[str]
) -> None:
    services.close()
    status, out, err = cli(home, words[0], mail, *words[1:], "--as", SOL)
    right = "deliverable:release" if words[0] == "release" else "deliverable:review"
    assert (status, out, err) == (1, "", f"{SOL} (staff) lacks the right {right}\n")
    entry = json.loads(cli(home, "audit", "log", "--limit", "1", "--json")[1])[0]
    assert (entry["tag"], entry["actor"]) == (AuditTag.ACCESS_REFUSED.value, SOL)
    assert (entry["subject"], entry["detail"]) == (f"command:{words[0]}", {"needs": right})


def test_changes_bring_the_next_version_at_once(services: Services, mail: str) -> None:
    done = run(
        services, "review", id=mail[:12], decision="changes", note="Use March 25, 2026 as the date", **{"as": ANA}
    )
    assert done.text.startswith("Sent back; version 2 is back in review: Past due invoices")
    assert "Done: asked for an answer by March 25, 2026." in done.text
    assert (done.data["state"], done.data["version"]) == ("in_review", 2)
    assert "by **March 25, 2026**" in json.dumps(done.data["sections"])
    with pytest.raises(Invalid, match="say what should change"):
        run(services, "review", id=mail, decision="changes", **{"as": ANA})
    with pytest.raises(Invalid, match="say why"):
        run(services, "review", id=mail, decision="reject", **{"as": ANA})
    with pytest.raises(Invalid, match="approve, changes, reject"):
        run(services, "review", id=mail, decision="maybe", **{"as": ANA})


def test_a_reason_lets_an_untied_figure_pass(services: Services, mail: str) -> None:
    from workspace.deliverables.model import Section
    from workspace.deliverables.review import edit
    from workspace.scope import open_scope

    with services.database.writing() as session:
        edit(open_scope(session, MIA, clock=services.clock), mail, [Section("Opening", "Pay $5.00.")])
    with pytest.raises(Invalid, match="override"):
        run(services, "review", id=mail, decision="approve", **{"as": ANA})
    run(services, "review", id=mail, decision="approve", override="agreed by telephone", **{"as": ANA})
    run(services, "release", id=mail, **{"as": ANA})
    with services.database.reading() as session:
        tags = list(session.scalars(select(AuditEntry.tag).where(AuditEntry.subject.like("re%:%"))))
        assert tags == [AuditTag.DELIVERABLE_OVERRIDDEN.value, AuditTag.DELIVERABLE_RELEASED.value]
        assert [item.body for item in session.scalars(select(OutboxItem))] == ["Pay $5.00.\nAlder & Byrne CPAs\n"]


def test_who_does_not_see_the_client_is_told_nothing(services: Services, mail: str) -> None:
    for name in ("review", "release"):
        with pytest.raises(NotFound):
            run(services, name, id=mail, decision="approve", **{"as": BEN})
    with services.database.reading() as session:
        refused = select(AuditEntry).where(AuditEntry.tag == AuditTag.REVIEW_REFUSED.value)
        assert session.scalars(refused).all() == []


def test_a_manager_does_not_release(services: Services, mail: str) -> None:
    run(services, "review", id=mail, decision="approve", **{"as": MIA})
    with pytest.raises(Forbidden, match="deliverable:release"):
        run(services, "release", id=mail, **{"as": MIA})


def test_commands_run_through_the_one_way(no_settings_from_outside: None, home: Path) -> None:
    found = execute(home, "draft", {"client": "C001", "slug": "meeting-brief"}, silent)
    assert execute(home, "deliverables-show", {"id": found.data["id"]}, silent).data == found.data
