"""Questions about single clients with their answers: from records, from papers, by arithmetic, ones without an answer, and ones whose
answer lies in another client's file.

Every answer is the generator's own truth: a field that it wrote, or a sum over rows that it wrote. Each is asked in at least two ways
(wordings.py), one to work with and one held out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from evals.firm import days
from evals.firm.gold import DocumentGold, Question, QuestionKind
from evals.firm.records import Engagement, Invoice, Payment
from evals.firm.render.blocks import dollars
from evals.firm.sample import Profile, Sample
from evals.firm.wordings import ARITHMETIC, DOCUMENT, ELSEWHERE, PREMISES, RECORD, UNANSWERABLE

ZERO = Decimal(0)
_NAMED = ("notice_number", "what", "period_end", "tax_year", "issuer", "employer", "payer", "form", "letter_date")
MOST = 5  # of one topic, over different clients
Asked = tuple[str, Mapping[str, object], str]
"""The ref of a client, what fills the wording, the answer; parts of an answer that are all wanted stand apart by "; "."""


def ask(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> list[Question]:
    """Some two hundred and sixty questions in a firm of 75 clients; fewer in a small one."""
    money = Money(sample, invoices, payments)
    return [
        *_worded(sample, "record", RECORD, records(sample)),
        *_worded(sample, "arithmetic", ARITHMETIC, money.asked()),
        *_documents(sample),
        *_without(sample),
        *_elsewhere(sample),
    ]


def _worded(
    sample: Sample,
    kind: QuestionKind,
    wordings: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    topics: Mapping[str, Iterable[Asked]],
) -> Iterator[Question]:
    """At most five of a topic, drawn over the clients; each once to work with and once held out."""
    for topic, (open_ones, held) in wordings.items():
        found = list(topics[topic])
        sample.rng("questions", topic).shuffle(found)
        for number, (ref, filling, answer) in enumerate(found[:MOST]):
            for words, held_out in ((open_ones, False), (held, True)):
                text = words[number % len(words)].format(**filling)
                yield Question(ref, text, answer, kind, held_out)


def _returns(sample: Sample) -> list[Engagement]:
    return [sample.engagements[ref] for ref in sample.returns.values()]


def records(sample: Sample) -> dict[str, list[Asked]]:
    works = _returns(sample)
    names = {person.email: person.name for person in sample.staff}
    profiles = list(sample.profiles.values())

    def of_work(chosen: Callable[[Engagement], str | None]) -> list[Asked]:
        return [(e.client_ref, {"title": e.title}, answer) for e in works if (answer := chosen(e))]

    return {
        "due": of_work(lambda e: days.long_date(e.due) if e.due and not e.extended_to and not e.filed_on else None),
        "extended": of_work(lambda e: days.long_date(e.extended_to) if e.extended_to else None),
        "fee": of_work(lambda e: dollars(e.fee)),
        "signed": of_work(lambda e: days.long_date(e.letter_signed_on) if e.letter_signed_on else None),
        "partner": [(p.ref, {}, names[p.client.partner]) for p in profiles if p.client.partner],
        "manager": [(p.ref, {}, names[p.client.manager]) for p in profiles if p.client.manager],
        "preparer": of_work(lambda e: names.get(e.owner)),
        "stage": of_work(lambda e: e.stage.replace("-", " ")),
        "requests": of_work(lambda e: "; ".join(_open(sample, e)[:8])),
        "wrote": list(_wrote(sample)),
        "since": [(p.ref, {}, days.long_date(p.client.since)) for p in profiles],
        **_people(sample),
    }


def _people(sample: Sample) -> dict[str, list[Asked]]:
    single = [
        c
        for c in sample.contacts
        if sum(o.name == c.name and o.client_ref == c.client_ref for o in sample.contacts) == 1
    ]
    return {
        "contact": [(c.client_ref, {}, c.name) for c in single if c.is_primary],
        "phone": [(c.client_ref, {"name": c.name}, c.phone) for c in single if c.phone],
        "owns": [
            (c.client_ref, {"name": c.name}, format(c.ownership_pct.normalize(), "f"))
            for c in single
            if c.ownership_pct and not sample.profiles[c.client_ref].is_household
        ],
    }


def _open(sample: Sample, engagement: Engagement) -> list[str]:
    return [one.item for one in sample.requests.get(engagement.ref, ()) if one.received_on is None]


def _wrote(sample: Sample) -> Iterator[Asked]:
    """The day of the last mail of each client that has one; of those whose mail came as mail."""
    for ref in sample.profiles:
        sent = [one.sent for one in sample.mail if one.client_ref == ref and one.inbound]
        if sent:
            yield ref, {}, days.long_date(max(sent).date())


class Money:
    """The firm's invoices, payments and time, and what they sum up to."""

    def __init__(self, sample: Sample, invoices: Sequence[Invoice], payments: Sequence[Payment]) -> None:
        self._sample = sample
        paid: dict[str, Decimal] = {}
        for one in payments:
            if one.paid_on <= sample.as_of:
                paid[one.invoice_number] = paid.get(one.invoice_number, ZERO) + one.amount
        self._invoices = invoices
        self._open = [(one, one.amount - paid.get(one.number, ZERO)) for one in invoices]

    def asked(self) -> dict[str, list[Asked]]:
        sample, refs = self._sample, list(self._sample.profiles)
        works = [e for e in _returns(sample) if e.stage in ("in-progress", "in-review") and sample.time.get(e.ref)]
        owed = {ref: [pair for pair in self._open if pair[0].client_ref == ref and pair[1] > 0] for ref in refs}
        year = sample.as_of.year
        waiting = [e for e in _returns(sample) if _open(sample, e)]
        return {
            "owed": [(ref, {}, dollars(sum((b for _, b in rows), ZERO))) for ref, rows in owed.items() if rows],
            "owed-since": [
                (ref, {}, days.long_date(min(one.due_on for one, _ in rows))) for ref, rows in owed.items() if rows
            ],
            "left": [(e.client_ref, {"title": e.title}, _plain(abs(e.budget_hours - self._hours(e)))) for e in works],
            "logged": [(e.client_ref, {"title": e.title}, _plain(self._hours(e))) for e in works],
            "billed": [(ref, {}, dollars(total)) for ref in refs if (total := self._billed(ref, year))],
            "billed-before": [
                (ref, {"last_year": year - 1}, dollars(total)) for ref in refs if (total := self._billed(ref, year - 1))
            ],
            "unbilled": [(ref, {}, dollars(value)) for ref in refs if (value := self._unbilled(ref))],
            "realization": list(self._realized()),
            "count": [(e.client_ref, {"title": e.title}, str(len(_open(sample, e)))) for e in waiting],
        }

    def _hours(self, engagement: Engagement) -> Decimal:
        return sum((one.hours for one in self._sample.time[engagement.ref] if one.date <= self._sample.as_of), ZERO)

    def _billed(self, ref: str, year: int) -> Decimal:
        bills = (one for one in self._invoices if one.client_ref == ref and one.issued_on.year == year)
        return sum((one.amount for one in bills if one.issued_on <= self._sample.as_of), ZERO)

    def _unbilled(self, ref: str) -> Decimal:
        """Billable time after the last invoice of its engagement, at its rate."""
        total = ZERO
        for engagement in self._sample.work_of(ref):
            issued = [one.issued_on for one in self._invoices if one.engagement_ref == engagement.ref]
            for one in self._sample.time.get(engagement.ref, ()):
                if one.billable and one.date <= self._sample.as_of and (not issued or one.date > max(issued)):
                    total += _cents(one.hours * one.rate)
        return total

    def _realized(self) -> Iterator[Asked]:
        """Billed ÷ standard of work that was billed, over its time through the last invoice, in percent to one place."""
        for ref, engagement in self._sample.engagements.items():
            bills = [one for one in self._invoices if one.engagement_ref == ref and one.issued_on <= self._sample.as_of]
            titles = [one.title for one in self._sample.work_of(engagement.client_ref)]
            time = self._sample.time.get(ref, ())
            until = max((one.issued_on for one in bills), default=None)
            if not engagement.template.startswith("1") or until is None or titles.count(engagement.title) > 1:
                continue
            standard = sum((_cents(one.hours * one.rate) for one in time if one.date <= until), ZERO)
            if standard:
                percent = 100 * sum((one.amount for one in bills), ZERO) / standard
                answer = _plain(percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
                yield engagement.client_ref, {"title": engagement.title}, answer


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _documents(sample: Sample) -> Iterator[Question]:
    for (kind, name), wordings in DOCUMENT.items():
        found = unmistakable(sample, kind, name, wordings[0] + wordings[1])
        yield from _worded(sample, "document", {f"{kind}:{name}": wordings}, {f"{kind}:{name}": found})


def unmistakable(sample: Sample, kind: str, name: str, words: Sequence[str]) -> list[Asked]:
    """What papers state, of clients where only one paper can be meant by these wordings."""
    papers = [d for d in sample.documents if d.kind == kind and not d.scan and stated(d).get(name)]
    needed = [one for one in _NAMED if f"{{{one}" in "".join(words)]
    found: list[Asked] = []
    for paper in papers:
        said = stated(paper)
        alike = [d for d in sample.documents if d.kind == kind and ref_of(d) == ref_of(paper)]
        same = [d for d in alike if all(stated(d).get(w) == said.get(w) for w in needed)]
        if len(same) == 1 and all(f in said for f in needed):
            found.append((ref_of(paper), said, said[name]))
    return found


def stated(document: DocumentGold) -> dict[str, str]:
    return {fact.name: fact.value for fact in document.facts if fact.row is None}


def ref_of(document: DocumentGold) -> str:
    return document.path.split("/")[1]


def _without(sample: Sample) -> Iterator[Question]:
    """Questions that no file of the firm answers, of clients of every sort in turn."""
    profiles: list[Profile] = list(sample.profiles.values())
    draw = sample.rng("questions", "without")
    for pairs, kind in ((UNANSWERABLE, "unanswerable"), (PREMISES, "trap")):
        for open_one, held in pairs:
            ref = draw.choice(profiles).ref
            yield Question(ref, open_one, "", kind, False)  # type: ignore[arg-type]
            yield Question(ref, held, "", kind, True)  # type: ignore[arg-type]


def _elsewhere(sample: Sample) -> Iterator[Question]:
    for (kind, name), (open_one, held) in ELSEWHERE.items():
        for ref, said in elsewhere(sample, kind, name, sample.rng("questions", "elsewhere", kind))[:MOST]:
            try:
                yield Question(ref, open_one.format(**said), "", "trap", False)
                yield Question(ref, held.format(**said), "", "trap", True)
            except KeyError:
                continue  # the paper lacks a fact that the wording needs


def elsewhere(sample: Sample, kind: str, name: str, draw: Random) -> list[tuple[str, dict[str, str]]]:
    """What one client's paper states, with the ref of another who has no paper of that kind: nothing of it may be told there."""
    having = {ref_of(one) for one in sample.documents if one.kind == kind}
    papers = [d for d in sample.documents if d.kind == kind and not d.scan and stated(d).get(name)]
    others = [ref for ref in sample.profiles if ref not in having]
    draw.shuffle(papers)
    return [(draw.choice(others), stated(one)) for one in papers] if others else []
