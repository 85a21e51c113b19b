"""Search over all clients: what is found, how, and that nothing of a client outside the scope shows, not even in a rank."""

from dataclasses import asdict

from sqlalchemy import delete, select, update

from ingestion.embed import Embedder
from ingestion.indexing import embed_and_put
from store.database import Database, counting_queries
from store.ids import stable_id
from store.tables import Document, Passage, Wall
from store.vectors import VectorIndex
from tests.search.conftest import NAMES, TODAY, World, canary, fill
from workspace.firm_search import Found, firm_search
from workspace.search import Searcher

KINDS = ["contact", "engagement", "task", "request", "invoice", "notice", "deliverable", "mail"]


def found(world: World, name: str, query: str, k: int = 12) -> Found:
    with world.asked_by(name) as scope:
        return firm_search(scope, world.searcher, query, k)


def test_a_word_is_found_in_every_kind_of_record_and_in_papers(world: World) -> None:
    seen = found(world, "ann", canary("C1"))
    assert [record.kind for record in seen.records] == KINDS
    assert {record.client_ref for record in seen.records} == {"C1"}
    assert {hit.hit.path for hit in seen.passages} == {"Leases/Lease C1.pdf", f"Notices/{canary('C1')}.pdf"}
    assert world.searcher.index.shelves() == set()


def test_nothing_of_another_client_is_found(world: World) -> None:
    for name, theirs in {"ann": {"C1", "C3", "C5"}, "bob": {"C2", "C4", "C6"}, "sue": {"C1"}}.items():
        for ref in NAMES:
            seen = found(world, name, canary(ref))
            assert bool(seen.records) == bool(seen.passages) == (ref in theirs), ref
            assert {one.client_ref for one in seen.records} | {one.client_ref for one in seen.passages} <= theirs
            for query in (ref, NAMES[ref], f"123{ref[1:]}", f"{ref[1:]}00{ref[1:]}"):
                assert {one.ref for one in found(world, name, query).clients} <= theirs
        everything = repr(asdict(found(world, name, "lease landlord monthly rent", 100)))
        assert not [
            ref for ref in NAMES if ref not in theirs and (canary(ref) in everything or NAMES[ref] in everything)
        ]


def test_a_wall_hides_a_client_at_once(world: World) -> None:
    with world.database.writing() as session:
        ids = {"client_id": stable_id("cl", "C1"), "person_id": stable_id("per", "ann@firm.example")}
        session.add(Wall(id="wall", reason="her brother", set_on=TODAY, **ids))
    assert found(world, "ann", canary("C1")) == Found()
    assert found(world, "ann", "C1").clients == ()
    assert found(world, "ann", canary("C3")).passages


def test_what_others_file_moves_no_rank(world: World) -> None:
    """The weight of a word is made of what the asker may see: a hundred papers of another partner's client change no score."""
    world.paper("C1", "Rents/a.txt", "The rent of the bakery rises in spring.", "The landlord wrote.")
    world.paper("C3", "Rents/b.txt", "Rent, rent and rent again: the dentist pays.")
    before = found(world, "ann", "landlord rent", 50)
    for number in range(30):
        world.paper("C2", f"Rents/{number}.txt", "landlord rent landlord", "landlord only", "rent only")
    assert found(world, "ann", "landlord rent", 50) == before
    assert len({hit.client_ref for hit in before.passages}) > 1


def test_one_client_does_not_fill_the_page(world: World) -> None:
    for number in range(6):
        world.paper("C1", f"Minutes/{number}.txt", f"Minutes of meeting {number}: the oven was bought.")
    world.paper("C3", "Minutes/x.txt", "The oven of the sterilizer was bought.")
    refs = [hit.client_ref for hit in found(world, "ann", "oven bought").passages]
    assert refs.count("C1") == 3 and "C3" in refs


def test_a_client_is_found_by_name_and_ref_though_mistyped(world: World) -> None:
    asked = {
        "Harbor Bakery": "C1",
        "harbour bakry": "C1",
        "bakery": "C1",
        "prair": "C3",
        "dentall": "C3",
        "muller sohne": "C5",
        "c3": "C3",
    }
    for query, ref in asked.items():
        assert [one.ref for one in found(world, "ann", query).clients] == [ref], query


def test_the_end_of_a_tax_id_is_for_those_who_may_write_the_record(world: World) -> None:
    [hit] = found(world, "ann", "1001").clients
    assert (hit.ref, hit.by) == ("C1", "tax id")
    assert found(world, "sue", "1001").clients == ()


def test_most_of_the_words_are_enough_when_no_passage_holds_all(world: World) -> None:
    world.paper("C5", "Crop.txt", "Hail destroyed the cherries in June; the insurer was told.")
    [best, *_] = found(world, "ann", "hail damage cherries claim").passages
    assert best.hit.path == "Crop.txt"


def test_a_new_version_a_change_and_a_removal_are_seen(world: World) -> None:
    path = "Policy.txt"

    def of() -> list[str]:
        return [hit.hit.text for hit in found(world, "ann", "premium").passages]

    world.paper("C1", path, "The premium is $100.")
    world.paper("C1", path, "The premium is $200.", number=2)
    assert of() == ["The premium is $200."]
    with world.database.writing() as session:
        session.execute(update(Passage).where(Passage.text == "The premium is $200.").values(text="The fee is $200."))
    assert of() == []
    with world.database.writing() as session:
        session.execute(update(Passage).where(Passage.text == "The fee is $200.").values(text="A premium of $300."))
    assert of() == ["A premium of $300."]
    with world.database.writing() as session:
        session.execute(delete(Passage).where(Passage.document_id == stable_id("doc", "C1", path)))
    assert of() == []
    world.paper("C1", "Old.txt", "premium of old")
    with world.database.writing() as session:
        old = session.scalars(select(Document).where(Document.name == "Old.txt")).one()
        old.superseded_by = stable_id("doc", "C1", path)
    assert of() == []


def test_any_words_may_be_asked(world: World) -> None:
    odd = [
        "",
        "  ",
        "?!",
        "the of and",
        "\x00",
        "é" * 400,
        "Ω 漢字",
        '"quote" OR *',
        "a AND NOT (b",
        "'; DROP TABLE passages; --",
        "50%_",
    ]
    for query in odd:
        assert isinstance(found(world, "ann", query), Found)


def test_queries_are_bounded(world: World) -> None:
    for query in (canary("C1"), "lease of the landlord in spring with eight more words to it"):
        with counting_queries(world.database.engine) as ran:
            found(world, "ann", query)
        assert len([sql for sql in ran if sql.lstrip().upper().startswith("SELECT")]) <= 15, ran


def test_meaning_orders_what_the_words_found(database: Database, embedder: Embedder, bare_index: VectorIndex) -> None:
    """The vectors of the candidates are compared without a collection."""
    fill(database)
    world = World(database, Searcher(bare_index, embedder))
    versions = [
        world.paper("C1", "a.txt", "We sat on the bank of the river."),
        world.paper("C3", "b.txt", "The bank raised the interest on the overdraft."),
    ]
    try:
        embed_and_put(database, bare_index, embedder, versions)
        for ref in ("C1", "C3"):
            bare_index.clear(stable_id("cl", ref))
        [best, *_] = found(world, "ann", "bank lending").passages
        assert best.hit.path == "b.txt"
        assert bare_index.shelves() == set()
    finally:
        for ref in ("C1", "C3"):
            bare_index.clear(stable_id("cl", ref))
