"""What people call a figure: the words of labels.toml and the senses that they have.

Owns the synonyms only. Never decides whether a figure is tied: that is ties.py.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from itertools import product

from workspace.tie_out.inflect import forms

ASPECTS = (
    "government",
    "frequency",
    "course",
    "order",
    "hold",
    "side",
    "taxed",
    "level",
    "timing",
    "settled",
    "payee",
    "object",
    "anchor",
    "offence",
    "bearer",
)
"""What a label may say beside what a figure is: whose tax, how often, the beginning or the end, the first or the last, there or missing,
with customers or with suppliers, taxed or exempt, over or under a plan, late or early, open or paid, paid to whom, a day's paper, from
when days are counted, what a penalty is for, on what interest is earned."""

_MEASURES = ("money", "date", "count", "percent")
_OF_TYPE = {
    "object": "date",
    "anchor": "count",
    "payee": "money",
    "offence": "money",
    "bearer": "percent",
    "hold": "count",
}  # an aspect that is asked of figures of one type only
_AGAINST = "against"
_FIRST_TWO = re.compile(r"(?<![\w-])[^\W_](?:[\w'’/-]|(?=\W|$))", re.IGNORECASE)
_GAP = r"(?:\s+[^\s,.;:!?()]+){0,4}?"  # "~": up to four words of the same clause
# What may stand between two words of a wording and changes nothing: "runs out" in "simply runs quietly out".
_ADVERB = re.compile(
    r"(?<=\s)(?:simply|just|now|then|also|again|already|all|(?!month|week|hour|year|quarter|dai|ear|on|fami|rep|app|supp)[a-z]+ly)(?=\s)"
)
_DENIED = re.compile(
    r"(?:\b(?:never|not|nobody|none|neither|nor|cannot|failed\s+to|yet\s+to|without)|n['’]t)\s+(?:[\w’'-]+\s+){0,2}$",
    re.I,
)
_HOW = ("assessed",)  # how an amount came about: "interest assessed" is no tax
_LEADING = frozenset(
    "a an the to of in on at by from for with off out up down back into over away after before once everything it you your us them they"  # noqa: SIM905
    " not no still yet been be is are was were has have had will would could so that there here nobody".split()
)
_VERBAL = re.compile(r"(?!asked|owed|resumed)\w+ed|came|earns?|kept|lost|won")
# Nouns that are verbs too, and verbs that say what something is not ("resumed", "owed").
_NOUNS = frozenset(
    "ask asked asking asks award awards bill bills billing charge charges claim claims cleaning closing cost costs credit"  # noqa: SIM905
    " credits draw draws figure figures filing offer offers opening owe owed owes owing painting plan plans price prices project"
    " projects quote quotes return returns staff waive withholding".split()
)
# Verbs that say what an amount is as plainly as a noun does.
_STRONG = re.compile(
    r"\b(?:borrow\w*|invest\w*|donat\w*|refund\w*|reimburs\w*|distribut\w*|inherit\w*|award\w*|forg[ai]v\w*|deduct\w*"
    r"|injected|insured)\b"
)
_WHENCE = re.compile(r"\b(?:of|from|under|on|with)\s+(?:the|a)\s+$")
_NOT_SO = re.compile(r"\b(?:no|not)\s+$", re.I)
_NONE = re.compile(r"\s+(?:no|none|neither|nothing|not)\b", re.I)


@dataclass(frozen=True)
class Mention:
    """Words at `start` to `end` of a text that say what a figure is; `senses` are all that they can mean."""

    start: int
    end: int
    text: str
    senses: frozenset[str]

    @property
    def loose(self) -> bool:
        return is_loose(self.text.casefold())


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


def is_asked(aspect: str, kind: str) -> bool:
    """Whether an aspect says anything of figures of a type."""
    return _OF_TYPE.get(aspect, kind) == kind


def own_words(kind: str, label: str) -> tuple[str, ...]:
    """The heads of a label that no list knows: words of this file alone."""
    return tuple(sense[1:] for sense in senses_of(kind, label) if sense.startswith("="))


@lru_cache(maxsize=4096)
def aspects_of(words: str) -> frozenset[tuple[str, str]]:
    """What the words say of each aspect: ("government", "state"), ("frequency", "month")."""
    return frozenset(
        (aspect, sense)
        for aspect in ASPECTS
        for one in mentions(aspect, words)
        for sense in _as_said(aspect, one, words)
    )


def _as_said(aspect: str, one: Mention, words: str) -> frozenset[str]:
    """What a mention says of an aspect: what "never gave" names is not there."""
    if aspect == "timing" and _NOT_SO.search(words, 0, one.start):
        return frozenset()  # "no later than"
    denied = aspect == "hold" and (_DENIED.search(words, 0, one.start) or _NONE.match(words, one.end))
    return frozenset(("missing",)) if denied and "there" in one.senses else one.senses


def mentions(kind: str, text: str, own: Sequence[str] = ()) -> tuple[Mention, ...]:
    """The words of a text that say what a figure of type `kind` is, in order, the longest wording first; `own` are further words."""
    known, further = _lexicon(kind), _own_lexicon(tuple(sorted(set(own)))) if own else {}
    plain = _ADVERB.sub(lambda one: " " * len(one.group()), text)
    found: list[Mention] = []
    at = 0
    for start, key in _starts(text):
        if start < at or (key not in known and key not in further):
            continue
        written = (text,) if plain == text else (text, plain)
        read = [
            one for book in (further, known) for said in written if (one := _read(book, key, said, start)) is not None
        ]
        if read:
            longest = max(read, key=lambda one: one.end)
            found.append(longest if plain == text else replace(longest, text=text[start : longest.end]))
            at = found[-1].end
    return tuple(found)


def contradicts(said: frozenset[str], own: frozenset[str]) -> bool:
    """Whether words of the senses `said` cannot stand for a figure of the senses `own`. What is said of almost any amount ("paid")
    contradicts only what the list says, whatever else it may mean."""
    if said & own:
        return False
    against = _table()[_AGAINST]
    broad = [sense for sense in said if sense in against]
    return not broad or all(any(sense in against[one] for sense in own) for one in broad)


def are_kin(kind: str, said: frozenset[str], own: frozenset[str]) -> bool:
    """Whether words of the senses `said` are near enough to those of `own` that people use one for the other where only one is meant: a
    letter says "price" for a fee, and "letter" for an engagement letter."""
    return any(said & kin and own & kin for kin in _kin(kind))


@lru_cache(maxsize=4096)
def is_loose(words: str) -> bool:
    """Whether words hold no noun: every one of them is a shape of a verb of the lists, a word that leads a phrase, or none at all."""
    return not _STRONG.search(words) and all(
        one in _LEADING or one in _verbs() or _VERBAL.fullmatch(one) for one in words.split()
    )


@lru_cache(maxsize=1)
def _verbs() -> frozenset[str]:
    """Every shape of the words that the lists give a verb's "+"."""
    listed = (one for kind in _MEASURES for wordings in _table()[kind].values() for one in wordings)
    marked = {word[:-1] for wording in listed for word in wording.split() if word.endswith("+")}
    return frozenset(shape for word in marked for shape in forms(word)) - _NOUNS


def counts_things(senses: frozenset[str]) -> bool:
    """Whether the words mean things that are counted, and no time."""
    return senses <= set(_table()["things"]["count"])


def turns(became: frozenset[str], own: frozenset[str]) -> bool:
    """Whether what became of an amount ("was sent back") cannot be said of one of the senses `own`."""
    return any(own and own <= set(of) for sense, of in _table()["turned"].items() if sense in became)


def is_general(senses: frozenset[str]) -> bool:
    """Whether the words are said of almost any amount, whatever else they may mean."""
    return not senses or any(sense in _table()[_AGAINST] for sense in senses)


def wordings(kind: str) -> Iterator[tuple[str, str]]:
    """Every sense of figures of a type with each of its wordings in each shape."""
    for sense, listed in _table().get(kind, {}).items():
        yield from ((sense, form) for one in listed for form in _every_form(one))


@lru_cache(maxsize=16)
def _kin(kind: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group) for group in _table()["kin"].get(kind, ()))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files("workspace.tie_out").joinpath("labels.toml").read_text(encoding="utf-8"))


# A wording's first two letters to the wordings that begin so, and the senses of each.
_Lexicon = Mapping[str, tuple[re.Pattern[str], Mapping[str, frozenset[str]]]]


@lru_cache(maxsize=32)
def _lexicon(kind: str) -> _Lexicon:
    return _compiled(_table().get(kind, {}))


@lru_cache(maxsize=256)
def _own_lexicon(own: tuple[str, ...]) -> _Lexicon:
    return _compiled({f"={wording}": [wording] for wording in own})


@lru_cache(maxsize=512)
def _starts(text: str) -> tuple[tuple[int, str], ...]:
    """Where the words of a text begin, and their first two letters."""
    return tuple((match.start(), match.group().casefold()) for match in _FIRST_TWO.finditer(text))


def _read(book: _Lexicon, key: str, text: str, start: int) -> Mention | None:
    if key not in book:
        return None
    pattern, senses = book[key]
    match = pattern.match(text, start)
    return Mention(start, match.end(), match.group(), senses[match.lastgroup or ""]) if match else None


def _compiled(listed: Mapping[str, list[str]]) -> _Lexicon:
    """The patterns of a list, with a named group for each wording, the longest first."""
    by_words: dict[str, set[str]] = {}
    for sense, wordings in listed.items():
        for wording in wordings:
            for one in _every_form(wording):
                by_words.setdefault(one, set()).add(sense)
    by_key: dict[str, list[str]] = {}
    for one in sorted(by_words, key=_length, reverse=True):
        by_key.setdefault(one[:2].strip().casefold(), []).append(one)
    made: dict[str, tuple[re.Pattern[str], Mapping[str, frozenset[str]]]] = {}
    for key, wordings in by_key.items():
        parts = "|".join(f"(?P<w{number}>{_pattern(one)})" for number, one in enumerate(wordings))
        senses = {f"w{number}": frozenset(by_words[one]) for number, one in enumerate(wordings)}
        made[key] = re.compile(rf"(?:{parts})(?![\w-])", re.IGNORECASE), senses
    return made


def _length(wording: str) -> tuple[int, bool]:
    """Longer wordings are read first, and of two the one without a gap."""
    return len(wording.replace(" ~", "")), "~" not in wording


def _every_form(wording: str) -> Iterator[str]:
    """A wording with every word that ends in "+" in each of its shapes: "give+ back", "gave back", "giving back"."""
    choices = [forms(word[:-1]) if word.endswith("+") else (word,) for word in wording.split()]
    return (" ".join(words) for words in product(*choices))


def _pattern(wording: str) -> str:
    made = ""
    for word in wording.split():
        if word == "~":
            made += _GAP
        elif word == "not" and made:
            made += r"(?:\s+(?:not|never)|n['’]t)"
        else:
            made += (r"\s+" if made else "") + re.escape(word.removesuffix("*")).replace("'", "['’]")
            made += r"[a-z]*" if word.endswith("*") else ""
    return made
