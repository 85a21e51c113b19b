"""Two clients with files, money and trust become one, and two again: what is found where, what the index holds after a crash, who
follows."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from api.commands import find
from api.commands.result import silent
from api.intake import index_new
from api.wiring import Services
from ingestion.indexing import embed_and_put, verify
from store import audit, tables, word_index
from store.database import Database
from store.errors import Conflict
from store.ids import stable_id
from tests.billing.firm import acting as at_work
from tests.directory.harbor import picture
from tests.law.firm import held, law_firm, ledger
from tests.signals import rows
from tests.signals.rows import PARTNER, TODAY, cl
from workspace.billing import drafting, foots, issuing, wip
from workspace.directory.merge_clients import merge_clients, review_clients
from workspace.documents import receive
from workspace.law.ledgers import ledgers
from workspace.retention.holds import set_hold
from workspace.scope import Scope, open_scope
from workspace.search.engine import search
from workspace.undo import undo

ANA = "ana@alder.example"
KEPT, GONE = "C001", "C002"
BY_THE_SOFTWARE = ("shelf", "embedder", "stage")


@contextmanager
def writing(services: Services, email: str = ANA) -> Iterator[Scope]:
    with services.database.writing() as session:
        yield open_scope(session, email, clock=services.clock)


@pytest.fixture
def twins(services: Services) -> Services:
    """C002 is C001 once more: with a letter of its own, the same minutes at another place, and other words where C001 has its minutes."""
    with writing(services) as scope:
        scope.session.execute(update(tables.Client).where(tables.Client.ref == GONE).values(tax_id=None))
        minutes = services.blobs.get(
            scope.session.scalars(
                select(tables.DocumentVersion.blob)
                .join(tables.Document, tables.Document.current_version_id == tables.DocumentVersion.id)
                .where(tables.Document.path == "2025/minutes.md")
            ).one()
        )
        receive(scope, services.blobs, GONE, "board/minutes again.md", minutes, "upload")
        receive(
            scope, services.blobs, GONE, "2025/minutes.md", b"# Minutes\n\nThe word to find is QUARTZIBEX.\n", "upload"
        )
    index_new(services, silent)
    return services


def merged(services: Services) -> str:
    """The act of the merge; nothing is indexed yet."""
    with writing(services) as scope:
        return merge_clients(scope, KEPT, GONE)


def found(services: Services, ref: str, word: str) -> list[str]:
    with services.database.reading() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        return [one.path for one in search(scope, services.searcher, ref, word, 3) if word in one.text]


def by_words(services: Services, ref: str, word: str) -> int:
    """How many passages the index of words has of a word, asked for this client alone."""
    with services.database.reading() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        one = session.scalars(select(tables.Client.id).where(tables.Client.ref == ref)).one()
        return len(word_index.passages_with(session, [word], scope.clients().where(tables.Client.id == one), [one], 9))


def records(services: Services) -> dict[str, object]:
    """What the tables hold, but for columns in which the software keeps how far it is."""
    with services.database.engine.connect() as connection:
        return {
            table.name: sorted(
                tuple(map(str, row))
                for row in connection.execute(
                    select(*(c for c in table.columns if c.name not in (*BY_THE_SOFTWARE, "revision")))
                )
            )
            for table in tables.Base.metadata.sorted_tables
            if table.name not in ("acts", "audit", "audit_head", "model_calls")
        }


def test_documents_go_with_what_was_read_from_them_and_come_back(twins: Services) -> None:
    before = records(twins)
    wanted = {"of": "client", "kept": KEPT, "gone": GONE, "as": ANA}
    seen = find("directory-merge").load()(twins, {**wanted, "preview": True}, silent)
    assert not seen.failed and seen.data["moves"]["documents"] == 7 and "7 documents" in seen.text
    assert records(twins) == before
    told = find("directory-merge").load()(twins, wanted, silent)
    assert list(verify(twins.database, twins.index)) == []
    assert found(twins, KEPT, "COBALTOTTER") == ["letter.txt"] and found(twins, GONE, "COBALTOTTER") == []
    assert found(twins, KEPT, "QUARTZIBEX") == ["C002/2025/minutes.md"]
    assert found(twins, KEPT, "MARIGOLDHERON") == ["2025/minutes.md"]  # once, though both had it
    assert by_words(twins, KEPT, "cobaltotter") == 1 and by_words(twins, GONE, "cobaltotter") == 0
    with twins.database.reading() as session:
        gone = session.scalars(select(tables.Client.id).where(tables.Client.ref == GONE)).one()
        for table in (tables.Document, tables.Passage, tables.FactRow, tables.DocumentPage, tables.Engagement):
            assert not session.scalar(select(func.count()).select_from(table).where(table.client_id == gone))
        copy = session.scalars(select(tables.Document).where(tables.Document.path == "board/minutes again.md")).one()
        assert copy.duplicate_of == stable_id("doc", KEPT, "2025/minutes.md")
    find("undo").load()(twins, {"act": told.data["act"], "as": ANA}, silent)
    assert records(twins) == before
    assert list(verify(twins.database, twins.index)) == []
    assert found(twins, GONE, "COBALTOTTER") == ["letter.txt"] and found(twins, KEPT, "COBALTOTTER") == []
    assert by_words(twins, GONE, "cobaltotter") == 1 and by_words(twins, KEPT, "cobaltotter") == 0
    with twins.database.reading() as session:
        assert audit.verify(session) == []


@pytest.mark.parametrize("way", ["there", "back"])
@pytest.mark.parametrize("point", ["before the index", "in the index, before the receipt"])
def test_a_crash_leaves_an_index_that_holds_what_the_records_say(twins: Services, way: str, point: str) -> None:
    act = merged(twins)
    if way == "back":
        index_new(twins, silent)
        with writing(twins) as scope:
            undo(scope, act)
    if point == "before the index":
        assert list(verify(twins.database, twins.index)) == []
    else:  # as ingestion/pipeline.py: index, ended between its two steps
        with twins.database.reading() as session:
            waits = select(tables.DocumentVersion.id).where(tables.DocumentVersion.stage == "facts")
            assert embed_and_put(twins.database, twins.index, twins.embedder, session.scalars(waits).all())
    index_new(twins, silent)
    assert list(verify(twins.database, twins.index)) == []
    assert found(twins, KEPT if way == "there" else GONE, "COBALTOTTER") == ["letter.txt"]


def test_what_was_done_since_stands_in_the_way_and_what_the_software_did_does_not(twins: Services) -> None:
    act = merged(twins)
    index_new(twins, silent)
    with writing(twins) as scope:
        kept = scope.session.scalars(select(tables.Client.id).where(tables.Client.ref == KEPT)).one()
        letter = scope.session.scalars(select(tables.Document).where(tables.Document.path == "letter.txt")).one()
        minutes = stable_id("doc", KEPT, "2025/minutes.md")
        link = {"rule": "alike", "similarity": 1.0, "linked_at": scope.now, "state": "linked"}
        scope.session.add(tables.VersionLink(id="vl1", client_id=kept, earlier_id=letter.id, later_id=minutes, **link))
        letter.superseded_by = minutes
        work = scope.session.scalars(select(tables.Engagement).where(tables.Engagement.ref == "E002")).one()
        scope.session.add(tables.Task(id="new", client_id=kept, engagement_id=work.id, title="Call"))
    with writing(twins) as scope, pytest.raises(Conflict, match="on what would go back: 1 task; take"):
        undo(scope, act)
    with writing(twins) as scope:
        scope.session.delete(scope.session.get_one(tables.Task, "new"))
    with writing(twins) as scope:
        undo(scope, act)
        assert scope.session.get(tables.VersionLink, "vl1") is None
    index_new(twins, silent)
    assert found(twins, GONE, "COBALTOTTER") == ["letter.txt"] and list(verify(twins.database, twins.index)) == []


def test_a_file_that_waits_to_be_read_and_a_place_that_is_taken(twins: Services) -> None:
    with writing(twins) as scope:
        receive(scope, twins.blobs, GONE, "late.txt", b"late", "upload")
    with writing(twins) as scope, pytest.raises(Conflict, match="a file of C002 waits to be read"):
        merge_clients(scope, KEPT, GONE)
    index_new(twins, silent)
    merged(twins)
    with writing(twins) as scope:
        again = receive(scope, twins.blobs, GONE, "letter.txt", b"another letter", "upload")
        assert (again.outcome, again.document_id) == ("accepted", stable_id("doc", GONE, "letter.txt"))
        assert scope.session.get_one(tables.Document, again.document_id).path == "letter.txt"
        other = receive(scope, twins.blobs, KEPT, "letter.txt", b"of the kept client", "upload")
        assert scope.session.get_one(tables.Document, other.document_id).path == "C001/letter.txt"
        same = receive(scope, twins.blobs, KEPT, "letter.txt", b"of the kept client", "upload")
        assert same.outcome == "unchanged"
    index_new(twins, silent)
    assert list(verify(twins.database, twins.index)) == []


@pytest.fixture
def law(database: Database) -> Database:
    """C1 and C2 are one; C2 has a matter with trust money, an issued invoice and a write-off."""
    law_firm(database)
    with at_work(database) as scope:
        scope.session.get_one(tables.Client, cl("C2")).tax_id = None
        ledger(scope, "C2", "M2", "700.00")
        ledger(scope, "C1", "M1", "500.00")
        rows.add_time(scope.session, TODAY, "2", "E3", "C2")
        rows.add_time(scope.session, TODAY, "1", "E3", "C2")
    with at_work(database) as scope:
        entries = scope.session.scalars(select(tables.TimeEntry.id).where(tables.TimeEntry.client_id == cl("C2"))).all()
        wip.write_off(scope, "C2", [entries[0]], "goodwill")
        issuing.issue(scope, drafting.draft_invoice(scope, "C2", drafting.Wanted("retainer", amount=Decimal(500))))
    return database


def owed(scope: Scope) -> dict[str, Decimal]:
    return {row.client_id: row.amount for row in scope.session.scalars(select(tables.Invoice))}


def test_money_and_trust_follow_and_nothing_else_of_them_changes(law: Database) -> None:
    before = picture(law)
    with at_work(law) as scope:
        assert review_clients(scope, "C1", "C2").reasons == ()
        firm = foots.check_books(scope)
        act = merge_clients(scope, "C1", "C2")
        assert owed(scope) == {cl("C1"): Decimal(500)}
        assert sorted(one.balance for one in ledgers(scope, client_ref="C1")) == [Decimal(500), Decimal(700)]
        assert {one.client_id for one in scope.session.scalars(select(tables.TrustLine))} == {cl("C1")}
        assert {one.client_id for one in scope.session.scalars(select(tables.Adjustment))} == {cl("C1")}
        assert foots.check_books(scope) == firm and foots.check_books(scope, "C1").faults == ()
    with pytest.raises(Exception, match="cannot be changed; credit it"), law.writing() as session:
        session.execute(update(tables.Bill).values(text="another"))
    with pytest.raises(Exception, match="cannot be changed; credit it"), law.writing() as session:
        session.execute(update(tables.Bill).values(client_id=cl("C3")))
    with pytest.raises(Exception, match="cannot be changed"), law.writing() as session:
        session.execute(update(tables.Adjustment).values(amount=Decimal(1)))
    with at_work(law) as scope:
        redo = undo(scope, act).id
    assert picture(law) == before
    with at_work(law) as scope:
        undo(scope, redo)
        assert owed(scope) == {cl("C1"): Decimal(500)}
        assert held(scope, scope.session.scalars(select(tables.TrustLedger.id)).first() or "") > 0


def test_two_ledgers_for_one_purpose_and_what_is_on_its_way_are_refused_in_a_line(law: Database) -> None:
    with at_work(law) as scope:
        ledger(scope, "C2", None, "10.00")
        assert review_clients(scope, "C1", "C2").reasons == ()
        ledger(scope, "C1", None, "10.00")
        [said] = review_clients(scope, "C1", "C2").reasons
        assert said.startswith("both hold trust money outside a matter")
        offer = {"title": "Offer", "start": TODAY, "end": TODAY, "note": "", "created_at": rows.NOW}
        scope.session.add(tables.Proposal(id="prop", client_id=cl("C2"), created_by=rows.per(PARTNER), **offer))
        scope.session.flush()
        assert any("proposals of C2 have no answer yet" in one for one in review_clients(scope, "C1", "C2").reasons)


def test_a_hold_on_either_is_one_on_both(law: Database) -> None:
    with at_work(law) as scope:
        set_hold(scope, "C2", "a suit")
        merge_clients(scope, "C1", "C2")
        holds = scope.session.scalars(select(tables.LegalHold.client_id).where(tables.LegalHold.ended_at.is_(None)))
        assert set(holds) == {cl("C1"), cl("C2")}
