"""What people call a figure: the words of labels.toml and the senses that they have.

Owns the synonyms only. Never decides whether a figure is tied: that is ties.py.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

ASPECTS = ("government", "frequency", "course", "order", "hold", "side", "taxed")
"""What a label may say beside what a figure is: whose tax, how often, the beginning or the end, the first or the last, there or missing,
with customers or with suppliers, taxed or
exempt."""


_AGAINST = "against"
_HOW = ("assessed",)  # how an amount came about: "interest assessed" is no tax
_WHENCE = re.compile(r"\b(?:of|from|under|on|with)\s+(?:the|a)\s+$")


@dataclass(frozen=True)
class Mention:
    """Words at `start` to `end` of a text that say what a figure is; `senses` are all that they can mean."""

    start: int
    end: int
    text: str
    senses: frozenset[str]


def head_of(label: str) -> str:
    """What a label says a figure is, without what for and for which period: "balance due" of "balance due, Form 1040, 2024"."""
    return label.partition(",")[0].strip().casefold()


@lru_cache(maxsize=4096)
def senses_of(kind: str, label: str) -> frozenset[str]:
    """The senses of a fact's label, one or several labels apart by semicolons; a label that no list knows is a sense of its own."""
    found: set[str] = set()
    for one in label.split(";"):
        head = head_of(one)
        known = {sense for mention in _of_itself(head, mentions(kind, head)) for sense in mention.senses}
        found |= known or ({f"={head}"} if head else set())
    return frozenset(found)


def _of_itself(head: str, found: Sequence[Mention]) -> Sequence[Mention]:
    """What a label says of the figure and not of what it comes from: "withheld" of "amount withheld from the deposit"."""
    itself = [one for one in found if not _WHENCE.search(head, 0, one.start) and one.text not in _HOW]
    return itself or found


def own_words(kind: str, label: str) -> tuple[str, ...]:
    """The heads of a label that no list knows: words of this file alone."""
    return tuple(sense[1:] for sense in senses_of(kind, label) if sense.startswith("="))


@lru_cache(maxsize=4096)
def aspects_of(words: str) -> frozenset[tuple[str, str]]:
    """What the words say of each aspect: ("government", "state"), ("frequency", "month")."""
    return frozenset((aspect, sense) for aspect in ASPECTS for one in mentions(aspect, words) for sense in one.senses)


def mentions(kind: str, text: str, own: Sequence[str] = ()) -> tuple[Mention, ...]:
    """The words of a text that say what a figure of type `kind` is, in order, the longest wording first; `own` are further words."""
    pattern, known = _lexicon(kind, tuple(sorted(set(own))))
    if pattern is None:
        return ()
    return tuple(
        Mention(match.start(), match.end(), match.group(), known[match.lastgroup or ""])
        for match in pattern.finditer(text)
    )


def contradicts(said: frozenset[str], own: frozenset[str]) -> bool:
    """Whether words of the senses `said` cannot stand for a figure of the senses `own`. What is said of almost any amount ("paid")
    contradicts only what the list says."""
    if said & own:
        return False
    against = _table()[_AGAINST]
    if any(sense not in against for sense in said):
        return True
    return any(sense in against[one] for one in said for sense in own)


def are_kin(kind: str, said: frozenset[str], own: frozenset[str]) -> bool:
    """Whether words of the senses `said` are near enough to those of `own` that people use one for the other where only one is meant: a
    letter says "price" for a fee, and "letter" for an engagement letter."""
    return any(said & kin and own & kin for kin in _kin(kind))


def counts_things(senses: frozenset[str]) -> bool:
    """Whether the words mean things that are counted, and no time."""
    return senses <= set(_table()["things"]["count"])


def turns(became: frozenset[str], own: frozenset[str]) -> bool:
    """Whether what became of an amount ("was sent back") cannot be said of one of the senses `own`."""
    return any(own and own <= set(of) for sense, of in _table()["turned"].items() if sense in became)


def is_general(senses: frozenset[str]) -> bool:
    """Whether all that the words mean is said of almost any amount."""
    return senses <= set(_table()[_AGAINST])


@lru_cache(maxsize=16)
def _kin(kind: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group) for group in _table()["kin"].get(kind, ()))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files("workspace.tie_out").joinpath("labels.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def _lexicon(kind: str, own: tuple[str, ...]) -> tuple[re.Pattern[str] | None, Mapping[str, frozenset[str]]]:
    """A pattern with a named group for each wording, and the senses of each group."""
    by_words: dict[str, set[str]] = {}
    for sense, wordings in _table().get(kind, {}).items():
        for wording in wordings:
            by_words.setdefault(wording, set()).add(sense)
    for wording in own:
        by_words.setdefault(wording, set()).add(f"={wording}")
    if not by_words:
        return None, {}
    groups: dict[str, frozenset[str]] = {}
    parts: list[str] = []
    for number, wording in enumerate(sorted(by_words, key=len, reverse=True)):
        groups[f"w{number}"] = frozenset(by_words[wording])
        spaced = re.escape(wording.removesuffix("*")).replace(r"\ ", r"\s+")
        parts.append(rf"(?P<w{number}>{spaced}{r'[a-z]*' if wording.endswith('*') else ''})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])", re.IGNORECASE), groups
