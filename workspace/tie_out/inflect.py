"""The shapes that a word of our own lists takes in a sentence: pay, pays, paid, paying.

Knows regular English and the irregular verbs of the trade. Only ever asked about words that stand in labels.toml.
"""

from functools import lru_cache

_VOWELS = "aeiou"
# A verb, and its past and its participle where they differ.
_IRREGULAR = {
    "be": "was were been",
    "bear": "bore borne",
    "become": "became",
    "begin": "began begun",
    "bring": "brought",
    "come": "came",
    "cost": "cost",
    "cut": "cut",
    "do": "did done",
    "draw": "drew drawn",
    "eat": "ate eaten",
    "end": "ended",
    "fall": "fell fallen",
    "find": "found",
    "forgive": "forgave forgiven",
    "get": "got gotten",
    "give": "gave given",
    "go": "went gone",
    "grow": "grew grown",
    "have": "has had",
    "hear": "heard",
    "hold": "held",
    "keep": "kept",
    "leave": "left",
    "lend": "lent",
    "let": "let",
    "lose": "lost",
    "make": "made",
    "meet": "met",
    "owe": "owed",
    "pay": "paid",
    "put": "put",
    "rise": "rose risen",
    "run": "ran run",
    "see": "saw seen",
    "sell": "sold",
    "send": "sent",
    "set": "set",
    "shrink": "shrank shrunk",
    "sit": "sat",
    "spend": "spent",
    "take": "took taken",
    "tell": "told",
    "think": "thought",
    "win": "won",
    "withhold": "withheld",
    "write": "wrote written",
}
# Two syllables or more, or a final w, x or y: the last consonant stays single.
_SINGLE = (
    "credit",
    "deposit",
    "answer",
    "offer",
    "cover",
    "enter",
    "order",
    "open",
    "budget",
    "benefit",
    "deliver",
    "remember",
)


@lru_cache(maxsize=1024)
def forms(word: str) -> tuple[str, ...]:
    """A verb or noun in every shape, itself first: "carry" gives carry, carries, carried, carrying."""
    third = _ending_s(word)
    stem = word[:-1] if word.endswith("e") and not word.endswith(("ee", "ye", "oe")) else word
    if _doubles(word):
        stem = word + word[-1]
    gerund = f"{stem}ing"
    if word in _IRREGULAR:
        return tuple(dict.fromkeys((word, third, *_IRREGULAR[word].split(), gerund)))
    past = f"{word}d" if word.endswith("e") else f"{word[:-1]}ied" if _consonant_y(word) else f"{stem}ed"
    return tuple(dict.fromkeys((word, third, past, gerund)))


def _ending_s(word: str) -> str:
    if _consonant_y(word):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{word}s"


def _consonant_y(word: str) -> bool:
    return word.endswith("y") and word[-2:-1] not in _VOWELS


def _doubles(word: str) -> bool:
    """Whether a short word doubles its last letter: "stop", "put", and "remit" with its stress on the end."""
    if word in _SINGLE or len(word) < 3 or word[-1] in "wxy" or word[-1] in _VOWELS:
        return False
    short = word[-2] in _VOWELS and word[-3] not in _VOWELS
    return short and (
        sum(one in _VOWELS for one in word) == 1 or word in ("remit", "begin", "forget", "submit", "admit")
    )
