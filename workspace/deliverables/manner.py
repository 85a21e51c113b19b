"""A text in the manner that the firm's accepted preferences ask for: greeting, closing, opening, phrases, parts left out, "we" or "I".

Changes words only, never a figure; a part that the law or the kind fixes stays as it is, and so does every fixed phrase. Says which
preferences changed the text. Reads no row: what is in force comes from workspace/preferences.py.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from workspace.deliverables.compose import Writer, Written
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.model import UNPRINTED, Section
from workspace.evidence import RecordEvidence
from workspace.preference_rules import TO_I
from workspace.promises.sentences import sentences
from workspace.tie_out import Fact, recognise

_TO_I: Mapping[str, str] = {**TO_I, "we are": "I am", "we were": "I was", "we're": "I'm", "we’re": "I’m"}
_TO_WE: Mapping[str, str] = {
    **{new.casefold(): old for old, new in TO_I.items()},
    "i am": "we are",
    "i was": "we were",
    "i'm": "we're",
    "i’m": "we’re",
}


class Followed(Protocol):
    """A preference in force: what gives way to what, and how it is cited."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def slug(self) -> str | None: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def cited(self) -> str: ...


def in_manner(write: Writer, preferences: Sequence[Followed], slug: str, fixed: Sequence[str]) -> Writer:
    """A writer whose texts follow the preferences."""

    def written(gathered: Gathered) -> Written:
        return follow(write(gathered), preferences, slug, fixed)

    return written


def follow(written: Written, preferences: Sequence[Followed], slug: str, fixed: Sequence[str]) -> Written:
    """The text as the preferences want it, as far as they concern it; doing it again changes nothing. `fixed` are the titles of the
    parts that nobody words."""
    ours = [one for one in preferences if one.slug in (None, slug)]
    found = replace(written, likes=tuple(one.words for one in ours))
    for one in ours:
        sections = tuple(found.sections)
        changed = _CHANGES[one.kind](sections, one, fixed) if one.kind in _CHANGES else sections
        kept = changed if one.kind == "leave-out" else _phrases_kept(sections, changed, written.allowed)
        if kept == sections or not kept:
            continue
        facts = (*found.facts, *_facts(one)) if one.kind == "greeting" else found.facts
        follows = tuple(dict.fromkeys((*found.follows, one.cited)))
        found = replace(found, sections=kept, facts=facts, follows=follows)
    return found


def _phrases_kept(
    before: tuple[Section, ...], after: tuple[Section, ...], allowed: Sequence[str]
) -> tuple[Section, ...]:
    """A part that would lose a fixed phrase, or a figure, stays as it was."""
    return tuple(
        old
        if any(one in old.markdown and one not in new.markdown for one in allowed) or _figures(old) - _figures(new)
        else new
        for old, new in zip(before, after, strict=True)
    )


def _figures(section: Section) -> set[tuple[str, str]]:
    return {(one.type, one.value) for one in recognise(section.markdown) if one.type != "name"}


Change = Callable[[tuple[Section, ...], Followed, Sequence[str]], tuple[Section, ...]]


def _greeting(sections: tuple[Section, ...], one: Followed, fixed: Sequence[str]) -> tuple[Section, ...]:
    line = re.compile(rf"^{re.escape(one.before)}$", re.MULTILINE)
    first = sections[0]
    return (replace(first, markdown=line.sub(lambda _: one.after, first.markdown, count=1)), *sections[1:])


def _closing(sections: tuple[Section, ...], one: Followed, fixed: Sequence[str]) -> tuple[Section, ...]:
    last = sections[-1]
    if last.title in fixed:
        return sections
    paragraphs = [one.after if " ".join(p.split()) == one.before else p for p in re.split(r"\n\n+", last.markdown)]
    return (*sections[:-1], replace(last, markdown="\n\n".join(paragraphs)))


def _short_opening(sections: tuple[Section, ...], one: Followed, fixed: Sequence[str]) -> tuple[Section, ...]:
    """The first sentence stays, and each that carries a figure or a name."""
    first = sections[0]
    spans = [(a, b) for a, b in sentences(first.markdown) if first.markdown[a:b].rstrip("*").endswith((".", "!", "?"))]
    markdown = first.markdown
    for start, end in reversed(spans[1:]) if first.title not in fixed else ():
        if not recognise(markdown[start:end], guess_names=True):
            markdown = f"{markdown[:start].rstrip(' ')}{markdown[end:]}"
    return (replace(first, markdown=re.sub(r"\n{3,}", "\n\n", markdown).strip()), *sections[1:])


def _phrase(sections: tuple[Section, ...], one: Followed, fixed: Sequence[str]) -> tuple[Section, ...]:
    return _each(sections, fixed, lambda text: _put(text, {one.before.casefold(): one.after}))


def _voice(sections: tuple[Section, ...], one: Followed, fixed: Sequence[str]) -> tuple[Section, ...]:
    return _each(sections, fixed, lambda text: _put(text, _TO_I if one.after == "I" else _TO_WE))


def _leave_out(sections: tuple[Section, ...], one: Followed, fixed: Sequence[str]) -> tuple[Section, ...]:
    gone = {one.before} - {*fixed, *UNPRINTED}
    return tuple(section for section in sections if section.title not in gone)


def _each(sections: tuple[Section, ...], fixed: Sequence[str], change: Callable[[str], str]) -> tuple[Section, ...]:
    return tuple(one if one.title in fixed else replace(one, markdown=change(one.markdown)) for one in sections)


def _put(text: str, instead: Mapping[str, str]) -> str:
    """The words in place of others, the longest first; a capital at the beginning of a sentence stays one. Rows of tables and list
    items are records' words and stay."""
    longest = sorted(instead, key=len, reverse=True)
    wanted = re.compile(rf"(?<![\w’'-])(?:{'|'.join(map(re.escape, longest))})(?![\w’'-])", re.IGNORECASE)

    def put(found: re.Match[str]) -> str:
        new = instead[found[0].casefold()]
        return new[:1].upper() + new[1:] if found[0][:1].isupper() and found[0] != "I" else new

    lines = text.split("\n")
    changed = [line if re.match(r"\s*(?:[-|]|Dear )", line) else wanted.sub(put, line) for line in lines]
    return _sentence_starts("\n".join(changed))


def _sentence_starts(text: str) -> str:
    """A sentence begins with a capital, also where "I" gave way to "we"."""
    return re.sub(r"(?:\A|(?<=[.!?]\s)|(?<=\n\n))(?=we\b|our\b)[a-z]", lambda found: found[0].upper(), text)


def _facts(one: Followed) -> list[Fact]:
    """Who is greeted, proven by the preference."""
    proof = RecordEvidence(f"preference:{one.id}", "greeting", one.after)
    return [Fact(f.type, f.type, f.value, f.text, proof) for f in recognise(one.after, guess_names=True)]


_CHANGES: Mapping[str, Change] = {
    "greeting": _greeting,
    "closing": _closing,
    "short-opening": _short_opening,
    "phrase": _phrase,
    "voice": _voice,
    "leave-out": _leave_out,
}
