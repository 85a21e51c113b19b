"""What a browser may fetch before it is opened: pages that only read, named one by one; nothing that an opening leaves a trace of."""

import json
from typing import Any

from tests.web.conftest import Visits


def test_a_page_names_the_rules_and_a_change_makes_what_was_fetched_old(look: Visits) -> None:
    ana = look("ana")
    named = ana.get("/clients").headers["speculation-rules"].strip('"')
    rules = ana.get(named)
    assert rules.headers["content-type"].startswith("application/speculationrules+json")
    [rule] = json.loads(rules.text)["prefetch"]
    parts: list[Any] = rule["where"]["and"]
    paths = parts[0]["href_matches"]
    assert rule["eagerness"] == "moderate" and "/clients/:ref" in paths
    # opening a document or a draft is an act that is kept; a file is an export
    assert not [one for one in paths if one.startswith(("/documents", "/review/", "/audit", "/ask")) or "*" in one]
    changed = ana.http.post("/tasks/x/done", headers={"x-csrf-token": ana.csrf()})
    assert "prefetchCache" in changed.headers["clear-site-data"]


def test_nothing_is_fetched_ahead_for_strangers_and_errors(look: Visits) -> None:
    assert "speculation-rules" not in look(None).http.get("/sign-in").headers
    assert "speculation-rules" not in look("ana").get("/nowhere").headers
