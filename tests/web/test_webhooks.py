"""Webhooks through HTTP, against a receiver on this machine: order, signature, retries, walls, and no way inside the house."""

import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from api import hooks as delivery
from api.clock import Clock
from api.wiring import Services
from store.audit import AuditTag, record
from store.errors import Invalid
from tests.web.conftest import Visitor, Visits, ids
from workspace.platform.addresses import allowed, plain_url
from workspace.platform.events import event_of, events
from workspace.platform.outbox import ABANDONED, WAITS, Envelope

Own = tuple[Services, Visits]


@dataclass
class Receiver:
    """What arrived, and what is answered: the statuses in turn, then 200."""

    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    answers: list[int] = field(default_factory=list[int])
    hang: threading.Event | None = None

    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if kept.hang is not None:
                kept.hang.wait(5)
            status = kept.answers.pop(0) if kept.answers else 200
            self.send_response(status)
            if status // 100 == 3:
                self.send_header("location", kept.url + "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hooked(own: Own) -> Own:
    """A home whose webhooks may go to this machine."""
    services, visit = own
    services.settings = services.settings.model_copy(update={"webhook_loopback": True})
    return services, visit


def send(visitor: Visitor, method: str, path: str, body: Any = None, **headers: str) -> Any:
    headers = {"x-csrf-token": visitor.csrf(), **headers}
    return visitor.http.request(method, f"/api/v1{path}", json=body, headers=headers)


def subscribe(visitor: Visitor, url: str, *wanted: str) -> dict[str, Any]:
    made = send(visitor, "POST", "/webhooks", {"url": url, "events": list(wanted)})
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()
    assert made.headers["location"] == f"/api/v1/webhooks/{shown['id']}"
    return shown


def happen(services: Services, *told: tuple[AuditTag, str | None]) -> None:
    with services.database.writing() as session:
        for tag, client in told:
            record(session, tag, actor="x", subject="task:tsk_1", now=datetime.now(UTC), client_id=client,
                   detail={"name": "Ngozi Okafor", "amount": "12.00"})  # fmt: skip


def client_ids(services: Services) -> dict[str, str]:
    with services.database.engine.connect() as connection:
        return dict(connection.exec_driver_sql("SELECT ref, id FROM clients").tuples().all())


def later(services: Services, by: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    now = services.clock.real_now() + by
    monkeypatch.setattr(Clock, "real_now", lambda self: now)


def test_events_are_told_in_order_signed_and_without_a_clients_words(hooked: Own, receiver: Receiver) -> None:
    services, visit = hooked
    ana, clients = visit("ana"), client_ids(hooked[0])
    made = subscribe(ana, receiver.url, "time.*", "invoice.issued")
    happen(services, (AuditTag.TIME_ADDED, clients["C001"]), (AuditTag.INVOICE_ISSUED, clients["C002"]))
    happen(services, (AuditTag.EXPENSE_ADDED, clients["C001"]), (AuditTag.TIME_DELETED, clients["C001"]))
    assert delivery.deliver_all(services) == {"done": 3}
    assert receiver.events() == ["time.added", "invoice.issued", "time.deleted"]
    headers, body = receiver.got[0]
    told = json.loads(body)
    assert told["client_ref"] == "C001" and told["subject"] == {"kind": "task", "id": "tsk_1"}
    assert set(told) == {"id", "event", "tag", "seq", "at", "client_ref", "subject"} and b"Okafor" not in body
    seconds, mark = headers["tickmark-signature"].split(",")
    signed = f"{seconds.removeprefix('t=')}.".encode() + body
    assert mark == "v1=" + hmac.new(made["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert headers["tickmark-delivery"] == told["id"] and headers["tickmark-event"] == "time.added"
    assert delivery.deliver_all(services) == {}, "nothing is told twice"
    page = ana.get(f"/webhooks?log={made['id']}").text
    assert "invoice.issued" in page and "taken" in page and made["secret"] not in page
    again = send(ana, "POST", f"/webhooks/deliveries/{told['id']}/replay")
    assert again.status_code == 202
    delivery.deliver_all(services)
    assert json.loads(receiver.got[-1][1]) == told
    tries = send(ana, "GET", f"/webhooks/{made['id']}/deliveries").json()
    assert [len(one["tries"]) for one in tries if one["id"] == told["id"]] == [2]


def test_a_renewed_secret_and_the_old_one_both_sign_for_a_day(
    hooked: Own, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, visit = hooked
    ana = visit("ana")
    made = subscribe(ana, receiver.url, "*")
    delivery.deliver_all(services)
    receiver.got.clear()
    renewed = send(ana, "POST", f"/webhooks/{made['id']}/secret").json()["secret"]
    delivery.deliver_all(services)

    def signers() -> list[str]:
        headers, body = receiver.got[-1]
        seconds, *marks = headers["tickmark-signature"].split(",")
        signed = f"{seconds.removeprefix('t=')}.".encode() + body
        known = {hmac.new(one.encode(), signed, hashlib.sha256).hexdigest(): one for one in (made["secret"], renewed)}
        return [known[mark.removeprefix("v1=")] for mark in marks]

    assert signers() == [renewed, made["secret"]]
    later(services, timedelta(hours=25), monkeypatch)
    assert send(ana, "POST", f"/webhooks/{made['id']}/test").status_code == 202
    delivery.deliver_all(services)
    assert receiver.events()[-1] == "webhook.test" and signers() == [renewed]


def test_what_is_not_taken_waits_in_line_and_ends_with_a_notice(
    hooked: Own, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, visit = hooked
    ana, clients = visit("ana"), client_ids(services)
    made = subscribe(ana, receiver.url, "time.*")
    happen(services, (AuditTag.TIME_ADDED, clients["C001"]), (AuditTag.TIME_CHANGED, clients["C001"]))
    receiver.answers = [500, 302]
    assert delivery.deliver_all(services) == {"waiting": 1}
    assert receiver.events() == ["time.added"], "the second does not pass the first"
    later(services, timedelta(seconds=WAITS[0] + 1), monkeypatch)
    assert delivery.deliver_all(services) == {"waiting": 1}
    tried = send(ana, "GET", f"/webhooks/{made['id']}/deliveries").json()[-1]["tries"]
    assert [one["status"] for one in tried] == [302, 500] and "no redirect" in tried[0]["error"]
    later(services, timedelta(seconds=WAITS[1] + 1), monkeypatch)
    assert delivery.deliver_all(services) == {"done": 2}
    assert receiver.events() == ["time.added"] * 3 + ["time.changed"]
    happen(services, (AuditTag.TIME_DELETED, clients["C001"]))
    receiver.answers = [503] * (len(WAITS) + 1)
    for wait in (*WAITS, 0):
        delivery.deliver_all(services)
        later(services, timedelta(seconds=wait + 1), monkeypatch)
    assert send(ana, "GET", f"/webhooks/{made['id']}").json()["state"] == "failed"
    assert "was turned off: 9 tries in a row were not taken" in ana.get("/webhooks").text
    assert ids(services, f"SELECT count(*) FROM audit WHERE tag = '{AuditTag.WEBHOOK_FAILED}'") == [1]
    happen(services, (AuditTag.TIME_ADDED, clients["C001"]))
    assert delivery.deliver_all(services) == {}
    assert send(ana, "PATCH", f"/webhooks/{made['id']}", {"state": "on"}).json()["state"] == "on"
    assert delivery.deliver_all(services) == {"done": 2}, "nothing was lost meanwhile"
    assert receiver.events()[-2:] == ["time.deleted", "time.added"]


def test_what_was_being_sent_when_the_program_ended_is_sent_again(
    hooked: Own, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, visit = hooked
    subscribe(visit("ana"), receiver.url, "time.*")
    happen(services, (AuditTag.TIME_ADDED, client_ids(services)["C001"]))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "deliver", killed)
        with pytest.raises(KeyboardInterrupt):
            delivery.deliver_all(services)
    assert delivery.deliver_all(services) == {}, "somebody may be sending it"
    later(services, ABANDONED + timedelta(seconds=1), monkeypatch)
    assert delivery.deliver_all(services) == {"done": 1}


def test_a_webhook_sees_what_its_maker_sees(hooked: Own, receiver: Receiver) -> None:
    services, visit = hooked
    ana, clients = visit("ana"), client_ids(services)
    made = subscribe(ana, receiver.url, "*")
    happen(services, (AuditTag.TIME_ADDED, clients["C003"]), (AuditTag.PERSON_SIGNED_IN, None))
    happen(services, (AuditTag.TIME_ADDED, clients["C001"]), (AuditTag.TIME_CHANGED, clients["C002"]))
    with services.database.writing() as session:
        from workspace.platform.outbox import feed
        from workspace.scope import system_scope

        feed(system_scope(session, "webhooks", now=datetime.now(UTC), today=services.clock.today()))
    kept = f"'w1', '{clients['C002']}', '{ids(services, _ANA)[0]}', 'kin', '2026-03-09'"
    wall = f"INSERT INTO walls (id, client_id, person_id, reason, set_on) VALUES ({kept})"
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql(wall)
    delivery.deliver_all(services)
    refs = {json.loads(body)["client_ref"] for _, body in receiver.got}
    assert refs == {None, "C001"}, "no client of another partner, and none behind a wall that was put up meanwhile"
    assert not any(event.startswith("person.") for event in receiver.events())
    assert "C002" not in ana.get(f"/webhooks?log={made['id']}").text
    adm = visit("adm")
    assert send(adm, "PATCH", f"/webhooks/{made['id']}", {"events": ["*"]}).status_code == 403
    assert send(adm, "POST", f"/webhooks/{made['id']}/secret").status_code == 403
    assert send(adm, "PATCH", f"/webhooks/{made['id']}", {"state": "off"}).json()["state"] == "off"
    assert send(visit("mia"), "GET", "/webhooks").status_code == 403
    with services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET active = false WHERE email = 'ana@alder.example'")
    delivery.deliver_all(services)
    shown = send(adm, "GET", f"/webhooks/{made['id']}").json()
    assert shown["state"] == "failed" and "may keep no webhook" in shown["why"]


_ANA = "SELECT id FROM people WHERE email = 'ana@alder.example'"


def test_two_people_change_one_webhook(hooked: Own, receiver: Receiver) -> None:
    ana = hooked[1]("ana")
    made = subscribe(ana, receiver.url, "time.*")
    at = f"/webhooks/{made['id']}"
    seen = send(ana, "GET", at).headers["etag"]
    assert send(ana, "GET", at, **{"if-none-match": seen}).status_code == 304
    assert send(ana, "PATCH", at, {"note": "first"}, **{"if-match": seen}).json()["note"] == "first"
    late = send(ana, "PATCH", at, {"note": "second"}, **{"if-match": seen})
    assert late.status_code == 409 and "changed by somebody meanwhile" in late.json()["error"]
    page = ana.post(f"/webhooks/{made['id']}/off", mark="0" * 16)
    assert page.status_code == 409 and "changed by somebody meanwhile" in page.text
    assert send(ana, "GET", at).json()["state"] == "on"
    assert send(ana, "DELETE", at).status_code == 204
    assert send(ana, "GET", at).status_code == 404


def test_the_page_subscribes_tests_and_shows_the_secret_once(hooked: Own, receiver: Receiver) -> None:
    services, visit = hooked
    ana = visit("ana")
    assert "No program is told anything yet" in ana.get("/webhooks").text
    made = ana.post("/webhooks", url=receiver.url, event=["invoice.issued"], other="time.*", note="The ledger <b>")
    assert made.status_code == 200 and "whsec_" in made.text and "The ledger &lt;b&gt;" in made.text
    assert "whsec_" not in ana.get("/webhooks").text
    [hook] = ids(services, "SELECT id FROM webhooks")
    assert ana.follow(ana.post(f"/webhooks/{hook}/test")).text.count("webhook.test") == 1
    delivery.deliver_all(services)
    assert receiver.events() == ["webhook.test"]
    wrong = ana.post("/webhooks", url="https://10.0.0.8/x", event=["invoice.issued"])
    assert wrong.status_code == 422 and "no public address" in wrong.text and "https://10.0.0.8/x" in wrong.text
    assert "there is no event" in ana.post("/webhooks", url=receiver.url, event=["a.b"]).text.lower()


INSIDE = """http://hooks.example.com/x https://127.0.0.1/ https://localhost/ https://10.1.2.3/ https://[::1]/ https://172.16.0.1/
https://169.254.169.254/latest/meta-data https://192.168.1.1:8443/ https://0/ https://100.64.0.1/ https://0x7f.0.0.1/ https://2130706433/
https://0177.0.0.1/ https://intranet/ https://user:pw@hooks.example.com/ https://hooks.example.com/#x ftp://hooks.example.com/
https://[fd00::1]/ https://[::ffff:10.0.0.1]/ https://[64:ff9b::a00:1]/ https://[2002:a00:1::1]/ https://224.0.0.1/ //hooks.example.com/
https://hooks.example.com:port/ https:///x gopher://x.y"""


def test_no_webhook_leads_inside_the_house() -> None:
    taken = []
    for url in INSIDE.split():
        try:
            taken.append(plain_url(url))
        except Invalid:
            continue
    assert taken == []
    assert plain_url("https://hooks.example.com:8443/x?y=1") == "https://hooks.example.com:8443/x?y=1"


def envelope(url: str) -> Envelope:
    return Envelope("evt_1", "hook_1", url, "time.added", {"id": "evt_1"}, ("s",), 1)


def test_a_name_is_judged_by_where_it_leads_and_that_address_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def leads_to(*addresses: str) -> Callable[..., Any]:
        def lookup(host: str, port: int, **_: object) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

        return lookup

    reached: list[Any] = []

    def connect(address: Any, timeout: float) -> Any:
        reached.append(address)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    for inside in (["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"], []):
        monkeypatch.setattr(socket, "getaddrinfo", leads_to(*inside))
        outcome = delivery.deliver(envelope("https://hooks.example.com/x"), 1, loopback=True)
        assert outcome.status is None and "does not lead to the public internet" in outcome.error
    assert reached == [], "loopback is for what can only be this machine, never for a name that leads there"
    asked.clear()
    monkeypatch.setattr(socket, "getaddrinfo", leads_to("93.184.216.34"))
    outcome = delivery.deliver(envelope("https://hooks.example.com/x"), 1, loopback=False)
    assert reached == [("93.184.216.34", 443)] and asked == ["hooks.example.com"] and "refused" in outcome.error
    for text in ("8.8.8.8", "2606:4700::1111"):
        assert allowed(ipaddress.ip_address(text), loopback=False)


def test_a_receiver_that_does_not_answer_is_given_up(receiver: Receiver) -> None:
    receiver.hang = threading.Event()
    outcome = delivery.deliver(envelope(receiver.url), 1, loopback=True, patience=0.2)
    receiver.hang.set()
    assert outcome.status is None and "no answer within" in outcome.error and outcome.milliseconds < 3000


def test_no_tag_of_the_trail_is_forgotten() -> None:
    told = events()
    assert {tag for tags in told.values() for tag in tags} == {tag.value for tag in AuditTag}
    assert event_of(AuditTag.DELIVERABLE_RELEASED.value) == "deliverable.released"
    wanted = {"document.received", "deliverable.released", "invoice.issued", "payment.recorded", "signal.raised"}
    assert wanted <= set(told)
