"""Where words that a reader selected stand in a section's Markdown. Compares letters and digits only, so that marks of emphasis, cells of a
table and line ends between them do not matter. Reads text; never a row.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MOST = 1200  # characters of a quote: a passage, not the letter


def places_of(sections: Sequence[Mapping[str, Any]], quote: str) -> list[tuple[int, int, int]]:
    """(section, start, end) of every place where the quote stands, in the order of the text."""
    return [
        (index, start, end) for index, one in enumerate(sections) for start, end in spans(str(one["markdown"]), quote)
    ]


def place_of(
    sections: Sequence[Mapping[str, Any]], quote: str, *, near: tuple[int, int]
) -> tuple[int, int, int] | None:
    """The place of the quote that is nearest to `near`, (section, offset), where it once stood; None when it stands nowhere."""
    found = places_of(sections, quote)
    return min(found, key=lambda place: (place[0] != near[0], abs(place[1] - near[1]), place), default=None)


def spans(markdown: str, quote: str) -> list[tuple[int, int]]:
    """Every place of the quote in the text, widened by the signs (a dollar, a bracket, a full stop) that the quote has at its ends."""
    wanted = _kept(quote)
    if not wanted or len(quote) > MOST:
        return []
    letters = [(position, character) for position, character in enumerate(markdown) if character.isalnum()]
    text = "".join(character for _, character in letters).casefold()
    if len(text) != len(letters):  # a letter that folds into two: compare as it stands
        text, wanted = "".join(character for _, character in letters), "".join(filter(str.isalnum, quote))
    found, at = [], text.find(wanted)
    while at >= 0:
        start, end = letters[at][0], letters[at + len(wanted) - 1][0] + 1
        if _whole(letters, at, len(wanted)):
            found.append(_widened(markdown, quote.strip(), start, end))
        at = text.find(wanted, at + 1)
    return found


def _kept(quote: str) -> str:
    return "".join(filter(str.isalnum, quote)).casefold()


def _whole(letters: Sequence[tuple[int, str]], at: int, length: int) -> bool:
    """Whether the match begins and ends where a word does: 20 is not found inside 2026."""
    before = at > 0 and letters[at - 1][0] == letters[at][0] - 1
    last = at + length
    after = last < len(letters) and letters[last][0] == letters[last - 1][0] + 1
    return not before and not after


def _widened(markdown: str, quote: str, start: int, end: int) -> tuple[int, int]:
    first = next(n for n, character in enumerate(quote) if character.isalnum())
    last = max(n for n, character in enumerate(quote) if character.isalnum())
    for sign in reversed(quote[:first]):
        if start and markdown[start - 1] == sign:
            start -= 1
    for sign in quote[last + 1 :]:
        if end < len(markdown) and markdown[end] == sign:
            end += 1
    return start, end
