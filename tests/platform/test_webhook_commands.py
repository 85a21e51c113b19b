"""`tickmark webhook`: made, tried, looked into and taken away by whoever may, through the commands."""

from typing import Any

import pytest

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.errors import Forbidden, Invalid, NotFound


def run(services: Services, name: str, **arguments: Any) -> Any:
    return find(name).load()(services, {"as": "ana@alder.example", **arguments}, silent)


def test_a_webhook_from_its_making_to_its_end(services: Services) -> None:
    made = run(services, "webhook-create", url="https://hooks.example.com/in", events=["invoice.*"], note="the ledger")
    assert made.data["secret"].startswith("whsec_") and made.data["secret"] in made.text
    [one] = run(services, "webhook-list").data
    assert (one["id"], one["events"], one["state"], one["mine"]) == (made.data["id"], ["invoice.*"], "on", True)
    assert made.data["secret"] not in str(one)
    sent = run(services, "webhook-test", webhook=one["id"]).data["id"]
    [event] = run(services, "webhook-log", webhook=one["id"], limit=5).data
    assert (event["id"], event["event"], event["state"]) == (sent, "webhook.test", "waiting")
    assert "webhook.test" in run(services, "webhook-log", webhook=one["id"]).text
    run(services, "webhook-remove", webhook=one["id"])
    assert run(services, "webhook-list").data == []


def test_what_cannot_be_is_refused_in_a_line(services: Services) -> None:
    with pytest.raises(Invalid, match="there is no event"):
        run(services, "webhook-create", url="https://hooks.example.com/in", events=["no.such"])
    with pytest.raises(Invalid, match="https"):
        run(services, "webhook-create", url="http://hooks.example.com/in", events=["*"])
    with pytest.raises(NotFound):
        run(services, "webhook-log", webhook="hook_nothing")
    with pytest.raises(Forbidden, match="webhook:manage"):
        find("webhook-list").load()(services, {"as": "mia@alder.example"}, silent)
