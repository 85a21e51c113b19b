"""Another model for a firm that is there: clients are searched as before until all their vectors are made, then all at once with the new
one. The other model stands behind a real OpenAI-compatible endpoint on the loopback."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from api.commands import doctor, find
from api.commands.intake import take_in
from api.commands.result import silent
from api.commands.search import WORDS_ALONE
from api.embedding_again import embedding_again
from api.settings import load_settings
from api.wiring import Services, build
from ingestion.embed import MODEL_ID, WHOLE_MODEL_ID
from ingestion.embedders import name_of, open_configured
from ingestion.embedding_again import embed_again, standing
from ingestion.indexing import verify
from store.errors import Busy, Invalid
from store.tables import Client, Consent, ModelCall, NewVector, Passage
from workspace.search.words import terms_of

CLIENTS = 3
EXPIRED = {"recipient": "the firm", "purpose": "its assistant", "expires_on": date(2025, 1, 2)}


@dataclass
class Server:
    """Words as vectors of sixteen numbers; `asked` are the texts that came, `down` makes it refuse."""

    asked: list[str] = field(default_factory=list[str])
    down: bool = False
    url: str = ""

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["model"] == "words"
        self.asked += body["input"]
        rows = [{"index": at, "embedding": _of_words(text)} for at, text in enumerate(body["input"])]
        return {"data": rows[::-1]}  # in whatever order: `index` tells


def _of_words(text: str) -> list[float]:
    vector = np.full(16, 0.01)
    for term in terms_of(text):
        vector[term // 16 % 16] += 1
    return [float(one) for one in vector]


@pytest.fixture
def server() -> Iterator[Server]:
    kept = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(503 if kept.down or self.path != "/v1/embeddings" else 200)
            self.end_headers()
            if not kept.down:
                self.wfile.write(json.dumps(kept.answer(body)).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the screen."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    kept.url = f"http://127.0.0.1:{http.server_port}/v1#words"
    yield kept
    http.shutdown()
    http.server_close()


@pytest.fixture
def changed(no_settings_from_outside: None, home: Path, server: Server) -> Iterator[Services]:
    """The loaded firm, whose vectors are of the packaged model, with the endpoint as its new setting."""
    with build(load_settings(home).model_copy(update={"embedding_model": server.url}), own_index=True) as services:
        yield services


def models(services: Services) -> dict[str, tuple[str | None, int]]:
    with services.database.reading() as session:
        return {row.ref: (row.embedder, row.shelf) for row in session.query(Client).order_by(Client.ref)}


def count(services: Services, table: type) -> int:
    with services.database.reading() as session:
        return session.query(table).count()


def first(services: Services, query: str, ref: str = "C001") -> str:
    return str(find("search").load()(services, {"client": ref, "query": query}, silent).data[0]["path"])


def test_a_firm_is_searched_as_before_until_a_client_has_all_its_vectors(changed: Services, server: Server) -> None:
    assert standing(changed.database, server.url).behind == CLIENTS
    assert first(changed, "minutes of the annual meeting").endswith("minutes.md")
    take_in(changed, "ben@alder.example", "C003", [("lease.txt", b"The lease of the practice ends on May 31, 2027.")])
    assert server.asked == []  # the question and the new paper went to the model that the client is searched with
    assert list(verify(changed.database, changed.index)) == []
    told = find("index-verify").load()(changed, {}, silent)
    assert not told.failed and f"3 of 3 clients are still searched with {MODEL_ID}" in told.text
    passages = told.data["waiting"]

    assert embed_again(changed.database, changed.index, changed.embedder, lambda _: True) == 0
    assert count(changed, NewVector) == len(server.asked) > 0
    assert models(changed)["C001"] == (MODEL_ID, 0)
    assert first(changed, "minutes of the annual meeting").endswith("minutes.md")

    assert embed_again(changed.database, changed.index, changed.embedder) == CLIENTS
    assert len(server.asked) == passages  # none twice, though it was ended in between
    assert models(changed) == dict.fromkeys(("C001", "C002", "C003"), (server.url, 1))
    assert (count(changed, NewVector), standing(changed.database, server.url).behind) == (0, 0)
    assert list(verify(changed.database, changed.index)) == []
    assert all(shelf.endswith("-1") for shelf in changed.index.shelves())
    before = len(server.asked)
    assert first(changed, "minutes of the annual meeting").endswith("minutes.md")
    assert len(server.asked) == before + 1
    with changed.database.reading() as session:
        assert {len(row.vector or b"") for row in session.query(Passage).where(Passage.embedder == server.url)} == {64}


def test_what_comes_in_meanwhile_is_not_left_behind(changed: Services, server: Server) -> None:
    late = [("late.txt", b"The oven was sold for $900.")]

    def rest(_: float) -> bool:
        while late:
            take_in(changed, "ana@alder.example", "C001", [late.pop()])
        return False

    assert embed_again(changed.database, changed.index, changed.embedder, rest) == CLIENTS
    assert list(verify(changed.database, changed.index)) == []
    assert any("oven was sold" in text for text in server.asked)
    assert first(changed, "oven sold") == "late.txt"


def test_the_server_embeds_again_by_itself_and_the_way_back_too(changed: Services, server: Server, home: Path) -> None:
    with embedding_again(changed):
        [thread] = [one for one in threading.enumerate() if one.name == "embed again"]
        thread.join(60)
    assert {model for model, _ in models(changed).values()} == {server.url}
    changed.close()
    server.down = True
    with build(load_settings(home), own_index=True) as services:
        again = find("index-rebuild").load()(services, {"embed": True}, silent)
        assert again.data["clients_embedded_again"] == CLIENTS
        assert models(services)["C002"] == (MODEL_ID, 2)
        assert list(verify(services.database, services.index)) == []


def test_a_rebuild_embeds_nothing(changed: Services, server: Server) -> None:
    for shelf in changed.index.shelves():
        changed.index.clear(shelf)
    changed.index.put("a-client-long-gone", ["x"], np.ones((1, 4), dtype=np.float32))
    # each client, and the one that is gone
    assert len(list(verify(changed.database, changed.index))) == CLIENTS + 1
    assert find("index-rebuild").load()(changed, {}, silent).data["passages"] > 0
    assert list(verify(changed.database, changed.index)) == []
    assert "a-client-long-gone" not in changed.index.shelves()
    assert server.asked == []


def test_without_its_server_a_client_is_searched_by_words(changed: Services, server: Server) -> None:
    embed_again(changed.database, changed.index, changed.embedder)
    server.down = True
    assert first(changed, "minutes of the annual meeting").endswith("minutes.md")
    with pytest.raises(Busy, match="does not answer"):
        changed.embedder.embed(["x"])


def test_doctor_tells_how_far_it_is(
    changed: Services, server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKMARK_EMBEDDING_MODEL", server.url)
    told = doctor.run(home).text
    assert server.url in told and "3 of 3 clients are still searched with" in told
    monkeypatch.setenv("TICKMARK_EMBEDDING_MODEL", "word2vec")
    assert "the setting embedding_model cannot be 'word2vec'" in doctor.run(home).text


def test_the_doctor_tells_whose_words_stay(
    no_settings_from_outside: None, home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKMARK_EMBEDDING_MODEL", server.url.replace("127.0.0.1", "127.1"))
    told = doctor.run(home).text
    assert "outside the firm" in told and "1 clients are searched by words alone: C003" in told
    assert server.asked == ["word"]


def test_passages_go_to_no_other_machine_unsaid(tmp_path: Path) -> None:
    far = "https://embeddings.example/v1#large"
    with pytest.raises(Invalid, match="TICKMARK_EMBEDDING_LOCAL"):
        open_configured(tmp_path, far, threads=1)
    assert open_configured(tmp_path, far, threads=1, ours=True).name == far
    assert name_of(None) == name_of("all-MiniLM-L6-v2") == MODEL_ID
    assert name_of("float") == WHOLE_MODEL_ID


def test_the_packaged_model_has_two_settings(request: pytest.FixtureRequest) -> None:
    whole = open_configured(request.getfixturevalue("models"), "float", threads=1)
    int8 = whole.other(MODEL_ID)
    assert int8 is not None and whole.other("another:1") is None
    one, two = whole.embed(["a covenant"])[0], int8.embed(["a covenant"])[0]
    assert 0.97 < float(one @ two) < 0.99999


@pytest.fixture
def abroad(no_settings_from_outside: None, home: Path, server: Server) -> Iterator[Services]:
    """The same endpoint as a server outside the firm: 127.1 is the loopback, and no address that is known as it."""
    outside = {"embedding_model": server.url.replace("127.0.0.1", "127.1"), "embedding_price": Decimal(2)}
    with build(load_settings(home).model_copy(update=outside), own_index=True) as services:
        yield services


def test_outside_the_firm_only_what_a_client_allows_is_embedded_masked_and_in_the_ledger(
    abroad: Services, server: Server
) -> None:
    """C003 allows models of the firm's own only; C002 has let her consent run out."""
    with abroad.database.writing() as session:
        owner = session.query(Client).filter_by(ref="C002").one()
        session.add(Consent(id="c", client_id=owner.id, signed_on=date(2024, 1, 2), **EXPIRED))
        session.execute(update(Client).values(embedder=None))
        session.execute(update(Passage).values(vector=None, embedder=None))
    for shelf in abroad.index.shelves():  # as a firm that never had another model
        abroad.index.clear(shelf)
    text = b"The lease of the practice ends on May 31, 2027. Her SSN is 900-70-1234, her phone (303) 555-0177."
    for ref, partner in (("C001", "ana"), ("C002", "ana"), ("C003", "ben")):
        take_in(abroad, f"{partner}@alder.example", ref, [("lease.txt", text)])
    told = {
        ref: find("search").load()(abroad, {"client": ref, "query": "When does the lease end?"}, silent)
        for ref in models(abroad)
    }
    assert {result.data[0]["path"].endswith("lease.txt") for result in told.values()} == {True}
    assert {ref for ref, result in told.items() if WORDS_ALONE in result.text} == {"C002", "C003"}
    assert find("search-all").load()(abroad, {"query": "lease of the practice"}, silent).data["passages"]

    sent = " ".join(server.asked)
    assert "lease of the practice" in sent and "[SSN-1]" in sent and "[PHONE-1]" in sent
    assert "900-70-1234" not in sent and "555-0177" not in sent
    with abroad.database.reading() as session:
        calls = session.query(ModelCall).filter_by(purpose="embedding").all()
        refs = {client.id: client.ref for client in session.query(Client)}
    assert {refs[call.client_id] for call in calls} == {"C001"}
    assert len(calls) == 2  # the paper and the question
    assert all(call.tokens_in > 0 and call.cost > 0 and call.endpoint.startswith("127.1:") for call in calls)
    assert models(abroad)["C003"] == (None, 0)
    assert {fault.client_ref for fault in verify(abroad.database, abroad.index)} <= {"C001"}

    before = standing(abroad.database, abroad.embedder.name)
    assert before.alone == 2
    with abroad.database.writing() as session:
        session.execute(update(Client).where(Client.ref == "C003").values(ai_policy="allowed"))
    assert embed_again(abroad.database, abroad.index, abroad.embedder) == 1
    assert models(abroad)["C003"][0] == abroad.embedder.name
    assert standing(abroad.database, abroad.embedder.name).alone == 1


def test_a_server_outside_that_does_not_answer_stops_no_search(abroad: Services, server: Server) -> None:
    with abroad.database.writing() as session:
        session.execute(update(Client).values(embedder=abroad.embedder.name))
    server.down = True
    assert first(abroad, "minutes of the annual meeting").endswith("minutes.md")
    with abroad.database.reading() as session:
        assert [call.outcome for call in session.query(ModelCall).filter_by(purpose="embedding")] == ["failed"]
