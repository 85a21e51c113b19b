"""The questions of questions.py as staff type them (staff_wordings.py): the same truths, of other clients, in other words.

A form is named as it is named in talk ("1120s"), a person by the first name, a payer by its first words, a day by its figures.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast

from evals.firm.gold import Question, QuestionKind
from evals.firm.questions import Asked, Money, elsewhere, records, unmistakable
from evals.firm.records import Invoice, Payment
from evals.firm.sample import Sample
from evals.firm.staff_wordings import ARITHMETIC, DOCUMENT, ELSEWHERE, PREMISES, RECORD, UNANSWERABLE

VOICES = ("staff", "staff, held out")
MOST = 4  # of one topic, over different clients


def ask(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> Iterator[Question]:
    """Some two hundred and ten in a firm of 75 clients."""
    money = Money(sample, invoices, payments).asked()
    for wordings, kind, topics in ((RECORD, "record", records(sample)), (ARITHMETIC, "arithmetic", money)):
        for topic, words in wordings.items():
            yield from _worded(sample, kind, topic, words, [one for one in topics[topic] if is_plain(sample, one)])
    for (kind, name), words in DOCUMENT.items():
        yield from _worded(sample, "document", f"{kind}:{name}", words, unmistakable(sample, kind, name, words))
    refs = list(sample.profiles)
    for kind, asked in (("unanswerable", UNANSWERABLE), ("trap", PREMISES)):
        draw = sample.rng("staff", kind)
        for number, text in enumerate(asked):
            yield question(draw.choice(refs), text, "", kind, number)
    for (kind, name), words in ELSEWHERE.items():
        pairs = elsewhere(sample, kind, name, sample.rng("staff", "elsewhere", kind))
        for number, (ref, stated) in enumerate(pairs[: len(words)]):
            yield question(ref, words[number].format(**spoken(sample, stated)), "", "trap", number)


def _worded(sample: Sample, kind: str, topic: str, words: Sequence[str], found: list[Asked]) -> Iterator[Question]:
    sample.rng("staff", topic).shuffle(found)
    for number, (ref, filling, answer) in enumerate(found[:MOST]):
        yield question(ref, words[number % len(words)].format(**spoken(sample, filling)), answer, kind, number)


def question(ref: str, text: str, answer: str, kind: str, number: int, voices: tuple[str, str] = VOICES) -> Question:
    """The first, third, … of a topic are to work with."""
    return Question(ref, text, answer, cast(QuestionKind, kind), number % 2 == 1, voices[number % 2])


def is_plain(sample: Sample, asked: Asked) -> bool:
    """Whether what talk says can mean one thing only: the client's one work on that form, its one contact of that first name."""
    ref, filling, _ = asked
    if "title" in filling:
        forms = [_form(one.title) for one in sample.work_of(ref)]
        return forms.count(_form(str(filling["title"]))) == 1
    if "name" in filling:
        firsts = [one.name.split()[0] for one in sample.contacts if one.client_ref == ref]
        return firsts.count(str(filling["name"]).split()[0]) == 1
    return True


def _form(title: str) -> str:
    """ "2025 Form 1120-S" is "1120s"."""
    return re.sub(r"^\d{4} |form |-", "", title.lower()).strip()


def spoken(sample: Sample, filling: Mapping[str, object]) -> dict[str, object]:
    said: dict[str, object] = {**filling, "this_year": sample.as_of.year, "last_year": sample.as_of.year - 1}
    if "title" in filling:
        said["short"] = _form(str(filling["title"]))
    if "name" in filling:
        said["who"] = str(filling["name"]).split()[0].lower()
    for name, value in filling.items():
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            words = re.sub(r"[^\w\s&'-]", "", str(value)).lower().split()
            said[f"{name}_short"] = " ".join(words[: 3 if words[1:2] == ["of"] else 2])
        else:
            said[f"{name}_short"] = f"{day.month}/{day.day}/{day:%y}"
            said[f"{name}_month"] = f"{day:%b %Y}".lower()
    return said
