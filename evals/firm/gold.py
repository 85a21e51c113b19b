"""Gold labels of a sample firm: what was planted, what only looks like it, what each document says. As JSON, apart from the folder."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

QuestionKind = Literal["record", "document", "arithmetic", "unanswerable", "trap"]

# The signals whose gold is complete: what is not planted must not be raised.
SLUGS = (
    "notice-deficiency",
    "notice-levy",
    "notice-math-error",
    "notice-underreporter",
    "notice-balance-due",
    "notice-state",
    "notice-unopened",
    "return-at-risk",
    "return-overdue",
    "extension-needed",
    "k1-awaited",
    "letter-unsigned",
    "letter-expiring",
    "wip-over-budget",
    "done-not-billed",
    "ar-aging",
    "wip-aged",
    "request-overdue",
    "message-unanswered",
    "client-silent",
    "covenant-near",
    "document-expiring",
    "trial-balance-off",
    "document-contradicts-record",
    "duplicate-or-missing-document",
    "refund-claim-closing",
    "election-83b",
    "extension-payment",
    "esign-out",
    "efile-rejected",
    "efile-unacknowledged",
    "estimate-due",
    "estimate-stale",
    "payroll-deposit",
    "payroll-return",
    "information-returns",
    "vendor-without-w9",
    "sales-tax-return",
    "nexus-approaching",
    "officer-compensation",
    "election-s-corp",
    "deferrals-late",
    "authorization-missing",
    "scope-creep",
    "fixed-fee-underwater",
    "realization-drop",
    "onboarding-stalled",
    "firm-concentration",
    "capacity-overload",
    "close-late",
    "uncategorized-balance",
    "margin-swing",
    "customer-concentration",
    "related-party",
    "cash-runway",
    "limitations",
    "court-deadline",
    "trust-low",
    "trust-unreconciled",
    "conflict-hit",
    "fee-agreement-unsigned",
    "no-client-contact",
    "promise-due",
)


@dataclass(frozen=True)
class Planted:
    """A signal that must be raised. `subject` by the table in README.md; `due` None: no date; `dollars` None: not asked.

    `document` is a path in the firm folder; `quote` stands in its text, but for line breaks.
    """

    client_ref: str
    slug: str
    subject: str
    due: date | None
    nominal_due: date | None
    dollars: Decimal | None
    document: str | None
    quote: str | None
    why: str


@dataclass(frozen=True)
class Decoy:
    """A situation that looks like the signal and must not raise it."""

    client_ref: str
    slug: str
    why: str


@dataclass(frozen=True)
class Fact:
    """A fact by its name in `domain/facts.md`; dates ISO, money as decimal dollars, shares in percent. `row` counts from 0."""

    name: str
    value: str
    row: int | None = None


@dataclass(frozen=True)
class DocumentGold:
    """A document's kind and the facts its text states. `scan`: the page is an image and needs OCR."""

    path: str
    kind: str
    facts: tuple[Fact, ...] = ()
    scan: bool = False


@dataclass(frozen=True)
class ExpectedFinding:
    """A file that intake cannot read or should not take, and why; it must not disturb the rest."""

    path: str
    why: str


@dataclass(frozen=True)
class Question:
    """A question about one client. `answer` of one without an answer, and of a trap, is empty: nothing in this client's file answers.
    `held_out`: a wording that is not worked with. `voice`: "" as a person writes, else
    one of staff_questions.VOICES, as staff type, or of third_questions.VOICES."""

    client_ref: str
    question: str
    answer: str
    kind: QuestionKind
    held_out: bool = False
    voice: str = ""


@dataclass(frozen=True)
class Canary:
    """A string that stands in one document of this client and nowhere else in the firm."""

    client_ref: str
    text: str


@dataclass(frozen=True)
class Gold:
    """Everything known to be true about one generated firm folder."""

    as_of: date
    planted: tuple[Planted, ...] = ()
    decoys: tuple[Decoy, ...] = ()
    documents: tuple[DocumentGold, ...] = ()
    findings: tuple[ExpectedFinding, ...] = ()
    questions: tuple[Question, ...] = ()
    canaries: tuple[Canary, ...] = ()
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def write(self, path: Path) -> None:
        """As JSON; dates ISO, money as strings."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), default=str, indent=1, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Gold":
        """What `write` wrote. Raises KeyError or ValueError on any other file."""
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            as_of=date.fromisoformat(raw["as_of"]),
            planted=tuple(_planted(row) for row in raw["planted"]),
            decoys=tuple(Decoy(**row) for row in raw["decoys"]),
            documents=tuple(_document(row) for row in raw["documents"]),
            findings=tuple(ExpectedFinding(**row) for row in raw["findings"]),
            questions=tuple(Question(**row) for row in raw["questions"]),
            canaries=tuple(Canary(**row) for row in raw["canaries"]),
            counts=raw["counts"],
        )


def _planted(row: dict[str, Any]) -> Planted:
    due, nominal, dollars = row["due"], row["nominal_due"], row["dollars"]
    typed = {
        "due": date.fromisoformat(due) if due else None,
        "nominal_due": date.fromisoformat(nominal) if nominal else None,
        "dollars": Decimal(dollars) if dollars is not None else None,
    }
    return Planted(**{**row, **typed})


def _document(row: dict[str, Any]) -> DocumentGold:
    return DocumentGold(**{**row, "facts": tuple(Fact(**fact) for fact in row["facts"])})
