"""What programs hold on to: tokens with scopes, limits, marks, pages of lists, keys of creation; and a person's own settings."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.gate import Gate, Rate, TooMany
from api.once import Once
from api.routes import time_json
from api.wiring import Services
from store.database import counting_queries
from tests.web.conftest import Visitor, Visits, ids, visiting
from workspace.platform.tokens import rights_for
from workspace.scope import RIGHTS, Right

Own = tuple[Services, Visits]


class Program:
    """Holds a token."""

    def __init__(self, visitor: Visitor, secret: str) -> None:
        self._http, self._secret = visitor.http, secret

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        cookies, self._http.cookies = self._http.cookies, {}
        try:
            headers = {"authorization": f"Bearer {self._secret}", **headers}
            return self._http.request(method, path, json=body, headers=headers)
        finally:
            self._http.cookies = cookies


def send(visitor: Visitor, method: str, path: str, body: Any = None, **headers: str) -> Any:
    headers = {"x-csrf-token": visitor.csrf(), **headers}
    return visitor.http.request(method, f"/api/v1{path}", json=body, headers=headers)


def program(visitor: Visitor, name: str = "clock", **asked: Any) -> Program:
    made = send(visitor, "POST", "/me/tokens", {"name": name, **asked})
    assert made.status_code == 201, made.text
    return Program(visitor, made.json()["token"])


def test_a_token_does_what_it_was_made_for(own: Own) -> None:
    services, visit = own
    mia = visit("mia")
    reads, some, everything = (
        program(mia, "a"),
        program(mia, "b", kind="some", rights=["time:write"]),
        program(mia, "c", kind="all"),
    )
    entry = {"client": "C001", "on": "2026-03-09", "hours": "1"}
    clients = {row["ref"] for row in reads.call("GET", "/api/v1/clients").json()}
    assert clients == {row["ref"] for row in everything.call("GET", "/api/v1/clients").json()} != set()
    refused = reads.call("POST", "/api/v1/time", entry)
    assert refused.status_code == 403 and refused.json()["error"] == "This token lacks the right time:write."
    assert some.call("POST", "/api/v1/time", entry).status_code == 201
    assert everything.call("POST", "/api/v1/time", entry).status_code == 201
    signal = some.call("GET", "/api/v1/signals").json()[0]["key"]
    refused = some.call("POST", f"/api/v1/signals/{signal}", {"decision": "acknowledge"})
    assert refused.status_code == 403 and "this token lacks the right signal:decide" in refused.json()["error"].lower()
    assert some.call("GET", "/clients").status_code == 403, "what is narrowed opens no page"
    assert some.call("GET", "/api/v1/me").json()["rights"] == ["client:read", "time:write"]
    assert some.call("POST", "/api/v1/me/tokens", {"name": "more", "kind": "all"}).status_code == 403
    over = send(visit("sol"), "POST", "/me/tokens", {"name": "x", "kind": "some", "rights": ["deliverable:release"]})
    assert over.status_code == 403 and "never has more rights than its person" in over.json()["error"]
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET role = 'staff' WHERE email = 'mia@alder.example'")
    assert reads.call("GET", "/api/v1/me").json()["rights"] == ["client:read"], "it has lost what she lost"


def test_rights_for_every_role_stay_within_it() -> None:
    for role, has in RIGHTS.items():
        read = rights_for(role, "read")
        assert read is not None and set(read) <= {right.value for right in has}
        assert not {one for one in read if one.endswith((":write", ":set", ":manage", ":release"))}
    assert rights_for("partner", "some", ["time:write"]) == [Right.CLIENT_READ.value, Right.TIME_WRITE.value]


def test_the_page_makes_shows_once_and_revokes(own: Own) -> None:
    services, visit = own
    ana, elsewhere = visit("ana"), visit("ana")
    page = ana.get("/me").text
    assert "No token yet" in page and page.count("Sign out there") == 1
    made = ana.post("/me/tokens", name="the <clock>", kind="some", rights=["time:write"], days="30").text
    found = re.search(r'id="secret">([\w-]{40,})<', made)
    assert found is not None and "the &lt;clock&gt;" in made
    assert found[1] not in ana.get("/me").text and "never" in ana.get("/me").text
    held = Program(ana, found[1])
    assert held.call("GET", "/api/v1/clients").status_code == 200
    assert ana.get("/me").text.count("never") == 0, "used a moment ago"
    assert ana.post("/me/tokens", name="the <clock>").status_code == 422
    ana.follow(ana.post("/me/tokens/revoke", name="the <clock>"))
    assert held.call("GET", "/api/v1/clients").status_code == 401
    other = re.search(r'name="session" value="(sin_\w+)"', page)
    assert other is not None
    ana.follow(ana.post("/me/sessions/end", session=other[1]))
    assert elsewhere.get("/clients").status_code == 303 and ana.get("/clients").status_code == 200
    [mine] = ids(services, "SELECT id FROM sign_ins WHERE kind = 'session' AND revoked_at IS NULL")
    visit("ben").post("/me/sessions/end", session=mine)
    assert ana.get("/clients").status_code == 200, "nobody ends another person's session"


HOME = "Mar 9, 2026, 10:30 PM"


def test_times_are_told_in_the_persons_zone(own: Own) -> None:
    services, visit = own
    ana, ben = visit("ana"), visit("ben")
    at = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE sign_ins SET used_at = created_at, created_at = '{at:%Y-%m-%d %H:%M:%S}'")
    assert HOME in ana.get("/me").text
    assert "Set. Times are shown in that zone" in ana.follow(ana.post("/me/zone", zone="Asia/Tokyo")).text
    assert "Mar 10, 2026, 12:30 PM" in ana.get("/me").text and HOME in ben.get("/me").text
    assert ana.post("/me/zone", zone="Mars/Base").status_code == 422
    assert send(ana, "PATCH", "/me", {"zone": None}).json()["zone"] is None
    assert HOME in ana.get("/me").text


def test_buckets_fill_again_and_the_oldest_are_forgotten() -> None:
    gate = Gate({"token": Rate(60), "person": Rate(0)}, most=3)
    for _ in range(30):
        gate.enter("token", "a", at=0)
    with pytest.raises(TooMany) as refused:
        gate.enter("token", "a", at=0)
    assert refused.value.wait == 1
    gate.enter("token", "a", at=1.01)
    with pytest.raises(TooMany):
        gate.enter("token", "a", at=1.02)
    for name in "bcd":
        gate.enter("token", name, at=2)
    assert gate.known() == 3
    for _ in range(10_000):
        gate.enter("person", "x", at=0)


def test_too_many_requests_are_told_when_to_come_again(own: Own) -> None:
    services, visit = own
    mia = visit("mia")
    held, other = program(mia, "a"), program(mia, "b")
    services.gate._rates = {"token": Rate(4), "person": Rate(0), "address": Rate(0)}
    answers = [held.call("GET", "/api/v1/me") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert (
        1 <= int(answers[2].headers["retry-after"]) <= 15 and "too many requests" in answers[2].json()["error"].lower()
    )
    assert other.call("GET", "/api/v1/me").status_code == 200, "each token for itself"
    services.gate._rates = {"token": Rate(0), "person": Rate(0), "address": Rate(2)}
    strangers = [TestClient(mia.http.app).get("/clients", headers={"accept": "text/html"}) for _ in range(2)]
    assert strangers[-1].status_code == 429 and strangers[-1].headers["retry-after"], "also for who is nobody yet"


def test_what_did_not_change_is_not_told_again(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    first = send(ana, "GET", "/clients")
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    again = send(ana, "GET", "/clients", **{"if-none-match": f'"x", {etag}'})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == etag
    assert send(ana, "POST", "/time", {"client": "C001", "on": "2026-03-09", "hours": "1"}).status_code == 201
    signal = send(ana, "GET", "/signals").json()[0]["key"]
    before = send(ana, "GET", "/signals").headers["etag"]
    assert send(ana, "POST", f"/signals/{signal}", {"decision": "pin"}).status_code == 200
    assert send(ana, "GET", "/signals", **{"if-none-match": before}).status_code == 200
    assert "etag" not in ana.get("/clients").headers
    assert send(ana, "GET", "/clients/none/documents").status_code == 404


def walk(ana: Visitor, path: str, limit: int) -> Iterator[list[Any]]:
    at = f"/api/v1{path}{'&' if '?' in path else '?'}limit={limit}"
    while at:
        answer = ana.http.get(at)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        link = answer.headers.get("link", "")
        found = re.fullmatch(r'<(.*)>; rel="next"', link)
        at = found[1] if found else ""


@pytest.mark.parametrize(
    "path", ["/clients", "/signals", "/signals?client=C001", "/deliverables", "/clients/C001/documents"]
)
def test_lists_come_in_pieces_and_whole(look: Visits, path: str) -> None:
    ana = look("ana")
    whole = send(ana, "GET", path)
    assert "link" not in whole.headers
    pieces = list(walk(ana, path, 2))
    assert [row for piece in pieces for row in piece] == whole.json()
    assert all(len(piece) == 2 for piece in pieces[:-1])


def test_a_cursor_is_for_one_list_and_one_person_and_survives_changes(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    first = ana.http.get("/api/v1/clients/C001/documents?limit=2")
    seen = [row["id"] for row in first.json()]
    more = re.findall(r"<(.*)>", first.headers["link"])[0]
    whole = [row["id"] for row in ana.http.get("/api/v1/clients/C001/documents").json()]
    with (
        services.database.engine.begin() as connection
    ):  # what was told already moves behind; nothing is repeated or left out
        connection.exec_driver_sql(f"UPDATE documents SET path = 'zz.pdf' WHERE id = '{seen[0]}'")
    assert [row["id"] for row in ana.http.get(more).json()][:1] == whole[2:3]
    cursor = more.partition("cursor=")[2]
    assert ana.http.get(f"/api/v1/clients/C002/documents?cursor={cursor}").status_code == 422
    assert visit("mia").http.get(more).status_code in (404, 422)
    assert ana.http.get("/api/v1/clients?cursor=made-up").status_code == 422
    assert ana.http.get("/api/v1/clients?limit=0").status_code == 422


ENTRY = {"client": "C001", "on": "2026-03-09", "hours": "2", "note": "once"}


def times(services: Services) -> int:
    return int(ids(services, "SELECT count(*) FROM time_entries WHERE note = 'once'")[0])


def test_a_key_creates_once(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    first = send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "k1"})
    again = send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "k1"})
    assert first.status_code == again.status_code == 201 and first.json() == again.json() and times(services) == 1
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    other = send(ana, "POST", "/time", {**ENTRY, "hours": "3"}, **{"idempotency-key": "k1"})
    assert other.status_code == 422 and "another request" in other.json()["error"]
    assert send(visit("mia"), "POST", "/time", ENTRY, **{"idempotency-key": "k1"}).status_code == 201, "hers is her own"
    assert times(services) == 2
    wrong = {**ENTRY, "hours": "many"}
    assert send(ana, "POST", "/time", wrong, **{"idempotency-key": "k2"}).status_code == 422
    assert send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "k2"}).status_code == 201, "a refusal frees the key"
    assert send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "x" * 201}).status_code == 422
    restarted = visiting(services)("ana")  # another application over the same records
    assert send(restarted, "POST", "/time", ENTRY, **{"idempotency-key": "k1"}).json() == first.json()
    with services.database.engine.begin() as connection:
        assert "once" not in str(connection.exec_driver_sql("SELECT answer FROM keyed_creations").all())
        connection.exec_driver_sql("UPDATE keyed_creations SET at = '2020-01-01 00:00:00'")
    before = times(services)
    assert send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "k1"}).json() != first.json(), (
        "a day later it is new"
    )
    assert times(services) == before + 1


def test_a_secret_is_not_kept_under_a_key(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    made = send(ana, "POST", "/me/tokens", {"name": "x"}, **{"idempotency-key": "k"})
    assert made.status_code == 201 and "tickmark-told-once" not in made.headers
    again = send(ana, "POST", "/me/tokens", {"name": "x"}, **{"idempotency-key": "k"})
    assert again.status_code == 409 and "not kept" in again.json()["error"]
    assert ids(services, "SELECT answer FROM keyed_creations") == [None]
    assert "tickmark-told-once" not in send(ana, "POST", "/me/tokens", {"name": "y"}).headers


def test_two_at_once_with_one_key(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes while the first is being carried out."""
    services, visit = own
    ana = visit("ana")
    csrf = ana.csrf()
    inside, on = threading.Event(), threading.Event()
    original = time_json.writing

    def slowly(request: Any, who: Any) -> Any:
        inside.set()
        assert on.wait(20)
        return original(request, who)

    monkeypatch.setattr(time_json, "writing", slowly)
    answers: list[int] = []

    def post() -> None:
        headers = {"x-csrf-token": csrf, "idempotency-key": "race"}
        answers.append(ana.http.post("/api/v1/time", json=ENTRY, headers=headers).status_code)

    first = threading.Thread(target=post)
    first.start()
    assert inside.wait(20)
    post()
    assert answers == [409]
    on.set()
    first.join(20)
    assert answers == [409, 201] and times(services) == 1
    post()
    assert answers[-1] == 201 and times(services) == 1


def test_many_at_once_create_one(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    csrf, answers = ana.csrf(), list[int]()

    def post() -> None:
        headers = {"x-csrf-token": csrf, "idempotency-key": "many"}
        answers.append(ana.http.post("/api/v1/time", json=ENTRY, headers=headers).status_code)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(answers) <= {201, 409} and 201 in answers and times(services) == 1


def test_what_was_cut_off_is_not_done_twice_and_a_defect_frees_its_key(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, visit = own
    ana = visit("ana")
    with monkeypatch.context() as patched:
        patched.setattr(Once, "_settle", lambda *_: None)  # the process ends before it can write down the answer
        assert send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "cut"}).status_code == 201
    restarted = visiting(services)("ana")
    refused = send(restarted, "POST", "/time", ENTRY, **{"idempotency-key": "cut"})
    assert refused.status_code == 409 and "cut off" in refused.json()["error"] and times(services) == 1

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patched:
        patched.setattr(time_json.worked, "add_time", broken)
        with pytest.raises(RuntimeError):
            send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "defect"})
    assert send(ana, "POST", "/time", ENTRY, **{"idempotency-key": "defect"}).status_code == 201


def test_the_settings_page_takes_few_queries(look: Visits, shared: tuple[Services, Visits]) -> None:
    ana = look("ana")
    with counting_queries(shared[0].database.engine) as statements:
        assert ana.get("/me").status_code == 200
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) <= 12
