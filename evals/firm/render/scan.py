"""Paper as a scanner sees it: a rendered page, slightly turned, grey and noisy. About 0.1 s a page."""

from io import BytesIO
from random import Random
from typing import Any

import numpy as np
from PIL import Image

_DPI = 130


def pages(pdf: bytes, rng: Random) -> list[Image.Image]:
    """Each page of a PDF as a worn greyscale image at 130 dpi."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_worn(_drawn(page), rng) for page in document]
    finally:
        document.close()


def _drawn(page: Any) -> Image.Image:
    # Any: pypdfium2's types are read off its defaults, where the scale is a whole number.
    drawn: Image.Image = page.render(scale=_DPI / 72, grayscale=True).to_pil()
    return drawn


def _worn(page: Image.Image, rng: Random) -> Image.Image:
    turned = page.convert("L").rotate(rng.uniform(-0.7, 0.7), resample=Image.Resampling.BILINEAR, fillcolor=250)
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 6, (turned.height, turned.width))
    grey = np.clip(np.asarray(turned, dtype=np.float32) * 0.96 + 4 + noise, 0, 255)
    return Image.fromarray(grey.astype(np.uint8))


def jpeg(page: Image.Image) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", quality=62)
    return out.getvalue()


def png(page: Image.Image) -> bytes:
    """Sixteen greys: what an office scanner writes, and a third of the size."""
    out = BytesIO()
    page.point([grey // 16 * 17 for grey in range(256)]).save(out, "PNG")
    return out.getvalue()


def scanned_pdf(pdf: bytes, rng: Random) -> bytes:
    """The same pages as a PDF that holds images only."""
    from reportlab.lib.pagesizes import letter
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    for page in pages(pdf, rng):
        canvas.drawImage(ImageReader(BytesIO(jpeg(page))), 0, 0, width=letter[0], height=letter[1])
        canvas.showPage()
    canvas.save()
    return out.getvalue()
