"""The labelled sentences of the tie-out: hand-written wordings, each put into words for two clients, true and with one planted error.

Owns how the wordings of evals/data/tie_out become sentences. Everything is decided by the place in the files: the same set every time.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from evals.tasks import tie_out_words as words
from store.errors import NotFound
from workspace.evidence import DocumentEvidence, Evidence, RecordEvidence
from workspace.tie_out import Fact, derive, from_record

FOLDER = Path(__file__).parent.parent / "data" / "tie_out"
KINDS = ("digit", "thousand", "year", "client", "label", "stale")
PARTS = (
    "developed on",
    "held out",
    "as spoken",
)  # the last: developed on too, in words as people say them and lists do not have them
FILES = ("files", "second-files", "third-files")
WORDINGS = (
    "wordings",
    "second-a",
    "second-b",
    "second-c",
    "third-a",
    "third-b",
    "fourth",
    "fifth",
    "spoken",
    "sixth-dev",
    "seventh",
)  # those after the first are by other authors, the last two by one who had mended the rules
_SLOT = re.compile(r"\{(?P<key>\w+)(?::(?P<form>(?!poss)\w+))?(?P<own>:poss)?\}")
_CHANGED = "the record was changed on March 2, 2026"


@dataclass(frozen=True)
class File:
    """A client's file as a writer is given it: facts by key, those that held before, and the names of other clients."""

    name: str
    group: str
    values: Mapping[str, str]
    types: Mapping[str, str]
    earlier: Mapping[str, str]
    labels: Mapping[str, str]
    facts: tuple[Fact, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Sentence:
    """`text` with its facts. `planted` is the kind of error in it, "" for none; `figure` the type of the figure that it is in;
    `loose` what must be marked in it though nothing is wrong; `true` the same sentence without the error."""

    file: File
    text: str
    part: str
    wording: int
    planted: str = ""
    figure: str = ""
    loose: tuple[str, ...] = ()
    true: str = ""


def sentences(folder: Path = FOLDER, batches: Sequence[str] = WORDINGS) -> Iterator[Sentence]:
    """Every sentence of the batches. Raises NotFound where the data are absent, as in an installed package."""
    if not all((folder / f"{name}.jsonl").is_file() for name in (*FILES, *batches)):
        raise NotFound("the labelled sentences are part of the source, not of the installed program")
    files = _files([row for name in FILES for row in _lines(folder / f"{name}.jsonl")])
    for batch in batches:
        yield from _batch(files, WORDINGS.index(batch) * 1000, _lines(folder / f"{batch}.jsonl"))


def _batch(files: Sequence[File], first: int, rows: Sequence[dict[str, Any]]) -> Iterator[Sentence]:
    """The sentences of one batch, whose errors do not depend on the other batches."""
    planted: Counter[str] = Counter()
    for number, row in enumerate(rows, first):
        part = row.get("part", PARTS[row.get("held", False)])
        pair = [one for one in files if one.group == row["group"]]
        for file, twin in (pair, pair[::-1]):
            true, loose = _filled(file, row["text"]), tuple(row.get("loose", ()))
            yield Sentence(file, true, part, number, loose=loose)
            if loose:
                continue
            wrong = _planted(file, twin, row, Random(f"{file.name} {number}"), planted)
            yield replace(wrong, part=part, wording=number, true=true)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _files(rows: Sequence[dict[str, Any]]) -> list[File]:
    clients = {row["file"]: next(one["value"] for one in row["facts"] if one["key"] == "client") for row in rows}
    made: list[File] = []
    for row in rows:
        others = tuple(name for file, name in clients.items() if file != row["file"])
        values = {one["key"]: one["value"] for one in row["facts"]}
        types = {one["key"]: one["type"] for one in row["facts"]}
        earlier = {one["key"]: one["earlier"] for one in row["facts"] if "earlier" in one}
        labels = {one["key"]: one["label"] for one in row["facts"]}
        made.append(File(row["file"], row["group"], values, types, earlier, labels, _facts(row["facts"]), others))
    return made


def _facts(rows: Sequence[dict[str, Any]]) -> tuple[Fact, ...]:
    """The facts in the form in which the product holds them, what held before among them."""
    made: dict[str, Fact] = {}
    for row in rows:
        if not row["from"].startswith("derive:"):
            made[row["key"]] = _fact(row, row["value"])
    gone = [_fact(row, row["earlier"]) for row in rows if "earlier" in row]
    for row in rows:
        if row["from"].startswith("derive:"):
            made[row["key"]] = replace(_derived(row, made), label=row["label"])
    return (*made.values(), *(replace(one, gone=_CHANGED) for one in gone))


def _fact(row: Mapping[str, Any], value: str) -> Fact:
    name = re.sub(r"\W+", "_", row["label"].partition(",")[0])
    fact = from_record(name, row["type"], value, RecordEvidence("row", "field", value))
    if row["type"] == "period":
        fact = replace(fact, text=words.period(value))
    if row.get("unit"):
        fact = replace(fact, text=f"{fact.text} {row['unit']}")
    return replace(fact, evidence=_evidence(row, fact), label=row["label"])


def _evidence(row: Mapping[str, Any], fact: Fact) -> Evidence:
    source, *place = row["from"].split(":")
    if source == "doc":
        quote = f"{row['label'].partition(',')[0].capitalize()}: {fact.text}"
        return DocumentEvidence("doc_1", "ver_1", 1, 0, len(quote), quote)
    kind, field = place[:2]
    return RecordEvidence(f"{kind}:1", field, fact.value)


def _derived(row: Mapping[str, Any], made: Mapping[str, Fact]) -> Fact:
    _, kind, first, second, *places = row["from"].split(":")
    one, two = made[first], made[second]
    match kind:
        case "change":
            return derive.change(row["key"], one, two, places=int(places[0]))
        case "share":
            return derive.share(row["key"], one, two, places=int(places[0]))
        case "product":
            return derive.product(row["key"], one, two)
        case "difference":
            return derive.difference(row["key"], one, two)
        case _:
            return derive.days_between(row["key"], one, two)


def _filled(file: File, text: str, changed: str = "", rendering: str = "") -> str:
    """The wording with the file's values; the first slot of the key `changed` stands as `rendering` instead."""
    left = [changed]

    def fill(slot: re.Match[str]) -> str:
        if slot["key"] == left[0]:
            left[0] = ""
            return rendering
        return _rendered(file, slot)

    return _SLOT.sub(fill, text)


def _rendered(file: File, slot: re.Match[str], value: str | None = None) -> str:
    key = slot["key"]
    said = words.worded_as(_type(file, key), file.values[key] if value is None else value, slot["form"] or "")
    return said + ("’s" if slot["own"] else "")


def _planted(file: File, twin: File, row: Mapping[str, Any], dice: Random, planted: Counter[str]) -> Sentence:
    """One error of the kind that is rarest so far among those that the wording can hold."""
    text = row["text"]
    slots = list({one["key"]: one for one in reversed(list(_SLOT.finditer(text)))}.values())[::-1]
    ways = {kind: [one for one in slots if _can_hold(kind, file, one, twin)] for kind in KINDS}
    possible = [kind for kind in KINDS if ways[kind] or (kind == "label" and "label" in row)]
    kind = min(possible, key=lambda one: (planted[one], KINDS.index(one)))
    planted[kind] += 1
    if kind == "label":
        old, new = row["label"]
        return Sentence(file, _filled(file, text.replace(old, new, 1)), "", 0, kind, _type_near(file, text, old, new))
    slot = dice.choice(ways[kind])
    wrong = _wrong(kind, file, twin, slot, dice)
    return Sentence(file, _filled(file, text, slot["key"], wrong), "", 0, kind, _type(file, slot["key"]))


def _type(file: File, key: str) -> str:
    return file.types[key].partition(":")[0]


def _type_near(file: File, text: str, old: str, new: str) -> str:
    """The type of the figure that a wrong label stands with: one inside the label, else the first after it."""
    at = text.index(old)
    slot = _SLOT.search(new) or _SLOT.search(text, at) or next(_SLOT.finditer(text))
    return _type(file, slot["key"])


def _can_hold(kind: str, file: File, slot: re.Match[str], twin: File) -> bool:
    key, of = slot["key"], _type(file, slot["key"])
    said = _rendered(file, slot)
    if kind == "digit":
        return any(one.isdigit() for one in said) and of not in ("form", "period")
    if kind == "thousand":
        return of == "money" and any(one.isdigit() for one in said)
    if kind == "year":
        return of in ("date", "period") and re.search(r"\d{4}|\d/\d\d$", said) is not None
    if kind == "client":
        other = _rendered(twin, slot)
        return (
            of in ("name", "tax_id", "money", "notice")
            and other != said
            and twin.values[key] not in file.values.values()
        )
    return kind == "stale" and key in file.earlier


def _wrong(kind: str, file: File, twin: File, slot: re.Match[str], dice: Random) -> str:
    said, key = _rendered(file, slot), slot["key"]
    if kind == "digit":
        return words.other_digit(said, dice)
    if kind == "thousand":
        return words.off_by_a_thousand(said, dice)
    if kind == "year":
        return _rendered(
            file, slot, words.other_year(file.values[key], _years(file, key), _told_apart(file, slot), dice)
        )
    return _rendered(twin, slot) if kind == "client" else _rendered(file, slot, file.earlier[key])


def _told_apart(file: File, slot: re.Match[str]) -> bool:
    """Whether a figure beside the period belongs to it by its label: else nobody could say that another year of the file is wrong."""
    if _type(file, slot["key"]) != "period":
        return False
    period = words.period(file.values[slot["key"]])
    beside = (one["key"] for one in _SLOT.finditer(slot.string) if _type(file, one["key"]) in ("money", "percent"))
    return any(period in file.labels[key].partition(",")[2] for key in beside)


def _years(file: File, key: str) -> list[str]:
    """The other periods of the file: a wrong year that another fact bears is the harder one."""
    own = file.values[key]
    periods = [value for name, value in file.values.items() if _type(file, name) == "period"]
    return [one for one in periods if len(one) == len(own) and one[:4] != own[:4] and one[4:] == own[4:]]
