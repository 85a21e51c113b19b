"""When two written names, or two taxpayer ids, are the same. Never guesses: a doubt is "not the same" for names and "no
contradiction" for ids with hidden digits."""

import re

_FORMS = {
    "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "ltd", "limited", "pc", "pllc", "pa", "the",
}  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without case, punctuation, and the forms of companies."""
    text = re.sub(r"(?<=\b\w)\.(?=\w\b)|['’.]", "", name.lower()).replace("&", " and ")
    return tuple(word for word in re.findall(r"[a-z0-9]+", text) if word not in _FORMS)


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names have the same words, in any order: "LINDQVIST, ERIK" is "Erik Lindqvist". A missing name is none."""
    if not one or not other:
        return False
    return sorted(words_of(one)) == sorted(words_of(other)) != []


def ids_differ(one: str | None, other: str | None) -> bool:
    """Whether two taxpayer ids cannot be the same: a digit that both show differs. A hidden digit (X) contradicts nothing, and a missing id
    neither."""
    if not one or not other:
        return False
    a, b = (re.sub(r"[^0-9X]", "", text.upper()) for text in (one, other))
    if len(a) != len(b):
        return True
    return any(x != y and "X" not in (x, y) for x, y in zip(a, b, strict=True))
