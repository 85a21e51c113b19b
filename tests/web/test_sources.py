"""The page of sources, its JSON and its commands: added, read, paused, removed and back; a secret is shown to nobody."""

import json
from typing import Any

import pytest

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.database import counting_queries
from store.tables import Source
from tests.intake.conftest import desk, furnished, visit
from tests.web.conftest import Visits

__all__ = ["desk", "furnished", "visit"]
SECRET = "a-secret-that-nobody-sees"
BOX = {"kind": "imap", "address": "Ana@Alder.example", "host": "imap.alder.example", "secret": SECRET, "every": "15"}


def test_a_mailbox_is_added_read_paused_removed_and_back(desk: Services, visit: Visits) -> None:
    ana = visit("ana")
    assert "Nothing comes in by itself yet" in ana.get("/sources").text
    shown = ana.follow(ana.post("/sources", **BOX)).text
    assert "ana@alder.example" in shown and "imap.alder.example:993" in shown and SECRET not in shown
    row = ana.http.get("/api/v1/sources").json()[0]
    assert (row["address"], row["every"], row["state"], row["ok_at"]) == ("ana@alder.example", 15, "on", None)
    assert SECRET not in json.dumps(row) and "secret" not in row
    again = ana.post("/sources", **BOX)
    assert (
        again.status_code == 422
        and "there already" not in again.text
        and 'role="alert"' in again.text
        and SECRET not in again.text
    )
    path = f"/sources/{row['id']}"
    assert "Paused" in ana.follow(ana.post(f"{path}/pause")).text
    assert ana.post(f"{path}/sync").status_code == 422
    ana.follow(ana.post(f"{path}/resume"))
    assert "next round" in ana.follow(ana.post(f"{path}/sync")).text
    ana.follow(ana.post(f"{path}/change", every="30", secret="another"))
    mark = ana.get("/sources").text.split('name="mark" value="')[1][:16]
    assert ana.post(f"{path}/remove", mark="0" * 16).status_code == 409
    gone = ana.post(f"{path}/remove", mark=mark)
    act = gone.headers["location"].split("act=")[1]
    assert "Taken away" in ana.follow(gone).text
    assert ana.http.get(f"/api/v1{path}").status_code == 404
    ana.post(f"/undo/{act}")
    assert ana.http.get(f"/api/v1{path}").json()["every"] == 30
    with desk.database.reading() as session:
        sealed = session.get_one(Source, row["id"]).secret
    assert sealed.startswith("sealed:") and desk.seal.open(sealed, "source") == "another"
    with counting_queries(desk.database.engine) as asked:
        ana.get("/sources")
    assert len(asked) <= 12


def test_json_makes_changes_and_removes_with_marks(visit: Visits) -> None:
    ana = visit("ana")
    head = {"X-CSRF-Token": ana.csrf()}
    made = ana.http.post(
        "/api/v1/sources", json={"kind": "smtp", "address": "x@in.alder.example", "name": "Ana"}, headers=head
    )
    assert made.status_code == 201 and made.headers["location"].endswith(made.json()["id"])
    assert made.json()["address"].startswith("in+") and made.json()["address"].endswith("@in.alder.example")
    path = f"/api/v1/sources/{made.json()['id']}"
    seen = ana.http.get(path).headers["etag"]
    assert (
        ana.http.patch(path, json={"state": "paused"}, headers={**head, "If-Match": seen}).json()["state"] == "paused"
    )
    assert ana.http.patch(path, json={"state": "on"}, headers={**head, "If-Match": seen}).status_code in (409, 412)
    assert ana.http.post(f"{path}/sync", headers=head).status_code == 422
    assert ana.http.post("/api/v1/sources", json={"kind": "imap", "address": "no"}, headers=head).status_code == 422
    assert ana.http.delete(path, headers=head).json()["act"].startswith("act_")


def test_a_folder_of_the_machine_is_named_by_who_may_import(visit: Visits) -> None:
    fields = {"kind": "folder", "place": "/tmp"}
    assert visit("mia").post("/sources", **fields).status_code == 403
    assert "Add a folder" not in visit("mia").get("/sources").text
    assert visit("ana").post("/sources", **{**fields, "place": "mail"}).status_code == 422
    assert visit("ana").post("/sources", **fields).status_code == 303


def test_the_commands_say_what_the_page_says(desk: Services) -> None:
    def run(command: str, **given: Any) -> Any:
        return find(command).load()(desk, given, silent)

    made = run("source-add", kind="smtp", address="x@in.alder.example", name="Firm", **{"as": "ana@alder.example"})
    assert "forward mail to in+" in made.text
    assert run("source-set", source="Firm", state="paused").text == "Firm is paused, read every 10 minutes"
    assert run("source-list").data[0]["state"] == "paused"
    with pytest.raises(Exception, match="not read"):
        run("source-sync", source="Firm")
    run("source-remove", source="Firm")
    assert run("source-list").text.startswith("There are no sources")
