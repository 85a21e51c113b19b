"""A packet as files: one text to read, the same as PDF, a CSV for each table, and a manifest with the hash of each."""

import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any

from store.types import canonical_json
from workspace.billing.tables import Table
from workspace.deliverables.render.pdf import letterhead, printed
from workspace.evidence_packet.model import NO_CERTIFICATION, Packet, Section

_MOST = 200  # rows of a table in the text; all of them are in its CSV


def files(packet: Packet) -> dict[str, bytes]:
    """Every file of the packet by its name, the manifest last."""
    made: dict[str, bytes] = {"evidence.md": as_markdown(packet).encode(), "evidence.pdf": as_pdf(packet)}
    for section in packet.sections:
        for table in section.tables:
            made[f"tables/{table.name}.csv"] = table.as_csv().encode()
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
    told = {"firm": packet.firm, "made_by": packet.by, "as_of": packet.at, "hidden_clients": packet.hidden}
    made["manifest.json"] = (canonical_json({**told, "said": NO_CERTIFICATION, "sha256": digests}) + "\n").encode()
    return made


def as_markdown(packet: Packet) -> str:
    """The packet as text."""
    lines = [f"# Evidence of {packet.firm or 'the firm'}", "", *_head(packet), ""]
    for number, section in enumerate(packet.sections, 1):
        lines += [f"## {number}. {section.title}", "", f"For {section.rule}. Source: {section.source}.", ""]
        lines += [*(f"- {one}" for one in section.said), ""]
        for table in section.tables:
            lines += [*_table(table), ""]
    return "\n".join(lines) + "\n"


def _head(packet: Packet) -> Iterator[str]:
    yield f"As of {packet.at:%Y-%m-%d %H:%M} UTC, made by {packet.by}."
    yield NO_CERTIFICATION
    if packet.hidden:
        yield f"{packet.hidden} clients are not named here: who made this packet may not see them."


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        yield f"{table.name}: none."
        return
    yield "| " + " | ".join(name.replace("_", " ") for name in table.columns) + " |"
    yield "|" + "---|" * len(table.columns)
    for row in table.rows[:_MOST]:
        yield "| " + " | ".join(shown(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    if len(table.rows) > _MOST:
        yield f"\n{len(table.rows) - _MOST} more rows are in tables/{table.name}.csv."


def shown(value: Any) -> str:
    """A cell in words; a moment to the minute."""
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") else str(value)


def as_pdf(packet: Packet) -> bytes:
    """The packet on paper."""
    return printed(f"Evidence of {packet.firm}", list(_parts(packet)))


def _parts(packet: Packet) -> Iterator[str]:
    yield letterhead(packet.firm, ())
    yield "<article><h1>Evidence</h1>" + "".join(f"<p>{escape(line)}</p>" for line in _head(packet))
    for number, section in enumerate(packet.sections, 1):
        yield from _section(number, section)
    yield "</article>"


def _section(number: int, section: Section) -> Iterator[str]:
    yield f"<h2>{number}. {escape(section.title)}</h2><p>For {escape(section.rule)}. Source: {escape(section.source)}.</p>"
    yield "".join(f"<p>{escape(line)}</p>" for line in section.said)
    for table in section.tables:
        if not table.rows:
            yield f"<p>{escape(table.name)}: none.</p>"
        elif table.name == "access-matrix":
            yield _rights(table)
        else:
            head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in table.columns)
            body = "".join(
                "<tr>" + "".join(f"<td>{escape(shown(cell))}</td>" for cell in row) + "</tr>"
                for row in table.rows[:_MOST]
            )
            yield f"<table><tr>{head}</tr>{body}</table>"
            if len(table.rows) > _MOST:
                yield f"<p>{len(table.rows) - _MOST} more rows are in tables/{escape(table.name)}.csv.</p>"


def _rights(table: Table) -> str:
    """Rights by role, in words: a matrix of many roles is too wide for paper."""
    lines: list[str] = []
    for place, role in enumerate(table.columns[1:], 1):
        held = ", ".join(str(row[0]) for row in table.rows if row[place])
        lines.append(f"<p><b>{escape(role)}</b>: {escape(held) or 'no right'}</p>")
    return "".join(lines)
