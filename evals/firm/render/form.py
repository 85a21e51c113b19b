"""Forms with boxes: a small label, the value under it. For Schedules K-1, Forms W-2, 1099 and W-9."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

# x, y (from the top), width, height in points; label; value, lines kept.
Box = tuple[float, float, float, float, str, str]
# x, y (from the top), size, bold, words.
Label = tuple[float, float, float, bool, str]


def form(
    boxes: Sequence[Box], labels: Sequence[Label] = (), *, rules: Sequence[tuple[float, float, float, float]] = ()
) -> bytes:
    """One letter-size page."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    height = letter[1]
    for x, y, size, bold, words in labels:
        canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        canvas.drawString(x, height - y, words)
    canvas.setLineWidth(0.6)
    for x1, y1, x2, y2 in rules:
        canvas.line(x1, height - y1, x2, height - y2)
    for box in boxes:
        _box(canvas, box, height)
    canvas.save()
    return out.getvalue()


def _box(canvas: Any, box: Box, page_height: float) -> None:
    x, y, width, height, label, value = box
    canvas.rect(x, page_height - y - height, width, height)
    canvas.setFont("Helvetica", 6.3)
    top = page_height - y - 7.5
    for line in simpleSplit(label, "Helvetica", 6.3, width - 6):
        canvas.drawString(x + 3, top, line)
        top -= 7
    canvas.setFont("Courier", 9.2)
    for line in value.split("\n"):
        canvas.drawString(x + 6, top - 5, line)
        top -= 10.5
