"""The packages that this program is made of, and what `make audit` finds wrong with them. Asks no network: what is installed is read.

`packages()` is the material of the firm's vendor and software inventory. The lock (requirements.lock) lies beside the sources and in no
wheel: without it nothing is said of it.
"""

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from api.output import tell

OWN = "tickmark"
LOCK = Path(__file__).parents[1] / "requirements.lock"
RULES = Path(__file__).with_name("packages.toml")
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\n]*)")


@dataclass(frozen=True)
class Package:
    """One installed distribution. `licence` as its metadata tell it, "" when they do not; `needed`: the program needs it to run, else it
    is for tests or development; `requires` the names of installed packages that it needs; `hashes` how many the lock has of it."""

    name: str
    version: str
    licence: str
    summary: str
    needed: bool
    requires: tuple[str, ...]
    hashes: int

    @property
    def purl(self) -> str:
        """Its package URL, as a bill of materials names it."""
        return f"pkg:pypi/{self.name}@{self.version}"


@dataclass(frozen=True)
class Pin:
    """A line of the lock: the version, and how many hashes it may have."""

    version: str
    hashes: int


def packages() -> list[Package]:
    """Every installed distribution but this program, by name."""
    found = _installed()
    needed, pins = _needed(found), locked()
    return [
        Package(
            name,
            one.version,
            licence_of(one),
            str(one.metadata.json.get("summary") or ""),
            name in needed,
            tuple(sorted({asked for asked, _ in _asked(one, frozenset())} & set(found))),
            pins[name].hashes if name in pins else 0,
        )
        for name, one in sorted(found.items())
        if name != OWN
    ]


def locked(lock: Path = LOCK) -> dict[str, Pin]:
    """What the lock pins, by name; empty where there is no lock."""
    if not lock.exists():
        return {}
    found: dict[str, Pin] = {}
    for entry in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        pin = _PIN.match(entry)
        if pin is not None:
            found[plain(pin[1])] = Pin(pin[2], pin[3].count("--hash=sha256:"))
    return found


def complaints(installed: list[Package], pins: Mapping[str, Pin], rules: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong, each in one line: no hash, a licence that is not allowed, a package or a version that the lock does not name, a
    version with a published weakness."""
    for name, pin in sorted(pins.items()):
        if not pin.hashes:
            yield f"{name}=={pin.version}: the lock has no hash of it"
    for one in installed:
        pinned = pins.get(one.name)
        if pins and pinned is None and one.name not in rules["installers"]:
            yield f"{one.name}=={one.version} is installed and not in the lock"
        elif pinned is not None and pinned.version != one.version:
            yield f"{one.name}=={one.version} is installed, the lock names {pinned.version}"
        if one.name not in rules["exceptions"] and not permitted(one.licence, rules["allowed"]):
            yield f"{one.name}=={one.version}: its licence is {one.licence or 'not said'}"
        for versions, weakness in rules["vulnerable"].get(one.name, ()):
            if SpecifierSet(versions, prereleases=True).contains(one.version):
                yield f"{one.name}=={one.version}: {weakness} is in {versions}"


def permitted(licence: str, allowed: list[str]) -> bool:
    """Whether each part of a licence is one of those that are allowed; of parts with an OR between them one is enough."""
    if not licence:
        return False
    parts = [re.split(r"\bOR\b", part.strip(" ()")) for part in re.split(r"\bAND\b|;|,(?! Version)", licence)]
    return all(any(_is_one(one.strip(" ()"), allowed) for one in part) for part in parts if any(part))


def _is_one(licence: str, allowed: list[str]) -> bool:
    words = licence.lower()
    if "gpl" in words or "general public" in words or "affero" in words:
        return False
    # "OSI Approved" stands beside the licence's own name, "dependency licenses" after it
    return words in ("osi approved", "dependency licenses") or any(
        re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])", words) for name in allowed
    )


def licence_of(one: importlib.metadata.Distribution) -> str:
    """The licence by its expression, its classifiers or its field, whichever is there first."""
    told = one.metadata.json
    expression = told.get("license_expression")
    if expression:
        return str(expression)
    listed = [line for line in told.get("classifier", ()) if line.startswith("License")]
    if listed:
        return "; ".join(line.rpartition(" :: ")[2] for line in listed)
    return str(told.get("license") or "").strip().split("\n")[0][:80]


def plain(name: str) -> str:
    """A package's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _installed() -> dict[str, importlib.metadata.Distribution]:
    found: dict[str, importlib.metadata.Distribution] = {}
    for one in importlib.metadata.distributions():
        if one.name:
            found.setdefault(plain(one.name), one)
    return found


Asked = tuple[str, frozenset[str]]


def _asked(one: importlib.metadata.Distribution, extras: frozenset[str]) -> Iterator[Asked]:
    """The names that a distribution asks for, on this machine and with these extras, each with the extras that it asks of it."""
    for line in one.requires or ():
        try:
            asked = Requirement(line)
        except InvalidRequirement:
            continue
        if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield plain(asked.name), frozenset(asked.extras)


def _needed(found: Mapping[str, importlib.metadata.Distribution]) -> set[str]:
    """The names of what the program needs to run, with what that needs."""
    done, waiting = set[Asked](), [(OWN, frozenset[str]())]
    while waiting:
        asked = waiting.pop()
        if asked not in done and asked[0] in found:
            done.add(asked)
            waiting += _asked(found[asked[0]], asked[1])
    return {name for name, _ in done} - {OWN}


def main() -> int:
    """`make audit`: tell what is wrong; 0 when nothing is."""
    rules = tomllib.loads(RULES.read_text(encoding="utf-8"))
    installed = packages()
    wrong = list(complaints(installed, locked(), rules))
    for line in wrong:
        tell(line)
    tell(
        f"{len(installed)} packages, {sum(one.needed for one in installed)} of them needed to run; {len(wrong)} complaints"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
