"""A deliverable's text as a mail has it: plain lines, lists with hyphens, tables in columns. No tickmarks."""

from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it.token import Token

from workspace.deliverables.render.marks import printed_title, to_the_right, tokens


def body_text(sections: Sequence[Mapping[str, Any]], firm: str, *, headings: bool = False) -> str:
    """The sections one under the other, the firm's name under the signature. Ends with a line break."""
    parts = []
    for section in sections:
        title = printed_title(section["title"], headings)
        body = plain(section["markdown"])
        parts.append(f"{title.upper()}\n\n{body}" if title else body)
    return "\n\n".join(parts).rstrip() + (f"\n{firm}\n" if firm else "\n")


def plain(markdown: str) -> str:
    """One section's Markdown as plain text."""
    lines: list[str] = []
    rows: list[list[str]] = []
    right: dict[int, bool] = {}
    depth = 0
    for token in tokens(markdown):
        if token.type == "bullet_list_open" or token.type == "ordered_list_open":
            depth += 1
        elif token.type == "bullet_list_close" or token.type == "ordered_list_close":
            depth -= 1
            if not depth:
                lines.append("")
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            right[len(rows[-1])] = to_the_right(token)
        elif token.type == "table_close":
            lines += [*_columns(rows, right), ""]
            rows, right = [], {}
        elif token.type == "hr":
            lines += ["-" * 40, ""]
        elif token.type == "inline":
            text = inline(token)
            if rows:
                rows[-1].append(text)
            elif depth:
                lines.append(f"{'  ' * (depth - 1)}- {text}")
            else:
                lines += [text, ""]
    return "\n".join(lines).strip("\n")  # the first cell of a table may be empty


def inline(token: Token) -> str:
    """The words of a line of Markdown, without its marks of emphasis."""
    found = []
    for child in token.children or ():
        if child.type == "hardbreak":
            found.append("\n")
        elif child.type == "softbreak":
            found.append(" ")
        else:
            found.append(child.content)
    return "".join(found)


def _columns(rows: list[list[str]], right: Mapping[int, bool]) -> list[str]:
    """Cells under each other, each column on the side that its Markdown says."""
    width = [max(len(row[n]) if n < len(row) else 0 for row in rows) for n in range(max(map(len, rows)))]
    out = []
    for row in rows:
        if not any(row):
            continue
        cells = [cell.rjust(width[n]) if right[n] else cell.ljust(width[n]) for n, cell in enumerate(row)]
        out.append("  ".join(cells).rstrip())
    return out
