"""Which documents answer an item: stored with the item, or read from its words where it came with the firm's folder. Matches nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

At = Literal["period", "end", "force", "prior", "any"]
_ATS: tuple[At, ...] = ("period", "end", "force", "prior", "any")


@dataclass(frozen=True)
class Wants:
    """What answers an item. `kinds` are kinds of documents, `forms` narrow them, `issuer` is who sent it last year, `account` the last four
    digits of it. `words`: any of these in a file's name answers it, where its kind does not tell. `at`: a paper of the period, of its
    last day (end), in force then (force), of the period before (prior), of any time. `months`: one each month of the period, `needed` so
    many of them; `many`: several papers may answer it. `on`: months of the year that a paper must end in, where the item names some.
    `start`, `end`: the period that it is of, where its list is about no engagement that has one."""

    kinds: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    issuer: str = ""
    account: str = ""
    words: tuple[str, ...] = ()
    at: At = "period"
    months: bool = False
    many: bool = False
    needed: int | None = None
    on: tuple[int, ...] = ()
    start: date | None = None
    end: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Only what is said, as it is stored."""
        said = {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items()}
        said |= {name: day.isoformat() for name, day in said.items() if isinstance(day, date)}
        return {name: value for name, value in said.items() if value not in ([], "", None, False, "period")}

    def overlaps(self, other: "Wants") -> bool:
        """Whether a paper that answers one may answer the other, as far as the rules tell: same issuer and account, no other period, a
        kind and form in common, or where no kind is known a word."""
        if self.of_another_period(other):
            return False
        if (self.issuer, self.account, self.at) != (other.issuer, other.account, other.at):
            return False
        if self.kinds or other.kinds:
            forms = not self.forms or not other.forms or bool(set(self.forms) & set(other.forms))
            return bool(set(self.kinds) & set(other.kinds)) and forms
        return bool(set(self.words) & set(other.words))

    def of_another_period(self, other: "Wants") -> bool:
        """Whether both say which period they are of, and not the same."""
        return self.end is not None and other.end is not None and self.end != other.end

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Wants":
        """What `as_json` or the templates' file wrote; what is not understood is left out."""
        at = raw.get("at", "period")
        needed = raw.get("needed")
        return cls(
            kinds=_texts(raw.get("kinds", raw.get("kind"))),
            forms=_texts(raw.get("forms", raw.get("form"))),
            issuer=str(raw.get("issuer", "")),
            account=str(raw.get("account", "")),
            words=_texts(raw.get("words")),
            at=at if at in _ATS else "period",
            months=bool(raw.get("months")),
            many=bool(raw.get("many") or raw.get("months")),
            needed=int(needed) if isinstance(needed, int) and needed > 0 else None,
            on=tuple(one for one in raw.get("on", ()) if isinstance(one, int) and 1 <= one <= 12),
            start=_day(raw.get("start")),
            end=_day(raw.get("end")),
        )


def _day(raw: object) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def _texts(raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        return (raw,) if raw else ()
    return tuple(str(one) for one in raw) if isinstance(raw, list | tuple) else ()


# Words of an item and what they ask for, the narrow before the wide; every rule that is found counts.
_END = re.compile(
    r"year-end|at year end|as of \d|at (?:january|june|september|october|november|december) \d|at \d{4}-\d\d-\d\d", re.I
)
_COUNT = re.compile(r"\b(\d{1,2}) (?:monthly |bank |account )*statements?\b", re.I)
_RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    (r"\bw-?2s?\b", {"kinds": ["w-2"], "many": True}),
    (r"\b1099s?\b", {"kinds": ["1099"], "many": True}),
    (r"\bk-?1s?\b", {"kinds": ["k-1"], "many": True}),
    (r"\bw-?9s?\b", {"kinds": ["w-9"], "many": True}),
    (r"organizer|questionnaire", {"kinds": ["organizer"]}),
    (r"bank (?:and credit card )?statement|bank statement|account statement", {"kinds": ["bank-statement"], "many": True}),
    (r"loan (?:account )?statement", {"kinds": ["loan-statement"], "many": True}),
    (r"loan agreement", {"kinds": ["loan-agreement"], "many": True, "at": "any"}),
    (r"trial balance", {"kinds": ["trial-balance"]}),
    (r"profit and loss|income statement|\bp&l\b", {"kinds": ["profit-and-loss"]}),
    (r"balance sheet", {"kinds": ["balance-sheet"]}),
    (r"receivables? (?:aging|list)|a/?r aging", {"kinds": ["ar-aging"], "at": "end"}),
    (r"payroll (?:register|report)", {"kinds": ["payroll-register"], "many": True}),
    (r"\bminutes\b", {"kinds": ["minutes"], "many": True}),
    (r"\bleases?\b", {"kinds": ["lease"], "many": True, "at": "force"}),
    (r"insurance polic|certificates? of insurance", {"kinds": ["certificate"], "words": ["insurance"], "many": True, "at": "force"}),
    (r"estimated tax payments?|estimates paid", {"kinds": ["estimate-schedule"]}),
    (r"(?:prior|last) (?:year'?s )?(?:tax )?returns?", {"kinds": ["tax-return"], "at": "prior"}),
    (r"vendor (?:totals|list)|contractors? paid", {"kinds": ["vendor-totals"]}),
    (r"form 8821|form 2848|power of attorney", {"kinds": ["authorization"], "at": "any"}),
    (r"charitable|donation", {"words": ["charitable contribution", "contribution acknowledgment", "donation"], "many": True}),
    (r"fixed assets?|equipment purchase|asset purchases", {"words": ["fixed asset", "equipment purchase"], "many": True}),
    (r"property tax|real estate tax", {"words": ["property tax", "real estate tax"], "many": True}),
    (r"closing statement", {"words": ["closing statement", "settlement statement"], "many": True}),
    (r"mortgage interest|form 1098\b", {"words": ["mortgage interest", "form 1098", "1098"], "many": True}),
    (r"1095-?a", {"words": ["1095-a"]}),
    (r"brokerage", {"words": ["brokerage", "composite"], "many": True}),
)  # fmt: skip
_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?",
    "july?", "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_FORM = re.compile(r"\b(?:1099|SSA)-(?:INT|DIV|B|NEC|MISC|K|R|G|S|1099)\b", re.I)
_STOP = frozenset(
    (
        "a", "all", "an", "and", "any", "as", "at", "by", "detail", "details",
        "for", "form", "forms", "from", "if", "in", "list", "made", "new", "of",
        "on", "or", "our", "paid", "period", "record", "records", "signed", "statement", "statements",
        "the", "through", "to", "with", "year", "years", "you", "your", "yours", "document",
        "documents",
    )
)  # fmt: skip


def wants_of(item: str, stored: Mapping[str, Any] | None) -> Wants:
    """What an item asks for: as stored, else by its words."""
    return Wants.read(stored) if stored else by_words(item)


def by_words(item: str) -> Wants:
    """What an item's own words ask for. Where no rule knows them, the words themselves in the name of a file."""
    found: dict[str, Any] = {}
    for pattern, said in _RULES:
        if re.search(pattern, item, re.I):
            for name, value in said.items():
                found[name] = [*found.get(name, []), *value] if isinstance(value, list) else value
    forms = [one.upper() for one in _FORM.findall(item)]
    if forms and "1099" in found.get("kinds", ()):
        found["forms"] = forms
    if _END.search(item) and "at" not in found:
        found["at"] = "end"
    counted = _COUNT.search(item)
    if counted and "bank-statement" in found.get("kinds", ()):
        found |= {"months": True, "needed": int(counted[1]), "at": "period"}
    if "bank-statement" in found.get("kinds", ()) and found.get("at", "period") == "period":
        found["on"] = [number for number, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}\b", item, re.I)]
    if not found.get("kinds") and not found.get("words"):
        phrase = " ".join(telling(item))
        found["words"] = [phrase] if len(phrase.split()) >= 2 else []
    return Wants.read(found)


def telling(text: str) -> list[str]:
    """The words of a text that say what it is about, each once, lower case, without numbers but those of forms."""
    words = re.findall(r"[a-z0-9][a-z0-9()-]*", text.lower())
    telling = (word for word in words if re.search("[a-z]", word) or re.fullmatch("10[0-9]{2}", word))
    return list(dict.fromkeys(word for word in telling if word not in _STOP and len(word) > 1))
