"""What is known of other systems' tables: which fields they have, and what their columns are called (vocabulary.toml)."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ingestion.exports.values import plain

_FILE = Path(__file__).with_name("vocabulary.toml")
_BETWEEN = re.compile(r"[^a-z0-9#/%&]+")


@dataclass(frozen=True)
class Known:
    """A table that a system exports. `names` are the columns' names for each field, those of this table before those of any; `asks` are
    the fields without which it is another table, of `any` one at least; `marks` are columns that tell this system."""

    system: str
    kind: str
    name: str
    names: Mapping[str, tuple[str, ...]]
    own: Mapping[str, frozenset[str]]
    asks: tuple[str, ...]
    any: tuple[str, ...]
    marks: frozenset[str]


def bare(header: str) -> str:
    """A column's name as it is compared: `*Contact Name` is `contactname`, `E-mail 1 - Value` is `email1value`."""
    return _BETWEEN.sub("", plain(header))


@cache
def known_tables() -> tuple[Known, ...]:
    """Every table of the vocabulary, in its order."""
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    common = {name: tuple(map(bare, names)) for name, names in raw["fields"].items()}
    return tuple(_known(one, common) for one in raw["table"])


def _known(one: Mapping[str, Any], common: Mapping[str, tuple[str, ...]]) -> Known:
    fields: Mapping[str, list[str]] = one["fields"]
    own = {name: tuple(map(bare, names)) for name, names in fields.items()}
    return Known(
        system=one["system"],
        kind=one["kind"],
        name=one["name"],
        names={name: (*own[name], *common.get(name, ())) for name in fields},
        own={name: frozenset(own[name]) for name in fields},
        asks=tuple(one.get("asks", ())),
        any=tuple(one.get("any", ())),
        marks=frozenset(map(bare, one.get("marks", ()))),
    )


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that a table of this kind may have, those that are asked for most first: what a person maps columns to."""
    found = [one for one in known_tables() if one.kind == kind]
    counted: dict[str, int] = {}
    for one in found:
        for name in one.names:
            counted[name] = counted.get(name, 0) + 1
    return tuple(sorted(counted, key=lambda name: (-sum(name in (*t.asks, *t.any) for t in found), -counted[name])))


def suggested(names: Sequence[str], kind: str) -> dict[str, str]:
    """By field the column that its name says it is, of columns that are called so (`column_names`): what a person begins to map from."""
    called: dict[str, list[str]] = {}
    for one in known_tables():
        if one.kind == kind:
            for name, words in one.names.items():
                called.setdefault(name, []).extend(words)
    found: dict[str, str] = {}
    for name in fields_of(kind):
        column = next((word for word in called[name] if word in names and word not in found.values()), "")
        if column:
            found[name] = column
    return found


def systems() -> tuple[str, ...]:
    """The systems whose exports are known, `generic` last."""
    return tuple(dict.fromkeys(one.system for one in known_tables()))
