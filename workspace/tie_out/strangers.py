"""The names of a firm's other clients, found by their first word: of ten thousand names a text meets a handful.

Made once for many texts. To whom it is handed it is a sequence of names like any other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import overload

from workspace.tie_out.names import short_of, tokens_of


class Names:
    """All the names of a firm, in order, how often each is borne, and those that begin with a word."""

    def __init__(self, names: Sequence[str]) -> None:
        self.all = tuple(names)
        self.often = Counter(names)
        self._first: dict[str, list[str]] = defaultdict(list)
        for name in dict.fromkeys(names):
            full = tokens_of(name)
            for form in {full[:1], short_of(full)[:1]} if full else ():
                self._first[form[0]].append(name)

    def beginning_with(self, words: set[str]) -> set[str]:
        """Those whose first word, with or without "the", is one of these."""
        return {name for word in words & self._first.keys() for name in self._first[word]}


class Strangers(Sequence[str]):
    """All names but one client's own; that too, where another client is called the same."""

    def __init__(self, names: Names, own: str) -> None:
        self._names, self._own = names, own if names.often[own] == 1 else None

    def near(self, text: str) -> tuple[str, ...]:
        """Those that can stand in a text at all, in order."""
        words = set(tokens_of.__wrapped__(text))
        return tuple(sorted(name for name in self._names.beginning_with(words) if name != self._own))

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names.all if name != self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return tuple(self)[index]


def near(names: Sequence[str], text: str) -> Sequence[str]:
    """Those of the names that a text has to be searched for."""
    return names.near(text) if isinstance(names, Strangers) else names
