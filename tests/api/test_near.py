"""Which routes are near an address: their order is kept, and none that could answer is left out."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.near import Near, Straight, head

PATHS = ("/", "/clients", "/clients/merge", "/clients/{ref}", "/{any}/x", "/api/v1/time", "/api/v1/{kind}/rows", "/api")


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/", ["/", "/{any}/x"]),
        ("/clients/merge", ["/clients", "/clients/merge", "/clients/{ref}", "/{any}/x"]),
        ("/api/v1/time/rows", ["/{any}/x", "/api/v1/time", "/api/v1/{kind}/rows"]),
        ("/api/v1/other/rows", ["/{any}/x", "/api/v1/{kind}/rows"]),
        ("/nothing/x", ["/{any}/x", "/api/v1/{kind}/rows"]),
    ],
)
def test_order_is_kept_and_what_begins_with_a_parameter_is_near_everything(path: str, near: list[str]) -> None:
    found = list(Near((one, one) for one in PATHS).to(path))
    assert found == [one for one in PATHS if one in near or "{" in head(one)] and set(near) <= set(found)
    assert head("/api/v1/clients/C1/work") == "api/v1/clients" and head("/clients/C1") == "clients"


def test_the_first_route_answers_and_the_long_way_knows_the_rest() -> None:
    app = FastAPI()
    app.get("/clients/merge")(lambda: "merge")
    app.get("/clients/{ref}")(lambda ref: ref)
    app.router.middleware_stack = Straight(app.router)
    http = TestClient(app)
    assert http.get("/clients/merge").json() == "merge" and http.get("/clients/C1").json() == "C1"
    assert http.post("/clients/merge").status_code == 405 and http.get("/elsewhere").status_code == 404
    assert http.get("/clients/merge/", follow_redirects=False).status_code == 307
    app.get("/later")(lambda: "later")
    assert http.get("/later").json() == "later"
