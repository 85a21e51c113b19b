"""Blocks to plain text, Markdown and HTML; rows to CSV."""

import csv
from collections.abc import Iterable, Sequence
from html import escape
from io import StringIO
from textwrap import fill

from evals.firm.render.blocks import Block, Blocks, Break, Fields, Heading, Letterhead, Points, Table, Text


def csv_bytes(rows: Iterable[Sequence[object]], *, bom: bool = False) -> bytes:
    """CSV with CRLF line ends, as accounting programs write it; None becomes an empty cell."""
    out = StringIO()
    csv.writer(out).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def text(blocks: Blocks) -> bytes:
    """Wrapped at 88 characters, tables in columns."""
    return ("\n\n".join(_text(block) for block in blocks) + "\n").encode()


def markdown(blocks: Blocks) -> bytes:
    return ("\n\n".join(_markdown(block) for block in blocks) + "\n").encode()


def html(blocks: Blocks, title: str) -> bytes:
    """A page as a web program prints it, with a small style."""
    style = (
        "body{font:14px/1.45 Georgia,serif;max-width:46em;margin:2em auto}td,th{padding:2px 10px 2px 0;text-align:left}"
    )
    style += ".r{text-align:right}"
    body = "\n".join(_html(block) for block in blocks)
    head = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style></head>'
    return f"{head}\n<body>\n{body}\n</body></html>\n".encode()


def _text(block: Block) -> str:
    match block:
        case Heading(text=words, level=level):
            return words.upper() if level == 1 else f"{words}\n{'-' * len(words)}"
        case Text(text=words):
            return "\n".join(fill(line, 88) for line in words.split("\n"))
        case Points(items=items, numbered=numbered):
            marks = [f"{n}." if numbered else "-" for n in range(1, len(items) + 1)]
            return "\n".join(
                fill(f"{mark} {item}", 88, subsequent_indent="   ") for mark, item in zip(marks, items, strict=True)
            )
        case Fields(pairs=pairs):
            return "\n".join(f"{label + ':':<30}{value}" for label, value in pairs)
        case Table():
            return _columns(block)
        case Letterhead(name=name, lines=lines):
            return "\n".join((name, *lines))
        case Break():
            return "\f"


def _columns(block: Table) -> str:
    lines = [block.header, *block.rows] if any(block.header) else list(block.rows)
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    rows = []
    for line in lines:
        cells = [
            cell.rjust(w) if n in block.right else cell.ljust(w)
            for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        rows.append("  ".join(cells).rstrip())
    return "\n".join(rows)


def _markdown(block: Block) -> str:
    match block:
        case Heading(text=words, level=level):
            return f"{'#' * level} {words}"
        case Fields(pairs=pairs):
            return "\n".join(f"- **{label}:** {value}" for label, value in pairs)
        case Table(header=header, rows=rows):
            lines = [header, tuple("---" for _ in header), *rows]
            return "\n".join("| " + " | ".join(line) + " |" for line in lines)
        case Text(text=words):
            return words.replace("\n", "  \n")
        case Letterhead(name=name, lines=lines):
            return "  \n".join((f"**{name}**", *lines))
        case _:
            return _text(block)


def _html(block: Block) -> str:
    match block:
        case Heading(text=words, level=level):
            return f"<h{level}>{escape(words)}</h{level}>"
        case Text(text=words):
            return f"<p>{_lines(words)}</p>"
        case Points(items=items, numbered=numbered):
            tag = "ol" if numbered else "ul"
            return f"<{tag}>" + "".join(f"<li>{escape(item)}</li>" for item in items) + f"</{tag}>"
        case Fields(pairs=pairs):
            return (
                "<table>" + "".join(f"<tr><th>{escape(a)}</th><td>{_lines(b)}</td></tr>" for a, b in pairs) + "</table>"
            )
        case Table(header=header, rows=rows, right=right):
            return "<table>" + _row(header, right, "th") + "".join(_row(row, right, "td") for row in rows) + "</table>"
        case Letterhead(name=name, lines=lines):
            return f"<header><strong>{escape(name)}</strong><br>{_lines(chr(10).join(lines))}</header>"
        case Break():
            return "<hr>"


def _lines(words: str) -> str:
    return escape(words).replace("\n", "<br>")


def _row(cells: Sequence[str], right: Sequence[int], tag: str) -> str:
    marked = [f'<{tag} class="r">' if n in right else f"<{tag}>" for n in range(len(cells))]
    return (
        "<tr>" + "".join(f"{open_}{escape(cell)}</{tag}>" for open_, cell in zip(marked, cells, strict=True)) + "</tr>"
    )
