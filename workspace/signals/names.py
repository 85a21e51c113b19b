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


def near_name(one: str, other: str) -> bool:
    """Whether two names may be of the same one: the same words in any order but for one letter in a word of six or more, or a middle name
    or initial more. For a search that a person looks at; `same_name` is for what is said without one."""
    few, many = sorted((words_of(one), words_of(other)), key=len)
    if len(few) >= 2 and len(many) == len(few) + 1:
        # "Roland Hess" and "Roland T. Hess", "Hess, Roland T."
        return any(_same_words(few, many[:n] + many[n + 1 :]) for n in range(len(many)) if n == 1 or len(many[n]) == 1)
    return _same_words(few, many)


def _same_words(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether each word of one has its like among the others."""
    if not few or len(few) != len(many):
        return False
    left = list(many)
    for word in few:
        found = word if word in left else next((other for other in left if _one_letter(word, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _one_letter(one: str, other: str) -> bool:
    """Two long words that differ by one letter: another one, one more, one less, two swapped."""
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    short, long = sorted((one, other), key=len)
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    )
