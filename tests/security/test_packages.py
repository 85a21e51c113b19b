"""What the program is made of: locked with hashes, licences that may be built on, no version with a known weakness."""

import tomllib
from functools import cache

from api.inventory import LOCK, RULES, Package, Pin, complaints, locked, packages, permitted, plain


@cache
def installed() -> list[Package]:
    """Looked up when first asked for: it takes half a second, and each process that runs tests reads this module."""
    return packages()


ALLOWED = tomllib.loads(RULES.read_text())
BASE = Package("thing", "2.0", "MIT", "", True, (), 1)


def wrong(package: Package, pins: dict[str, Pin]) -> list[str]:
    rules = {**ALLOWED, "vulnerable": {"thing": [[">=1,<1.5", "CVE-0000-1"]]}}
    return list(complaints([package], pins, rules))


def test_what_is_installed_is_what_was_locked_and_may_be_used() -> None:
    assert LOCK.exists() and len(locked()) > 200
    assert list(complaints(installed(), locked(), ALLOWED)) == []


def test_each_kind_of_fault_is_told() -> None:
    pins = {"thing": Pin("2.0", 1)}
    assert wrong(BASE, pins) == []
    assert "no hash" in wrong(BASE, {"thing": Pin("2.0", 0)})[0]
    assert "not in the lock" in wrong(BASE, {"other": Pin("1", 1)})[0]
    assert "the lock names 3.0" in wrong(BASE, {"thing": Pin("3.0", 1)})[0]
    old = Package("thing", "1.4", "MIT", "", True, (), 1)
    assert "CVE-0000-1" in wrong(old, {"thing": Pin("1.4", 1)})[0]
    bound = Package("thing", "2.0", "AGPL-3.0-only", "", True, (), 1)
    assert "AGPL" in wrong(bound, pins)[0]


def test_a_licence_is_judged_by_all_its_parts() -> None:
    allowed = ALLOWED["allowed"]
    for good in (
        "MIT",
        "Apache-2.0 OR GPL-2.0",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "OSI Approved; MIT License",
        "BSD License",
    ):
        assert permitted(good, allowed), good
    for bad in (
        "",
        "GPL-3.0-only",
        "MIT AND AGPL-3.0",
        "GNU Affero General Public License v3",
        "Proprietary",
        "SSPL-1.0",
    ):
        assert not permitted(bad, allowed), bad


def test_the_inventory_tells_what_runs_and_what_only_tests() -> None:
    found = {one.name: one for one in installed()}
    assert found["fastapi"].needed and "starlette" in found["fastapi"].requires
    assert not found["pytest"].needed and not found["schemathesis"].needed
    assert found["python-multipart"].purl == f"pkg:pypi/python-multipart@{found['python-multipart'].version}"
    assert all(one.hashes for one in found.values() if one.name not in ALLOWED["installers"])
    assert "tickmark" not in found and plain("Pillow_X.y") == "pillow-x-y"


def test_every_exception_is_still_needed() -> None:
    names = {one.name for one in installed()}
    assert set(ALLOWED["exceptions"]) <= names, "take away what is no longer installed"
