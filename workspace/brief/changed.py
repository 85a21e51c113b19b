"""What changed since the scan before: contradictions first, then notices, papers, mail, payments, what is newly raised and what is gone.

Of a client's first scan only mail, payments and contradictions are told: that its file was read at all is no change. Nor is what the
scan before had already seen: of a workspace that nobody touched since, nothing came.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from workspace.brief.cards import concerning
from workspace.brief.material import ClientDay, Material
from workspace.money_sight import sees_money
from workspace.raised import iso
from workspace.signals import words

MOST = 40
KINDS = ("contradiction", "notice", "document", "mail", "payment", "raised", "gone")


def changed(material: Material) -> dict[str, Any]:
    """`changed`, `changed_more` and `changed_since`. Payments are left out for those who do not bill."""
    rows = [*_signals(material), *_papers(material), *_mails(material), *_gone(material)]
    if material.reading != "own":
        rows += _payments(material)
    rows.sort(key=lambda row: (KINDS.index(row["kind"]), row["client_ref"], row["day"] or "", row["what"]))
    return {
        "changed": rows[:MOST],
        "changed_more": max(len(rows) - MOST, 0),
        "changed_since": material.since.isoformat(),
    }


def _row(kind: str, client: ClientDay, what: str, **more: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"day": None, "count": 1, "document_id": None, "key": None}
    return {"kind": kind, "client_ref": client.ref, "client": client.name, "what": what} | known | more


def _signals(material: Material) -> Iterator[dict[str, Any]]:
    for one in concerning(material):
        client = material.clients[one.client_id]
        if one.first_seen != material.today or not client.is_read:
            continue
        if one.slug == "document-contradicts-record":
            document = next((e.get("document") for e in one.evidence if e.get("kind") == "document"), None)
            yield _row(
                "contradiction", client, one.headline, day=iso(one.first_seen), key=one.key, document_id=document
            )
        elif client.previous is not None:
            yield _row("raised", client, one.headline, key=one.key)


def _papers(material: Material) -> Iterator[dict[str, Any]]:
    for paper in material.papers:
        if paper.is_notice:
            name = f"{paper.number or 'A notice'} came"
            what = f"{name}, dated {words.day(paper.dated)}" if paper.dated else f"{name}: {paper.name}"
            what += f" ({paper.agency})" if paper.agency else ""
            yield _row("notice", material.clients[paper.client_id], what, day=iso(paper.day), document_id=paper.id)
    others = [paper for paper in material.papers if not paper.is_notice]
    for client_id, group in groupby(others, key=lambda paper: paper.client_id):
        papers = list(group)
        what = _came("document", [paper.name for paper in papers])
        day = iso(max(paper.day for paper in papers))
        only = papers[0].id if len(papers) == 1 else None
        yield _row("document", material.clients[client_id], what, day=day, count=len(papers), document_id=only)


def _mails(material: Material) -> Iterator[dict[str, Any]]:
    came = [mail for mail in material.mails if material.clients[mail.client_id].is_touched]
    for client_id, group in groupby(came, key=lambda mail: mail.client_id):
        mails = list(group)
        what = _came("mail", [f"“{subject}”" for subject in dict.fromkeys(mail.subject for mail in mails)], len(mails))
        yield _row("mail", material.clients[client_id], what, day=iso(mails[-1].day), count=len(mails))


def _payments(material: Material) -> Iterable[dict[str, Any]]:
    for row in material.payments if sees_money(material.scope) else ():
        if not material.clients[row.client_id].is_touched:
            continue
        what = f"{words.dollars(row.amount)} received on invoice {row.number}"
        yield _row("payment", material.clients[row.client_id], what, day=iso(row.paid_on))


def _gone(material: Material) -> Iterator[dict[str, Any]]:
    """What is raised no more; for senior and staff left out, since whose it was is not kept."""
    for client in material.clients.values():
        if client.is_read and material.reading != "own":
            for row in client.told("gone"):
                yield _row("gone", client, f"No longer so: {row['headline']}", key=row["key"])


def _came(noun: str, names: list[str], number: int | None = None) -> str:
    return f"{words.count(number or len(names), noun)} came: {words.listed(names)}"
