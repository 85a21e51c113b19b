"""Makes a sample firm: people, work, money, books, situations, papers, mail; then the tables. Returns the gold."""

from datetime import date
from pathlib import Path

from evals.firm import (
    AS_OF,
    bookkeeping,
    cast,
    chatter,
    counted,
    days,
    hours,
    mail,
    mess,
    money,
    ordinary,
    padding,
    plant_filings,
    plant_matters,
    plant_practice,
    questions,
    staff_questions,
    third_questions,
    work,
    write,
)
from evals.firm.gold import Canary, Gold
from evals.firm.sample import Sample
from evals.firm.situations import table

_LIGHT_FROM = 200


def generate(
    folder: Path, *, clients: int = 75, seed: int = 7, as_of: date = AS_OF, documents_per_client: int | None = None
) -> Gold:
    """Writes a firm folder and returns what is true about it; the same arguments give the same bytes.

    `as_of` must be a business day from March 3 to 12, when partnership returns are due and not yet late. From 200 clients on,
    papers are plain text and there are no scans. `documents_per_client` adds small papers until every client has that many.
    Raises ValueError on another day, no clients, or a folder that holds something.
    """
    if not (as_of.month == 3 and 3 <= as_of.day <= 12 and days.is_business(as_of)):
        raise ValueError(
            f"the sample firm lives in the second week of March: {as_of} is not a business day from March 3 to 12"
        )
    if clients < 1:
        raise ValueError("a firm has at least one client")
    if folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: name a new folder")
    sample = Sample(folder, as_of, seed, light=clients >= _LIGHT_FROM)
    folder.mkdir(parents=True, exist_ok=True)
    for step in (
        cast.hire,
        lambda made: cast.sign_up(made, clients),
        work.engage,
        hours.record,
        money.bill,
        bookkeeping.keep,
    ):
        step(sample)
    for step in (
        table.apply,
        plant_filings.apply,
        plant_practice.apply,
        plant_matters.apply,
        ordinary.file_all,
        chatter.converse,
        mess.scatter,
        mail.deliver,
        counted.count,
    ):
        step(sample)
    if documents_per_client is not None:
        padding.pad(sample, documents_per_client)
    invoices, payments = money.numbered(sample)
    counts = write.tables(sample, invoices, payments)
    return Gold(
        as_of=as_of,
        planted=tuple(sample.planted),
        decoys=tuple(sample.decoys),
        documents=tuple(sample.documents),
        findings=tuple(sample.findings),
        questions=(
            *questions.ask(sample, invoices, payments),
            *staff_questions.ask(sample, invoices, payments),
            *third_questions.ask(sample, invoices, payments),
        ),
        canaries=tuple(Canary(profile.ref, profile.canary) for profile in sample.profiles.values()),
        counts={**counts, "documents": len(sample.documents), "messages": len(sample.mail), "files": len(sample.paths)},
    )
