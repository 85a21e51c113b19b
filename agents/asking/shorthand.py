"""A question as staff type it into a box, written out: "whos mgr on this", "hrs left on the 1120s", "cert # for the permit".

Works on words alone, before anything is recognised. What is written in full stays as it is; a name is never touched: a word is only
set right where it is a usual slip of one word of the trade.
"""

import re
from functools import cache

# In order: what is written on the left, as a regular expression over whole words, is read as the right.
_SHORT: tuple[tuple[str, str], ...] = (
    (r"(\d{1,2})/(\d{1,2})/(\d\d)(?![\d/])", r"\1/\2/20\3"),
    (r"\b(what|who|when|where|how)s\b", r"\1 is"),
    (r"\b(what|who|when|where|how|why)['’]?d (?=(?:the|they|we|he|she|it)\b)", r"\1 did "),
    (r"\b(have|has|had|did|does|do|is|are|was|were|would|could)nt\b", r"\1n't"),
    (r"\b(what|how|where|why|who|when) r\b", r"\1 are"),
    (r"\b(?<!['’])w/?(?= (?:us|them|him|her|the|our)\b)", "with"),
    (r"\b(?:pls|plz|please|thx)\b[ .!]*", ""),
    (r"\brn\b", "right now"),
    (r"\bthirty(?= days)", "30"),
    (r"\bsixty(?= days)", "60"),
    (r"\bninety(?= days)", "90"),
    (r"(?<![\w'’])(?:'?til|till)\b", "until"),
    (r"\bthru\b", "through"),
    (r"\bytd\b", "so far this year"),
    (r"\b(this|last|next|prior|tax|fiscal|what|which) yr\b", r"\1 year"),
    (r"\byrs\b", "years"),
    (r"\bhrs?\b", "hours"),
    (r"\bmgr\b", "manager"),
    (r"\bacct\b", "account"),
    (r"\bmsgs?\b", "message"),
    (r"\bamts?\b", "amount"),
    (r"\bbal\b", "balance"),
    (r"\b(open|unpaid|oldest|overdue|last|late|our) inv\b", r"\1 invoice"),
    (r"\binvs\b", "invoices"),
    (r"\b(\S+) ext\b(?= ?(?:\?|due|deadline|date|$))", r"\1 extended"),
    (r"\bext\b(?= (?:on|for|of)\b)", "extension"),
    (r"\bcerts?\b", "certificate"),
    (r"\b(ordinary|net|taxable|gross|other|interest|dividend) inc\b", r"\1 income"),
    (r"\bord\b(?= inc)", "ordinary"),
    (r"\bdistribs?\b|\bdists\b", "distributions"),
    (r"\borig\b", "original"),
    (r"\bdocs\b", "documents"),
    (r"\bstmts?\b", "statement"),
    (r"\b(?:pymt|pmt)s?\b", "payment"),
    (r"\brec(?:'|’)?d\b", "received"),
    (r"\bttl\b", "total"),
    (r"\bqtr\b", "quarter"),
    (r"\baddr\b", "address"),
    (r"\bph\b|\bphone ?#", "phone number"),
    (r"\bcell(?: phone)?\b(?=[^.]*\?|$)", "phone number"),
    (r"# of\b", "how many"),
    (r"#(?!\w)", "number"),
    (r"(?<![\w\\&])nr\b(?!&)", "number"),
    (r"\bno\.?(?= ?\??$)", "number"),
    (r"(?<=[a-z]) %(?= (?:owned|owner\w*|of|done|complete)\b)|(?<=[a-z]) %(?=\?|$)", " percent"),
    (r"\bmuch \$", "much"),
    (r"\bin \$(?= ?\??$)", "in dollars"),
    (r"\bk1(s?)\b", r"K-1\1"),
    (r"\bw([29])(s?)\b", r"W-\1\2"),
    (r"\b1120s(?= |\?|$)", "1120-S"),
    (r"\bthe co\b", "the company"),
)
_RULES = tuple((re.compile(pattern, re.IGNORECASE), said) for pattern, said in _SHORT)
# Written small this is an article of many names, so only as the engagement letter that is signed, sent or dated.
_LETTER = re.compile(r"\bEL\b|\b(?<=the )el\b(?= (?:for|from|of|signed|back|out)\b)|\bel\b(?= signed\b)")
_WORD = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")
_VOWELS = "aeiou"
_TRADE = """
    account address agreement amount annual answer balance billing budget business certificate client closing contact corporation
    deadline distribution document engagement estimate expense extended extension federal insurance interest invoice landlord lender
    letter license manager maturity meeting minutes missing monthly number ordinary outstanding overdue ownership partner payment
    payroll percent permit preparer principal profit realization receivable received request respond revenue salary statement
    status unbilled unpaid waiting withheld
"""


def written_out(question: str) -> str:
    """The question in full words."""
    text = _LETTER.sub("engagement letter", question)
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    text = _WORD.sub(lambda match: _set_right(match.group()), text)
    return text if text == question else " ".join(text.split())


def _set_right(word: str) -> str:
    return _slips().get(word, word)


@cache
def _slips() -> dict[str, str]:
    """Words of the trade by their slips: a vowel or one of two equal letters left out, two neighbours in the wrong order. Never by another
    letter, one too many, or at the ends: "change", "contract" and "offices" are words of their own."""
    words = _TRADE.split()
    words += [f"{word}s" for word in words]
    found: dict[str, set[str]] = {}
    for word in words:
        for at in range(1, len(word) - 2):
            here, after = word[at], word[at + 1]
            if here in _VOWELS or here == after:
                found.setdefault(word[:at] + word[at + 1 :], set()).add(word)
            if here != after:
                found.setdefault(word[:at] + after + here + word[at + 2 :], set()).add(word)
    return {slip: of.pop() for slip, of in found.items() if len(of) == 1 and slip not in words}
