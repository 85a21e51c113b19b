"""Pictures to words with boxes: rapidocr (PP-OCR models inside its package), opened once a process.

Owns the engine and the turning of pages that were scanned sideways. Never opens a PDF.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion.elements import Box, Element, Finding, Page, Parsed
from ingestion.parse.blocks import LaidOut, lay_out
from ingestion.parse.layout import Glyphs, Run, lines
from ingestion.parse.wording import one_line

if TYPE_CHECKING:
    from PIL.Image import Image

# A 24-inch scan at 400 dpi; more is a mistake or a trap, and would take a gigabyte.
MAX_PIXELS = 100_000_000
MAX_FRAMES = 500
_LONGEST_SIDE = 4000
_USUAL_DPI = 150
_Corners = Sequence[Sequence[float]]
_Line = tuple[tuple[str, _Corners], ...]


def parse_picture(name: str, data: bytes, media_type: str, *, on_page: Callable[[int], None] | None = None) -> Parsed:
    """One page a frame (a TIFF of a fax has many); sizes in points by the file's own resolution, 150 dpi if it has none."""
    import io

    from PIL import Image, UnidentifiedImageError

    pages: list[Page] = []
    elements: list[Element] = []
    findings: list[Finding] = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{name} is too large a picture ({image.width} x {image.height}); scan it at 200 dpi."
                return Parsed(media_type, findings=(Finding(name, size, "error"),))
            for number in range(1, min(getattr(image, "n_frames", 1), MAX_FRAMES) + 1):
                image.seek(number - 1)
                page, found = _read_frame(image, number)
                pages.append(page)
                elements += found
                if not page.text:
                    why = f"{name}, page {number} unreadable: no words found in the picture; ask for a better scan."
                    findings.append(Finding(name, why))
                if on_page:
                    on_page(number)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        why = f"{name} is damaged and cannot be opened as a picture beyond page {len(pages)}; ask for it again."
        findings.append(Finding(name, why, "error"))
    return Parsed(media_type, tuple(pages), tuple(elements), tuple(findings))


def upright_picture(image: "Image") -> "Image":
    """The frame as a viewer shows it: turned by its EXIF tag, transparent parts white, RGB."""
    from PIL import Image, ImageOps

    turned = ImageOps.exif_transpose(image)
    if "A" in turned.getbands() or "transparency" in turned.info:
        layer = turned.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        turned = Image.alpha_composite(white, layer)
    return turned.convert("RGB")


def frame(data: bytes, number: int) -> "Image":
    """Frame `number` (from 1) of a picture file as a viewer shows it. Raises ValueError if there is none."""
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS or not 1 <= number <= getattr(image, "n_frames", 1):
            raise ValueError(f"the picture has no page {number} that can be shown")
        image.seek(number - 1)
        return upright_picture(image)


def read_picture(image: "Image", number: int, width: float, height: float) -> LaidOut:
    """The words of a page's picture, their boxes in points of a page `width` x `height`."""
    found, turn = _recognise(image)
    if not found:
        return LaidOut("", (), ())
    shown_width, shown_height = (width, height) if turn in (0, 2) else (height, width)
    turned_width, turned_height = image.size if turn in (0, 2) else image.size[::-1]
    scale = (shown_width / turned_width, shown_height / turned_height)
    laid = lay_out(number, lines([_run(line, scale) for line in found]))
    words = tuple(replace(word, box=_turned_back(word.box, turn, width, height)) for word in laid.words)
    return replace(laid, words=words)


def _read_frame(image: "Image", number: int) -> tuple[Page, tuple[Element, ...]]:
    dpi = image.info.get("dpi", (_USUAL_DPI, _USUAL_DPI))[0]
    dpi = float(dpi) if 50 <= dpi <= 1200 else _USUAL_DPI
    picture = upright_picture(image)
    width, height = (round(side * 72 / dpi, 2) for side in picture.size)
    if max(picture.size) > _LONGEST_SIDE:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    read = read_picture(picture, number, width, height)
    return Page(number, read.text, "ocr" if read.text else "none", width, height, read.words), read.elements


def _recognise(image: "Image") -> tuple[list[_Line], int]:
    """The lines of words, and the quarters (anticlockwise) by which the picture was turned to read them."""
    found, score = _ask(image)
    if not _stands_on_its_side(found):
        return found, 0
    tries = [(score, 0, found)]
    for turn in (1, 3):
        turned, better = _ask(image.rotate(90 * turn, expand=True))
        tries.append((better, turn, turned))
    best = max(tries, key=lambda a: a[0])
    return best[2], best[1]


def _ask(image: "Image") -> tuple[list[_Line], float]:
    """rapidocr's answer and how much it read with what certainty, to compare two ways of turning the page."""
    import numpy as np

    # rapidocr takes arrays as OpenCV has them: blue, green, red.
    answer = _engine()(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]), return_word_box=True)
    if answer.txts is None:
        return [], 0.0
    found: list[_Line] = []
    for text, box, words in zip(answer.txts, answer.boxes, answer.word_results, strict=True):
        apart = tuple((one_line(word), corners) for word, _, corners in words if one_line(word))
        whole = ((one_line(text), box.tolist()),)
        # The word boxes are a by-product; where they do not spell the line, the line itself is right.
        same = "".join(word for word, _ in apart) == "".join(text.split())
        found.append(apart if same else whole)
    score = sum(len(text) * float(sure) for text, sure in zip(answer.txts, answer.scores, strict=True))
    return [line for line in found if line and line[0][0]], score


def _stands_on_its_side(found: Sequence[_Line]) -> bool:
    tall = 0
    for line in found:
        box = _box([corner for _, corners in line for corner in corners], (1, 1))
        tall += box.bottom - box.top > 1.5 * (box.right - box.left) and sum(len(word) for word, _ in line) > 2
    return tall > 0.5 * len(found)


def _run(line: _Line, scale: tuple[float, float]) -> Run:
    boxes = [_box(corners, scale) for _, corners in line]
    middle = sum(box.top + box.bottom for box in boxes) / (2 * len(boxes))
    # The engine's boxes stand about a third over the letters.
    height = 0.75 * max(box.bottom - box.top for box in boxes)
    glyphs = tuple(Glyphs(word, box, middle, height) for (word, _), box in zip(line, boxes, strict=True))
    return Run(glyphs, (True, *(False,) * (len(glyphs) - 1)))


def _box(corners: _Corners, scale: tuple[float, float]) -> Box:
    xs = [float(x) * scale[0] for x, _ in corners]
    ys = [float(y) * scale[1] for _, y in corners]
    return Box(round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2))


def _turned_back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the turned picture where it stands on the page. `turn` quarters anticlockwise were made."""
    if turn == 1:
        return Box(width - box.bottom, box.left, width - box.top, box.right)
    if turn == 3:
        return Box(box.top, height - box.right, box.bottom, height - box.left)
    return box


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The models of rapidocr's own package; one thread, since there is a process for each core."""
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
