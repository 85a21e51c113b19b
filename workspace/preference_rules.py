"""What a reviewer's edit of a draft says about how letters are liked: six patterns over two texts, without a model.

A greeting or a closing that was changed, an opening cut short, a phrase in place of another, a part that was taken out, "we" become "I".
Pure: compares sections, stores nothing, decides nothing. A phrase that holds a figure, a date or a name is a fact and no preference.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from workspace.deliverables.model import UNPRINTED, Section
from workspace.promises.sentences import sentences
from workspace.tie_out import recognise

Kind = Literal["greeting", "closing", "short-opening", "phrase", "leave-out", "voice"]
ENOUGH: dict[Kind, int] = {"greeting": 1, "closing": 1, "short-opening": 1, "phrase": 2, "leave-out": 2, "voice": 2}
"""How often a pattern has to be seen before it is proposed; a phrase may be replaced twice in one text."""

GREETING = re.compile(r"^(?:Dear|Hi|Hello) [^\n]+[,:]$", re.MULTILINE)
TO_I = {"we": "I", "our": "my", "ours": "mine", "us": "me", "ourselves": "myself"}
_VOICES = {(old, new.casefold()) for old, new in TO_I.items()}
_VERBS = {("are", "am"), ("were", "was")}
_SHORTER = 75  # percent of its words that are left of an opening that was cut short
_ALIKE = 0.45  # how alike two sentences are of which one became the other
_LONGEST = 6  # words of a phrase
_NEAR = 2  # words between two changes that are one
_WORD = re.compile(r"[\w'’-]+")


@dataclass(frozen=True)
class Lesson:
    """One thing that an edit shows. `before` gave way to `after`; `quoted` are the words of both texts that show it; `times` how often."""

    kind: Kind
    before: str
    after: str
    quoted: tuple[str, str]
    times: int = 1


def lessons(before: Sequence[Section], after: Sequence[Section]) -> tuple[Lesson, ...]:
    """What the edit from one text to the other shows, each once."""
    if not before or not after:
        return ()
    found = [*_greeting(before, after), *_closing(before[-1], after[-1]), *_opening(before[0], after[0])]
    return (*found, *_taken_out(before, after), *_words(before, after))


def _greeting(before: Sequence[Section], after: Sequence[Section]) -> Iterator[Lesson]:
    old, new = GREETING.search(before[0].markdown), GREETING.search(after[0].markdown)
    if old and new and old[0] != new[0]:
        yield Lesson("greeting", old[0], new[0], (old[0], new[0]))


def _closing(before: Section, after: Section) -> Iterator[Lesson]:
    """A paragraph of the last part without a figure or a name, in place of one like it: "Sincerely," or a last sentence."""
    if before.title != after.title:
        return
    old, new = _paragraphs(before.markdown), _paragraphs(after.markdown)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for was, now in zip(old[a:b], new[c:d], strict=True) if tag == "replace" and b - a == d - c else ():
            if _says_nothing_firm(was) and _says_nothing_firm(now):
                yield Lesson("closing", was, now, (was, now))


def _opening(before: Section, after: Section) -> Iterator[Lesson]:
    """Sentences were taken out of the first part and none put in."""
    old, new = _plain_sentences(before.markdown), _plain_sentences(after.markdown)
    gone = [one for one in old if one not in new]
    words = [sum(len(one.split()) for one in text) for text in (old, new)]
    if new and gone and all(one in old for one in new) and words[1] * 100 <= words[0] * _SHORTER:
        yield Lesson("short-opening", "", "", (" ".join(gone), ""))


def _taken_out(before: Sequence[Section], after: Sequence[Section]) -> Iterator[Lesson]:
    kept = {one.title for one in after}
    for one in before:
        if one.title and one.title not in kept and one.title not in UNPRINTED:
            yield Lesson("leave-out", one.title, "", (one.markdown[:300], ""))


def _words(before: Sequence[Section], after: Sequence[Section]) -> Iterator[Lesson]:
    """Phrases, and the voice, from sentences that became others."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    for old, new in _pairs(before, after):
        for pair in _replaced(old, new):
            times[pair] += 1
            seen.setdefault(pair, (old, new))
    to_i = [quoted for pair, quoted in seen.items() if _is_voice(*pair)]
    to_we = [quoted for pair, quoted in seen.items() if _is_voice(*reversed(pair))]
    if bool(to_i) != bool(to_we):
        voice = ("we", "I") if to_i else ("I", "we")
        yield Lesson("voice", *voice, (to_i or to_we)[0])
    for pair, quoted in seen.items():
        if not _is_voice(*pair) and not _is_voice(*reversed(pair)) and _is_phrase(pair):
            yield Lesson("phrase", *pair, quoted, times[pair])


def _pairs(before: Sequence[Section], after: Sequence[Section]) -> Iterator[tuple[str, str]]:
    """Sentences of parts of one title that are not the same and alike enough."""
    parts = {one.title: one.markdown for one in after}
    for part in before:
        old, new = _plain_sentences(part.markdown), _plain_sentences(parts.get(part.title, ""))
        fresh = [one for one in new if one not in old]
        for one in old:
            if one in new or not fresh:
                continue
            best = max(fresh, key=lambda other: _likeness(one, other))
            if _likeness(one, best) >= _ALIKE:
                yield one, best


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _replaced(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Words in place of others; what lies a word or two apart was changed in one go."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    runs: list[list[int]] = []
    for tag, *span in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if runs and span[0] - runs[-1][1] <= _NEAR:
            runs[-1][1], runs[-1][3] = span[1], span[3]
        else:
            runs.append(span)
    for i, j, k, m in runs:
        if 0 < j - i <= _LONGEST and 0 < m - k <= _LONGEST:
            yield " ".join(a[i:j]), " ".join(b[k:m])


def _is_voice(old: str, new: str) -> bool:
    """Whether nothing but "we" became "I", with what goes with it."""
    pairs = list(zip_longest(old.casefold().split(), new.casefold().split(), fillvalue=""))
    return any(pair in _VOICES for pair in pairs) and all(a == b or (a, b) in _VOICES | _VERBS for a, b in pairs)


def _is_phrase(pair: tuple[str, str]) -> bool:
    """Words of some meaning that carry no fact, and that stand so in the text."""
    old, new = pair
    meant = all(re.search(r"[A-Za-z]{4,}", one) for one in pair)
    return meant and old.casefold() != new.casefold() and all(map(_says_nothing_firm, pair))


def _says_nothing_firm(text: str) -> bool:
    """Whether no figure, date or name stands in it. A word with a capital inside the text may be a name."""
    return not recognise(text, guess_names=True) and not re.search(r"(?<=\s)[A-Z][a-z]|\d", text)


def _paragraphs(markdown: str) -> list[str]:
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", markdown) if one.strip()]


def _plain_sentences(markdown: str) -> list[str]:
    """The whole sentences of a part's paragraphs: no greeting, no list item, no line of an address."""
    found = (" ".join(markdown[a:b].split()) for a, b in sentences(markdown))
    return [one for one in found if re.search(r"[.!?]\*{0,2}$", one) and not re.match(r"[-*|>#]", one)]
