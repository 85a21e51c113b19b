"""The plain texts that a regular expression looks for: whether one of them is there is asked in a hundredth of the time of a search.

Knows as much of regular expressions as the marks of kinds use, and claims nothing where it meets more.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<look>\(\?<?[=!])|(?P<open>\((?:\?(?:P<\w+>|[a-z-]*:))?)|(?P<close>\))|(?P<either>\|)"
    r"|(?P<times>[?*+]\??|\{(?P<least>\d*)[^}]*\}\??)|(?P<edge>\\[bB]|[$^])|(?P<any>\\\w|\.)"
    r"|(?P<some>\[\^?\]?(?:\\.|[^\]\\])*\])|\\?(?P<letter>.)",
    re.DOTALL,
)
_STRANGE = re.compile(r"\(\?(?!:|P<\w+>|<?[=!]|[a-z]*-?[a-z]+:)")  # flags without a colon, conditions, atomic groups
_ESCAPED = re.compile(r"\\.", re.DOTALL)
# [-–] and the like: a few characters one by one.
_FEW = re.compile(r"\[(-?[^\]\\^-]{1,4})\]")
_MOST = 60
_LETTERS = 3
_MOST_WORDS_KEPT = 50_000
# What `re.IGNORECASE` takes for letters of the alphabet and `str.lower` does not.
_ALSO = {0x0130: "i", 0x0131: "i", 0x017F: "s"}

_Token = re.Match[str]
_Texts = frozenset[str]
_NOTHING: _Texts = frozenset({""})


@dataclass(frozen=True)
class Needed:
    """Texts of which every match holds at least one, as `lowered` leaves them; "" where nothing is known. `whole`: they are all that it
    matches, so that nothing else need be asked."""

    texts: frozenset[str]
    whole: bool


def lowered(text: str) -> str:
    """A text as `Needed.texts` are looked up in it: in lower case, with one blank for any white space."""
    words = " ".join((text if text.isascii() else text.translate(_ALSO)).lower().split())
    return f"{' ' * text[:1].isspace()}{words}{' ' * text[-1:].isspace()}"


class Sieve:
    """Which of many expressions may find something in a text, by the texts that each needs: most drop out by the words alone, of which
    each is looked at once."""

    def __init__(self, needs: Sequence[Collection[str]]) -> None:
        """`needs`: the texts of each expression, as `needed` gives them."""
        self._texts = tuple(_apart(texts) for texts in needs)
        masks: dict[str, int] = {}
        for number, texts in enumerate(self._texts):
            for text in texts:
                # The longest word of a text that is there is part of a word that is there.
                piece = max(text.split(), key=len, default="")
                masks[piece] = masks.get(piece, 0) | 1 << number
        self._always = masks.pop("", 0)
        self._pieces: dict[str, list[tuple[str, int]]] = {}
        for piece, mask in masks.items():
            self._pieces.setdefault(piece[:_LETTERS], []).append((piece, mask))
        self._known: dict[str, int] = {}

    def passing(self, low: str) -> list[int]:
        """The numbers of the expressions that need be searched for in a text, which is given as `lowered` leaves it."""
        mask = self.mask(low.split())
        return [n for n in bits(mask) if self._always >> n & 1 or any(text in low for text in self._texts[n])]

    def mask(self, words: Iterable[str]) -> int:
        """By its words alone what a text may hold: a bit for each expression."""
        mask, known = self._always, self._known
        for word in set(words):
            found = known.get(word)
            mask |= self._of(word) if found is None else found
        return mask

    def _of(self, word: str) -> int:
        if len(self._known) > _MOST_WORDS_KEPT:
            self._known.clear()
        found = 0
        for letters in {word[at : at + n] for n in range(1, _LETTERS + 1) for at in range(len(word) + 1 - n)}:
            for piece, mask in self._pieces.get(letters, ()):
                if piece in word:
                    found |= mask
        self._known[word] = found
        return found


def bits(mask: int) -> list[int]:
    """The numbers of the bits that are set, in order."""
    found: list[int] = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def _apart(texts: Collection[str]) -> tuple[str, ...]:
    """Without those in which another stands."""
    kept: list[str] = []
    for text in sorted(texts, key=len):
        if not any(shorter in text for shorter in kept):
            kept.append(text)
    return tuple(kept)


def needed(pattern: str) -> Needed:
    """What an expression needs in which a space is any white space, as `facts.text.spaced` has it, and case does not count."""
    if _STRANGE.search(_ESCAPED.sub("", pattern)):
        return Needed(_NOTHING, False)
    return _either(list(_TOKEN.finditer(pattern)), 0)[0]


def _either(tokens: Sequence[_Token], at: int) -> tuple[Needed, int]:
    """What the alternatives need that begin at a token, and where they end."""
    found: list[Needed] = []
    while True:
        one, at = _sequence(tokens, at)
        found.append(one)
        if at == len(tokens) or tokens[at].lastgroup == "close":
            break
        at += 1
    return Needed(frozenset[str]().union(*(one.texts for one in found)), all(one.whole for one in found)), at


def _sequence(tokens: Sequence[_Token], at: int) -> tuple[Needed, int]:
    """What one alternative needs, of all that must follow each other that which tells most; and where it ends."""
    parts, run, whole = list[_Texts](), _NOTHING, True
    while at < len(tokens) and tokens[at].lastgroup not in ("either", "close"):
        token, group = tokens[at], None
        if token.lastgroup in ("open", "look"):
            group, at = _either(tokens, at + 1)
        at += 1
        times = tokens[at].group() if at < len(tokens) and tokens[at].lastgroup == "times" else ""
        texts = _texts(token, group)
        if texts is not None and times in ("", "?"):
            texts = texts | _NOTHING if times else texts
            longer = frozenset(before + text for before in run for text in texts)
        else:
            longer = _NOTHING
        at += bool(times)
        whole = whole and token.lastgroup not in ("edge", "look")
        if (longer == _NOTHING and texts != _NOTHING) or len(longer) > _MOST:
            parts.append(run)
            run, whole = _NOTHING, False
            if group and token.lastgroup == "open" and (not times or times[0] == "+"):
                parts.append(group.texts)
        else:
            run = longer
    best = run if whole else max([*parts, run], key=lambda part: (min(map(len, part)), -len(part)))
    return Needed(best, whole), at


def _texts(token: _Token, group: Needed | None) -> _Texts | None:
    """All that a part of an expression matches; None where that is not known. An edge or a look aside matches no text of its own."""
    if token.lastgroup in ("edge", "look"):
        return _NOTHING
    if group is not None:
        return group.texts if group.whole else None
    if token.lastgroup == "some":
        few = _FEW.fullmatch(token.group())
        return frozenset(few[1].lower()) if few else None
    return frozenset({token["letter"].lower()}) if token.lastgroup == "letter" else None
