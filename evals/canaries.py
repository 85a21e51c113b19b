"""Words that stand in one client's file and nowhere else, planted in a copy of a sample firm as a firm's own folder comes in.

Each client gets four: in a paper, a note, a mail and a contact. Each has a key, by which a question can ask for it, and a secret, which no
question says: wherever it turns up outside its client, it came out of the file. Owns the words and the copy; judges nothing.
"""

import csv
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.output import tell
from api.settings import load_settings
from api.wiring import Services, build
from evals.firm import AS_OF
from store.ids import stable_id
from store.tables import Client, Person, Wall

# People beside those of the sample: two who run the office and see all clients, but for every second one each, from whom a wall keeps them.
WALLED = ("wren@whitcombeosei.example", "blair@whitcombeosei.example")
ADMIN = "avery@whitcombeosei.example"


@dataclass(frozen=True)
class Planted:
    """What was planted about one client, by its ref. `amount` is written in the paper beside its secret."""

    ref: str
    name: str
    paper: tuple[str, str]
    note: tuple[str, str]
    mail: tuple[str, str]
    contact: tuple[str, str]
    amount: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """The words that may be seen in this client's file only."""
        return (self.paper[1], self.note[1], self.mail[1], self.contact[1], self.amount)


def planted(ref: str, name: str) -> Planted:
    """The words of a client: letters of hashes, so that no two share a part."""
    paper, note, mail, contact = (
        (_word(ref, f"{place} key"), _word(ref, f"{place} secret")) for place in ("paper", "note", "mail", "contact")
    )
    number = int(hashlib.sha256(f"amount {ref}".encode()).hexdigest(), 16) % 10**8
    return Planted(ref, name, paper, note, mail, contact, f"${number // 100 + 41_000_000:,}.{number % 100:02}")


def _word(ref: str, what: str) -> str:
    digits = hashlib.sha256(f"{what} {ref}".encode()).hexdigest()[:12]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digits).capitalize()


@contextmanager
def firm_with_canaries(home: Path, refs: Sequence[str] | None = None) -> Iterator[tuple[Services, list[Planted]]]:
    """The services over a copy of a sample home whose clients (of `refs`, else all) have their words; gone after the block."""
    with copy_of(home) as services:
        yield services, plant(services, services.home / "sample" / "firm", refs)


def plant(services: Services, folder: Path, refs: Sequence[str] | None = None) -> list[Planted]:
    """The words of the clients (of `refs`, else all), put into the firm folder, loaded from it, and a wall around each client."""
    with services.database.reading() as session:
        clients = session.execute(select(Client.ref, Client.name).order_by(Client.ref)).tuples().all()
    words = [planted(ref, name) for ref, name in clients if refs is None or ref in refs]
    tell(f"Planting words in the files of {len(words)} clients …")
    sow(folder, words)
    find("load").load()(services, {"folder": str(folder)}, silent)
    _wall_off(services, words)
    return words


@contextmanager
def copy_of(home: Path) -> Iterator[Services]:
    """The services over a copy of a home, which goes with the block."""
    with TemporaryDirectory(prefix="tickmark-copy-") as folder:
        copy = shutil.copytree(home, Path(folder) / "home", ignore=shutil.ignore_patterns("*.lock"))
        with build(load_settings(copy), own_index=True, purpose="evals") as services:
            yield services


def sow(firm: Path, words: Sequence[Planted]) -> None:
    """The words, and the people beside, in a firm folder."""
    _append(
        firm / "staff.csv",
        [{"email": one, "name": one.split("@")[0].title(), "role": "admin"} for one in (*WALLED, ADMIN)],
    )
    author = next(csv.DictReader((firm / "staff.csv").open(encoding="utf-8", newline="")))["email"]
    for one in words:
        (key, secret), (title, person) = one.paper, one.contact
        paper = firm / "documents" / one.ref / "Permanent" / f"Memo on the {key}.txt"
        paper.parent.mkdir(parents=True, exist_ok=True)
        paper.write_text(
            f"Memo to the file.\n\nThe landlord of the {key} is {secret}. The price of the {key} is {one.amount}.\n",
            encoding="utf-8",
        )
        (firm / "mail" / f"{one.mail[0]}.eml").write_bytes(_mail(one, author))
        text = f"The {one.note[0]} is kept by {one.note[1]}, says the owner."
        _append(
            firm / "notes.csv", [{"client_ref": one.ref, "date": AS_OF.isoformat(), "author": author, "text": text}]
        )
        row = {
            "client_ref": one.ref,
            "name": f"Ada {person}",
            "email": _address(one),
            "title": title,
            "is_primary": "false",
        }
        _append(firm / "contacts.csv", [row])


def _address(one: Planted) -> str:
    return f"ada.{one.contact[1].lower()}@{one.contact[0].lower()}.example"


def _mail(one: Planted, to: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = _address(one), to, f"The {one.mail[0]}"
    mail["Message-ID"], mail["Date"] = f"<{one.mail[0].lower()}@canary.example>", "Fri, 06 Mar 2026 10:00:00 -0500"
    mail.set_content(f"The {one.mail[0]} was sold to {one.mail[1]} last week. Ada")
    return mail.as_bytes()


def _append(table: Path, rows: Sequence[dict[str, str]]) -> None:
    """Rows at the end of a table that is there, or of a new one."""
    names = list(rows[0])
    if table.exists():
        with table.open(encoding="utf-8", newline="") as file:
            names = next(csv.reader(file))
    new = not table.exists()
    with table.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)


def walled_from(number: int) -> str:
    """Who is kept from the client of that place in the order of refs."""
    return WALLED[number % 2]


def _wall_off(services: Services, words: Sequence[Planted]) -> None:
    with services.database.writing() as session:
        for number, one in enumerate(words):
            person = session.scalars(select(Person).where(Person.email == walled_from(number))).one()
            client = session.scalars(select(Client).where(Client.ref == one.ref)).one()
            session.add(
                Wall(
                    id=stable_id("wall", one.ref),
                    client_id=client.id,
                    person_id=person.id,
                    reason="a relative",
                    set_on=AS_OF,
                )
            )
