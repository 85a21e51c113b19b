"""What a person says about the facts of a document stays said, whatever is read again, and everybody who uses facts hears it."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.reading_again import reading_again
from api.settings import load_settings
from api.wiring import Services, build
from ingestion.facts import READER_VERSION
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import (
    Client,
    Document,
    DocumentVersion,
    FactCorrection,
    FactRow,
    IntakeFinding,
    Notice,
    Passage,
)
from workspace.scope import open_scope
from workspace.snapshot import take_snapshot

MIA, SOL, ANA = (f"{name}@alder.example" for name in ("mia", "sol", "ana"))
NOTICE = """Department of the Treasury
Internal Revenue Service

Notice CP2000
Tax year 2024
Notice date February 18, 2026

Harbor Bakery Inc

Amount due: $2,170.49
Please respond by March 20, 2026.
Penalty included: $170.49
"""
LEASE = """LEASE AGREEMENT

Landlord: Dock Street Properties LLC
Tenant: Harbor Bakery Inc
Premises: 12 Dock Street
Lease term begins June 1, 2024 and ends May 31, 2029.
Base rent: $4,200.00 per month
"""


@pytest.fixture
def office(services: Services) -> Iterator[Services]:
    """A home with a notice and a lease of C001."""
    take_in(services, ANA, "C001", [("cp2000-a.txt", NOTICE.encode()), ("lease.txt", LEASE.encode())])
    yield services


def act(services: Services, command: str, /, **arguments: Any) -> Any:
    return find(command).load()(services, {key.rstrip("_"): value for key, value in arguments.items()}, silent).data


def facts(services: Services, document: str, as_: str | None = None) -> dict[str, dict[str, Any]]:
    """The document's own facts by name."""
    (sheet,) = act(services, "facts", client="C001", document=document, as_=as_)
    return {fact["name"]: fact for fact in sheet["facts"]}


def snapshot_value(services: Services, path: str, name: str) -> Any:
    with services.database.reading() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        (document,) = [d for d in take_snapshot(scope, "C001").documents if d.path == path]
        return document.fact(name)


def read_again(services: Services, path: str) -> None:
    """What an upgrade of the rules does: the facts of the version are read anew."""
    from api.intake import index_new
    from store.tables import DocumentVersion

    with services.database.writing() as session:
        document = session.query(Document).filter_by(path=path).one()
        session.get_one(DocumentVersion, document.current_version_id).stage = "split"
    index_new(services, silent)


def test_facts_are_listed_with_their_reader_page_words_and_confidence(office: Services) -> None:
    due = facts(office, "cp2000-a.txt")["respond_by"]
    assert (due["value"], due["page"], due["quote"]) == ("2026-03-20", 1, "March 20, 2026")
    assert due["reader"].startswith("rules-") and 0 < due["confidence"] <= 1


def test_a_corrected_value_is_what_everybody_sees_and_stays_when_the_document_is_read_again(office: Services) -> None:
    act(
        office,
        "facts-correct",
        document="cp2000-a.txt",
        name="amount_due",
        value="$170.49",
        as_=MIA,
        note="only the penalty",
    )
    for _ in range(2):
        fact = facts(office, "cp2000-a.txt")["amount_due"]
        assert (fact["value"], fact["quote"], fact["reader"]) == ("170.49", "$170.49", "person")
        said = fact["correction"]
        assert (said["was"], said["note"]) == ("2170.49", "only the penalty") and said["by"].startswith("Mia")
        seen = snapshot_value(office, "cp2000-a.txt", "amount_due")
        assert seen.value == "170.49" and seen.evidence.corrected_by == said["by"]
        read_again(office, "cp2000-a.txt")


def test_a_corrected_date_of_a_notice_reaches_its_record_and_the_trail(office: Services) -> None:
    act(office, "facts-correct", document="cp2000-a.txt", name="respond_by", value="2026-02-18", as_=MIA)
    with office.database.reading() as session:
        document = session.query(Document).filter_by(path="cp2000-a.txt").one()
        notice = session.query(Notice).filter_by(document_id=document.id).one()
        assert str(notice.respond_by) == "2026-02-18"
    logged = act(office, "audit-log")
    (entry,) = [one for one in logged if one["tag"] == "fact:value:corrected"]
    assert (entry["actor"], entry["detail"]["was"], entry["detail"]["value"]) == (MIA, "2026-03-20", "2026-02-18")
    assert act(office, "audit-verify")


def test_a_fact_that_is_not_there_is_denied_and_stays_away(office: Services) -> None:
    act(office, "facts-correct", document="cp2000-a.txt", name="amount_due", as_=MIA, note="it proposes nothing")
    assert "amount_due" not in facts(office, "cp2000-a.txt")
    read_again(office, "cp2000-a.txt")
    assert "amount_due" not in facts(office, "cp2000-a.txt")
    act(office, "facts-undo", document="cp2000-a.txt", name="amount_due", as_=MIA)
    assert facts(office, "cp2000-a.txt")["amount_due"]["value"] == "2170.49"


def test_a_missed_fact_is_added_with_the_words_it_stands_in(office: Services) -> None:
    assert "notice_by" not in facts(office, "lease.txt")
    with pytest.raises(Invalid, match="give the words it is read from"):
        act(office, "facts-correct", document="lease.txt", name="notice_by", value="2028-11-30", as_=MIA)
    with pytest.raises(Invalid, match="do not stand on"):
        act(
            office,
            "facts-correct",
            document="lease.txt",
            name="notice_by",
            value="2028-11-30",
            as_=MIA,
            quote="no such words",
        )
    quote = "ends  May 31,\n2029"
    act(
        office,
        "facts-correct",
        document="lease.txt",
        name="notice_by",
        value="2028-11-30",
        as_=MIA,
        quote=quote,
        page=1,
    )
    fact = facts(office, "lease.txt")["notice_by"]
    assert (fact["value"], fact["quote"]) == ("2028-11-30", "ends May 31, 2029")
    act(office, "facts-undo", document="lease.txt", name="notice_by", as_=MIA)
    assert "notice_by" not in facts(office, "lease.txt")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("end", "May 35, 2029", "is no date; write it as 2026-04-09"),
        ("monthly_rent", "12,50", "is no amount; write dollars and cents"),
        ("monthly_rent", "", "give a value for monthly rent"),
        ("rate", "7", "has no fact 'rate'; it has landlord"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(office: Services, name: str, value: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        act(office, "facts-correct", document="lease.txt", name=name, value=value, as_=MIA)


def test_only_who_may_corrects_and_only_within_her_clients(office: Services) -> None:
    with pytest.raises(Forbidden, match="fact:correct"):
        act(office, "facts-correct", document="lease.txt", name="monthly_rent", value="1", as_=SOL)
    with pytest.raises(NotFound):
        act(office, "facts-correct", document="lease.txt", name="monthly_rent", value="1", as_="ben@alder.example")
    with office.database.reading() as session:
        assert session.query(FactCorrection).count() == 0


def test_a_corrected_kind_is_read_by_the_readers_of_that_kind_and_stays(office: Services) -> None:
    act(office, "facts-kind", document="lease.txt", kind="other", as_=MIA)
    assert "monthly_rent" not in facts(office, "lease.txt")
    read_again(office, "lease.txt")
    assert "monthly_rent" not in facts(office, "lease.txt")
    with pytest.raises(Invalid, match="there is no kind"):
        act(office, "facts-kind", document="lease.txt", kind="leese", as_=MIA)
    act(office, "facts-undo", document="lease.txt", name="kind", as_=MIA)
    assert facts(office, "lease.txt")["monthly_rent"]["value"] == "4200.00"


def test_in_a_new_version_a_correction_stands_with_its_words_and_else_waits_for_a_person(office: Services) -> None:
    act(office, "facts-correct", document="cp2000-a.txt", name="amount_due", value="170.49", as_=MIA)
    act(
        office,
        "facts-correct",
        document="lease.txt",
        name="monthly_rent",
        value="4300",
        as_=MIA,
        quote="$4,200.00 per month",
    )
    act(office, "facts-correct", document="lease.txt", name="landlord", as_=MIA)
    moved = "A cover line.\n\n" + NOTICE
    changed = LEASE.replace("4,200.00", "4,450.00").replace("Dock Street Properties LLC", "Pier Holdings LLC")
    take_in(office, ANA, "C001", [("cp2000-a.txt", moved.encode()), ("lease.txt", changed.encode())])
    stands = facts(office, "cp2000-a.txt")["amount_due"]
    assert (stands["value"], moved[stands["start"] : stands["end"]]) == ("170.49", "$170.49")
    lease = facts(office, "lease.txt")
    assert (lease["monthly_rent"]["value"], lease["landlord"]["value"]) == ("4450.00", "Pier Holdings LLC")
    (sheet,) = act(office, "facts", client="C001", document="lease.txt")
    assert {(one["name"], one["state"]) for one in sheet["corrections"]} == {
        ("monthly_rent", "confirm"),
        ("landlord", "confirm"),
    }
    with office.database.reading() as session:
        told = [f.message for f in session.query(IntakeFinding).filter_by(source="correction")]
    assert any("its words stand in this version no longer; confirm it again or take it back" in one for one in told)
    act(office, "facts-correct", document="lease.txt", name="monthly_rent", value="4450", as_=MIA)
    (sheet,) = act(office, "facts", client="C001", document="lease.txt")
    assert [one["name"] for one in sheet["corrections"]] == ["landlord"]
    with office.database.reading() as session:
        assert session.query(IntakeFinding).filter_by(source="correction").count() == 1


def test_loading_the_same_folder_again_leaves_corrections_alone(office: Services) -> None:
    folder = Path(__file__).parents[1] / "firm_folder"
    with office.database.reading() as session:
        row = (
            session.query(FactRow)
            .join(Document, Document.id == FactRow.document_id)
            .filter(Document.path == "Notices/cp2000.txt")
        )
        first = row.filter(FactRow.type == "money").first()
        assert first is not None
        name, document = first.name, first.document_id
    act(office, "facts-correct", document=document, name=name, as_=MIA)
    act(office, "load", folder=str(folder))
    assert name not in facts(office, document)


def test_a_copy_is_corrected_where_it_is_read(office: Services) -> None:
    take_in(office, ANA, "C001", [("copy/lease.txt", LEASE.encode())])
    with pytest.raises(Conflict, match=r"is the same file as (copy/)?lease\.txt"):
        paths = ("copy/lease.txt", "lease.txt")
        for path in paths:
            act(office, "facts-correct", document=path, name="monthly_rent", value="4200", as_=MIA)


def test_corrections_leave_and_come_back_with_the_firm(office: Services, models: Path, tmp_path: Path) -> None:
    act(office, "facts-correct", document="cp2000-a.txt", name="amount_due", value="170.49", as_=MIA, note="why")
    act(office, "facts-correct", document="lease.txt", name="landlord", as_=MIA)
    act(office, "facts-kind", document="2025/minutes.md", kind="memo", as_=MIA)
    act(office, "export", folder=str(tmp_path / "out"))
    elsewhere = shutil.copytree(models, tmp_path / "elsewhere")
    with build(load_settings(elsewhere), own_index=True) as there:
        for _ in range(2):
            act(there, "load", folder=str(tmp_path / "out"))
            assert facts(there, "cp2000-a.txt")["amount_due"]["correction"]["note"] == "why"
            assert "landlord" not in facts(there, "lease.txt")
            (minutes,) = act(there, "facts", client="C001", document="2025/minutes.md")
            assert minutes["kind"] == "memo" and len(minutes["corrections"]) == 1
        again = tmp_path / "again"
        act(there, "export", folder=str(again))
    assert (again / "corrections.csv").read_text() == (tmp_path / "out" / "corrections.csv").read_text()


def kept(services: Services) -> dict[str, Any]:
    """What reading again must leave: vectors, facts, corrections; and the revision of each client."""
    with services.database.reading() as session:
        facts = {row.id: (row.version_id, row.name, row.value, row.quote, row.reader) for row in session.query(FactRow)}
        return {
            "vectors": {row.id: (row.vector, row.embedder) for row in session.query(Passage)},
            "facts": facts,
            "corrections": [(row.id, row.value, row.state) for row in session.query(FactCorrection)],
            "revisions": {row.ref: row.revision for row in session.query(Client)},
        }


def test_better_rules_read_again_what_is_there_and_leave_the_rest(office: Services) -> None:
    act(office, "facts-correct", document="cp2000-a.txt", name="amount_due", value="$170.49", as_=MIA)
    before = kept(office)
    with office.database.writing() as session:
        session.query(FactRow).filter(FactRow.quote.contains("4,200")).one().value = "1.00"
        session.query(FactRow).filter_by(reader=READER_VERSION).update({"reader": "rules-0"})
        session.query(DocumentVersion).filter_by(stage="indexed").update({"readers": "rules-0"})
    waiting = act(office, "index-verify")["unread"]
    changed = kept(office)["revisions"]
    with reading_again(office):
        [thread] = [one for one in threading.enumerate() if one.name == "read again"]
        thread.join(60)
    after = kept(office)
    revisions = after.pop("revisions")
    assert after == {name: before[name] for name in after}
    assert waiting > 2 and [ref for ref in revisions if revisions[ref] != changed[ref]] == ["C001"]
    assert act(office, "index-verify")["unread"] == 0
    assert act(office, "index-reread") == {"documents": 0, "changed": 0, "readers": READER_VERSION}
