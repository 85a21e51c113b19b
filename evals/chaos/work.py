"""What a life does until it is killed: the work of a firm, by the product's own commands, each act under a word that is nowhere else.

An act gives what must be found of it once it is done (Claim). A refusal is no fault: acts are drawn at random, and much of what is drawn
may not be done.
"""

import io
import os
import signal
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.commands.scopes import writing
from api.wiring import Services
from evals.chaos.orders import Claim, Journal
from store.errors import TickmarkError
from store.ids import content_hash
from store.tables import Act, Client, Deliverable, Import, Person, Post, SignalRow
from workspace.undo import undo

_LINES = (
    "Closing balance of the operating account",
    "Rent of the month",
    "Wages of the quarter",
    "Interest of the loan",
)
_MOST = 14  # acts of one life


@dataclass
class World:
    """One life at work. `mark` is the word of the act in hand."""

    services: Services
    chance: Random
    folder: Path
    journal: Journal
    mark: str = ""

    def run(self, command: str, /, **arguments: Any) -> Any:
        """A command's data."""
        return find(command).load()(self.services, arguments, silent).data

    def one(self, column: Any, *conditions: Any) -> Any:
        """One value, drawn from all; None where there is none."""
        with self.services.database.reading() as session:
            found = list(session.scalars(select(column).where(*conditions).order_by(column)))
        return self.chance.choice(found) if found else None

    def person(self, *roles: str) -> str:
        return str(self.one(Person.email, Person.active, Person.role.in_(roles)))

    def client(self) -> str:
        return str(self.one(Client.ref, Client.status != "merged"))

    def paper(self) -> bytes:
        lines = (f"{self.chance.choice(_LINES)}: ${self.chance.randrange(100, 90_000):,}.00" for _ in range(6))
        return "\n".join((f"Statement {self.mark}", *lines, "")).encode()


Doing = tuple[tuple[Claim, ...], Callable[[], object]]


def note(w: World) -> Doing:
    text = f"She called about {w.mark}."
    told = {"client": w.client(), "text": text, "as": w.person("partner")}
    return (Claim("notes", "text", text),), lambda: w.run("note", **told)


def hours(w: World) -> Doing:
    told = {"client": w.client(), "hours": "1.5", "note": w.mark, "as": w.person("partner", "manager")}
    return (Claim("time_entries", "note", w.mark),), lambda: w.run("time-add", **told)


def papers(w: World) -> Doing:
    """Two files, one of them under a name that other acts use too: a newer version of it."""
    ref, one, other = w.client(), w.paper(), w.paper()
    sent = [(f"{w.mark}.txt", one), ("running balance.txt", other)]
    claims = (Claim("documents", "name", f"{w.mark}.txt"), _bytes(one), _bytes(other))
    return claims, lambda: take_in(w.services, w.person("partner"), ref, sent)


def mail(w: World) -> Doing:
    """A mail with an enclosure, into a client's own folder."""
    message, paper = EmailMessage(), w.paper()
    message["From"], message["To"] = "owner@client.example", w.person("partner")
    message["Subject"], message["Message-ID"] = f"Papers {w.mark}", f"<{w.mark}@client.example>"
    message["Date"] = "Fri, 06 Mar 2026 10:00:00 +0000"
    message.set_content("Here it is.")
    message.add_attachment(paper, maintype="text", subtype="plain", filename=f"{w.mark}.txt")
    ref = w.client()
    claims = (Claim("messages", "message_id", f"<{w.mark}@client.example>"), _bytes(paper))
    return claims, lambda: take_in(w.services, w.person("partner"), ref, [(f"{w.mark}.eml", bytes(message))])


def task_and_back(w: World) -> Doing:
    """A task that is added, done, and taken back as far as it can be."""
    told = {"client": w.client(), "title": f"Call about {w.mark}", "as": w.person("partner")}

    def act() -> None:
        made = w.run("task-add", **told)
        w.run("task-done", id=made["id"], **{"as": told["as"]})
        for _ in range(2):
            _undo_newest(w, str(told["as"]), "%task%")

    return (Claim("tasks", "title", str(told["title"]), least=0),), act


def apart_again(w: World) -> Doing:
    """Two clients that a partner made one are two again."""
    email = w.person("partner")
    return (), lambda: _undo_newest(w, email, "Clients%")


def bill(w: World) -> Doing:
    """Money in advance, billed, issued and paid in part."""
    told = {"client": w.client(), "kind": "retainer", "amount": "500.00", "issue": True, "as": w.person("partner")}

    def act() -> None:
        made = w.run("money-invoice", **told)
        number = made["listed"]["number"]
        w.run("money-pay", invoice=number, amount="200.00", memo=w.mark, **{"as": told["as"]})

    return (Claim("receipts", "memo", w.mark),), act


def night(w: World) -> Doing:
    return (), lambda: w.run("scan")


def scan(w: World) -> Doing:
    ref = w.client()
    return (), lambda: w.run("scan", client=ref)


def draft(w: World) -> Doing:
    from workspace.deliverables.kinds import KINDS

    ref, slugs = w.client(), w.chance.sample(sorted(KINDS), 4)

    def act() -> None:
        for slug in slugs:  # of most there is nothing to say about this client
            with suppress(TickmarkError):
                w.run("draft", client=ref, slug=slug)

    return (), act


def review(w: World) -> Doing:
    decision = w.chance.choice(("approve", "approve", "approve", "approve", "changes", "reject"))
    told = {"decision": decision, "as": w.person("partner", "manager"), "note": w.mark, "override": "checked by hand"}
    return (), lambda: w.run("review", id=_in_review(w), **told)


def release(w: World) -> Doing:
    """What is approved; now and then what is not, which has to be refused."""
    state = w.chance.choice(("approved", "approved", "approved", "in_review"))
    found = w.one(Deliverable.id, Deliverable.state == state)
    told = {"id": found or "none", "as": w.person("partner")}
    return (), lambda: w.run("release", **told)


def out(w: World) -> Doing:
    """A draft all the way out, by two people."""
    reviewer, partner = w.person("manager"), w.person("partner")

    def act() -> None:
        found = _in_review(w)
        w.run("review", id=found, decision="approve", override="checked by hand", **{"as": reviewer})
        w.run("release", id=found, **{"as": partner})
        w.run("outbox-send")

    return (), act


def send(w: World) -> Doing:
    return (), lambda: w.run("outbox-send")


def settle(w: World) -> Doing:
    """What a partner says of a mail of which nobody knows whether it went; never that it is to go again."""
    found = w.one(Post.id, Post.state.in_(("unsure", "refused")))
    decision = w.chance.choice(("sent", "aside"))
    told = {"id": found or "none", "decision": decision, "as": w.person("partner")}
    return (), lambda: w.run("outbox-decide", **told)


def decide(w: World) -> Doing:
    from workspace.decisions import decide_signal

    key, email = w.one(SignalRow.key), w.person("partner")

    def act() -> None:
        with writing(w.services, "signals", email) as scope:
            decide_signal(scope, key or "none", "dismiss", f"seen, {w.mark}")

    return (Claim("signal_decisions", "reason", f"seen, {w.mark}"),), act


def merge(w: World) -> Doing:
    """Two clients that are made, and become one."""
    who = {"as": w.person("partner")}
    kept, gone = f"{w.mark} Bakery LLC", f"{w.mark} Bakeries LLC"

    def act() -> None:
        refs = [w.run("client-add", name=name, entity_type="1065", **who)["ref"] for name in (kept, gone)]
        w.run("note", client=refs[1], text=f"{w.mark} moves", **who)
        w.run("directory-merge", of="client", kept=refs[0], gone=refs[1], **who)

    claims = (Claim("clients", "name", kept), Claim("clients", "name", gone))
    return (*claims, Claim("notes", "text", f"{w.mark} moves")), act


def bring(w: World) -> Doing:
    """Another system's export: a list of contacts with one new client, and a folder of its papers."""
    name, out = f"{w.mark} Builders LLC", io.BytesIO()
    paper = w.paper()
    table = "Account ID,Account name,State,Type,Total bills,Credit,Assigned team members,Tags,Last login,Created date,"
    table += f"Updated date,Active jobs,Active tasks,Timezone,Notes\n{w.mark},{name},Active,Company,0,0,,,,,,0,0,CT,\n"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("accounts.csv", table)
        archive.writestr(f"{name}/letter {w.mark}.txt", paper)
    file = w.folder / f"{w.mark}.zip"
    file.write_bytes(out.getvalue())
    return (Claim("clients", "name", name, least=0),), lambda: w.run(
        "import", source="auto", files=[str(file)], new=[name]
    )


def bring_back(w: World) -> Doing:
    """An import with its papers is made and taken back, or the newest that is there."""
    number = w.one(Import.number, Import.state == "done")
    return (), lambda: w.run("imports-undo", number=number or 0)


def books(w: World) -> Doing:
    """A client's trial balance, another version of it each time."""
    amount = w.chance.randrange(100, 9_000)
    table = f'"","Trial Balance",""\n"As of January 31, 2026","",""\n"","Debit","Credit"\n"1010 Checking {w.mark}",'
    table += f'"{amount}.00",""\n"3000 Equity","","{amount}.00"\n"TOTAL","{amount}.00","{amount}.00"\n'
    file = w.folder / "trial balance 2026-01.csv"
    file.write_text(table)
    told = {"source": "auto", "files": [str(file)], "client": w.client()}
    return (), lambda: w.run("import", **told)


def backup(w: World) -> Doing:
    return (), lambda: w.run("backup-make", folder=str(w.folder / "backups"), keep=2)


def ask(w: World) -> Doing:
    told = {"client": w.client(), "question": "What do they owe us, and since when?", "as": w.person("partner")}
    return (), lambda: w.run("ask", **told)


ACTS: dict[Callable[[World], Doing], int] = {
    papers: 12,
    mail: 6,
    bring: 5,
    bring_back: 5,
    books: 3,
    night: 3,
    scan: 4,
    draft: 5,
    review: 8,
    release: 5,
    out: 8,
    send: 4,
    settle: 3,
    decide: 4,
    note: 4,
    hours: 4,
    bill: 5,
    merge: 4,
    task_and_back: 3,
    apart_again: 3,
    backup: 3,
    ask: 2,
}
"""What is drawn from, and how often each comes."""
BY_POINT: dict[str, Sequence[Callable[[World], Doing]]] = {
    "file": (papers, mail, bring),
    "vectors": (papers, bring, bring_back),
    "mail": (out, out, send),
    "folder": (backup,),
    "scanned": (night, scan),
}
"""Where a point lies on the way of few acts only, every other act is one of these."""


def work(w: World, number: int, point: str) -> None:
    """Acts, one after the other, until the process is killed; after so many without coming by its point, between two of them."""
    near = next((acts for word, acts in BY_POINT.items() if word in point), ())
    for turn in range(_MOST):
        chosen = w.chance.choice(near) if near and turn % 2 == 0 else w.chance.choices([*ACTS], [*ACTS.values()])[0]
        w.mark = f"quince{number:04d}x{turn}"
        claims, act = chosen(w)
        w.journal.note(chosen.__name__, w.mark, "begun", claims)
        try:
            act()
        except TickmarkError as refused:
            w.journal.note(chosen.__name__, w.mark, "refused", claims, str(refused))
        else:
            w.journal.note(chosen.__name__, w.mark, "done", claims)
    os.kill(os.getpid(), signal.SIGKILL)


def _in_review(w: World) -> str:
    """A draft to decide about; where there is none, some are tried first."""
    if (found := w.one(Deliverable.id, Deliverable.state == "in_review")) is None:
        draft(w)[1]()
        found = w.one(Deliverable.id, Deliverable.state == "in_review")
    return str(found or "none")


def _bytes(data: bytes) -> Claim:
    return Claim("document_versions", "blob", content_hash(data))


def _undo_newest(w: World, email: str, labelled: str) -> None:
    """Take back the newest act of hers of that label that is not undone."""
    with writing(w.services, "undo", email) as scope:
        rows = select(Act.id).where(Act.person_id == scope.person_id, Act.undone_by.is_(None))
        rows = rows.where(Act.label.like(labelled), Act.label.not_like("Undone%"))
        undo(scope, scope.session.scalar(rows.order_by(Act.at.desc(), Act.id).limit(1)) or "none")
