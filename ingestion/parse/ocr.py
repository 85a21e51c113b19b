"""Pictures to words with boxes: rapidocr (PP-OCR models inside its package), opened once a process.

Owns the engine and the turning of pages that were scanned sideways, upside down or crooked. Never opens a PDF.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
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
# How sure the engine must be that a line stands on its head.
_SURE = 0.9
# Tilts in radians (0.2, 1 and 15 degrees); lines that are longer than so many pixels tell them.
_LEAST_TILT, _CLEAR_TILT, _MOST_TILT = 0.0035, 0.0175, 0.26
_LONG, _MUCH_WRITING = 60, 3000
_Corners = Sequence[Sequence[float]]
_Line = tuple[tuple[str, _Corners], ...]


def parse_picture(name: str, data: bytes, media_type: str, *, on_page: Callable[[int], None] | None = None) -> Parsed:
    """One page a frame (a TIFF of a fax has many); sizes in points by the file's own resolution, 150 dpi if it has none."""
    import io

    from PIL import Image, UnidentifiedImageError

    _prepare()
    pages: list[Page] = []
    elements: list[Element] = []
    findings: list[Finding] = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            # A picture that moves is one page; only TIFF has pages.
            frames = getattr(image, "n_frames", 1) if media_type == "image/tiff" else 1
            if frames > MAX_FRAMES:
                findings.append(
                    Finding(name, f"{name} has {frames} pages; only the first {MAX_FRAMES} were read: split it.")
                )
            for number in range(1, min(frames, MAX_FRAMES) + 1):
                image.seek(number - 1)
                page, found, problem = _read_frame(name, image, number)
                pages.append(page)
                elements += found
                findings += [problem] if problem else []
                if on_page:
                    on_page(number)
    except Image.DecompressionBombError:
        size = f"{name} is too large a picture (over {MAX_PIXELS / 1e6:,.0f} million dots); scan it at 200 dpi."
        return Parsed(media_type, findings=(Finding(name, size, "error"),))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        why = f"{name} is damaged and cannot be opened as a picture beyond page {len(pages)}; ask for it again."
        findings.append(Finding(name, why, "error"))
    return Parsed(media_type, tuple(pages), tuple(elements), tuple(findings))


def _prepare() -> None:
    """A picture that is cut off is refused by Pillow, whatever another library here (the one that makes PDFs) has told it."""
    from PIL import ImageFile

    _know_heic()
    ImageFile.LOAD_TRUNCATED_IMAGES = False


@lru_cache(maxsize=1)
def _know_heic() -> None:
    """Pictures of telephones: Pillow itself knows AVIF, not HEIC."""
    from pi_heif import register_heif_opener

    register_heif_opener()


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

    _prepare()
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS or not 1 <= number <= getattr(image, "n_frames", 1):
            raise ValueError(f"the picture has no page {number} that can be shown")
        image.seek(number - 1)
        return upright_picture(image)


def read_picture(image: "Image", number: int, width: float, height: float) -> LaidOut:
    """The words of a page's picture, their boxes in points of a page `width` x `height`; lines of a crooked scan are read straight."""
    found, turn = _recognise(image)
    if not found:
        return LaidOut("", ())
    shown_width, shown_height = (width, height) if turn in (0, 2) else (height, width)
    turned_width, turned_height = image.size if turn in (0, 2) else image.size[::-1]
    scale = (shown_width / turned_width, shown_height / turned_height)
    tilt = _tilt(found)
    shown: dict[int, Box] = {}
    laid = lay_out(number, lines([_run(line, scale, tilt, shown) for line in found]))
    words = tuple(replace(word, box=_turned_back(shown[id(word.box)], turn, width, height)) for word in laid.words)
    return replace(laid, placed=lambda: words)


def _read_frame(name: str, image: "Image", number: int) -> tuple[Page, tuple[Element, ...], Finding | None]:
    if image.width * image.height > MAX_PIXELS:
        why = f"{name}, page {number} unreadable: too large a picture ({image.width} x {image.height}); scan it at 200 dpi."
        return Page(number, "", "none"), (), Finding(name, why, "error")
    dpi = image.info.get("dpi", (_USUAL_DPI, _USUAL_DPI))[0]
    dpi = float(dpi) if 50 <= dpi <= 1200 else _USUAL_DPI
    picture = upright_picture(image)
    width, height = (round(side * 72 / dpi, 2) for side in picture.size)
    if max(picture.size) > _LONGEST_SIDE:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    read = read_picture(picture, number, width, height)
    if read.text:
        return Page(number, read.text, "ocr", width, height, read.words), read.elements, None
    why = f"{name}, page {number} unreadable: no words found in the picture; ask for a better scan."
    return Page(number, "", "none", width, height), (), Finding(name, why)


def _recognise(image: "Image") -> tuple[list[_Line], int]:
    """The lines of words, and the quarters (anticlockwise) by which the picture was turned to read them."""
    turn = 0
    found, upside_down = _ask(image)
    if _stands_on_its_side(found):
        turn = 1
        found, upside_down = _ask(image.rotate(90, expand=True))
    if upside_down > 0.5:
        again, still = _ask(image.rotate(90 * (turn + 2), expand=True))
        if again and still < upside_down:
            return again, turn + 2
    return found, turn


def _ask(image: "Image") -> tuple[list[_Line], float]:
    """rapidocr's lines, and the share of them that it takes to stand on their heads."""
    import numpy as np

    # rapidocr takes arrays as OpenCV has them: blue, green, red.
    engine = _engine()
    answer = engine(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]), return_word_box=True)
    if answer.txts is None:
        return [], 0.0
    found: list[_Line] = []
    for text, box, words in zip(answer.txts, answer.boxes, answer.word_results, strict=True):
        apart = tuple((one_line(word), corners) for word, _, corners in words if one_line(word))
        whole = ((one_line(text), box.tolist()),)
        # The word boxes are a by-product; where they do not spell the line, the line itself is right.
        same = "".join(word for word, _ in apart) == "".join(text.split())
        found.append(apart if same else whole)
    heads = [str(label) == "180" and float(sure) > _SURE for label, sure in engine.directions]
    return [line for line in found if line and line[0][0]], sum(heads) / max(1, len(heads))


def _stands_on_its_side(found: Sequence[_Line]) -> bool:
    tall = 0
    for line in found:
        box = _box([corner for _, corners in line for corner in corners], (1, 1))
        tall += box.bottom - box.top > 1.5 * (box.right - box.left) and sum(len(word) for word, _ in line) > 2
    return tall > 0.5 * len(found)


def _tilt(found: Sequence[_Line]) -> float:
    """By how much the lines fall to the right, in radians: the middle of all, each counted by its length; 0 for a page that is
    straight enough. Little writing must be clearly crooked, for its boxes are not exact."""
    tilts: list[tuple[float, float]] = []
    for line in found:
        (x1, y1), (x2, y2) = _middle(line[0][1][0], line[0][1][3]), _middle(line[-1][1][1], line[-1][1][2])
        if x2 - x1 > _LONG:
            tilts.append((math.atan2(y2 - y1, x2 - x1), x2 - x1))
    length = sum(long for _, long in tilts)
    passed = accumulate(long for _, long in sorted(tilts))
    tilt = next((tilt for (tilt, _), so_far in zip(sorted(tilts), passed, strict=True) if so_far >= length / 2), 0.0)
    least = _LEAST_TILT if length > _MUCH_WRITING else _CLEAR_TILT
    return tilt if least < abs(tilt) < _MOST_TILT else 0.0


def _middle(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    return (float(one[0]) + float(other[0])) / 2, (float(one[1]) + float(other[1])) / 2


def _run(line: _Line, scale: tuple[float, float], tilt: float, shown: dict[int, Box]) -> Run:
    """The words of a line in straightened coordinates; `shown` is told where each stands on the page as it is."""
    boxes = [_box([_straight(x, y, tilt) for x, y in corners] if tilt else corners, scale) for _, corners in line]
    for box, (_, corners) in zip(boxes, line, strict=True):
        shown[id(box)] = _box(corners, scale)
    middle = sum(box.top + box.bottom for box in boxes) / (2 * len(boxes))
    # The engine's boxes stand about a third over the letters.
    height = 0.75 * max(box.bottom - box.top for box in boxes)
    glyphs = tuple(Glyphs(word, box, middle, height) for (word, _), box in zip(line, boxes, strict=True))
    return Run(glyphs, (True, *(False,) * (len(glyphs) - 1)))


def _straight(x: float, y: float, tilt: float) -> tuple[float, float]:
    return x * math.cos(tilt) + y * math.sin(tilt), y * math.cos(tilt) - x * math.sin(tilt)


def _box(corners: _Corners, scale: tuple[float, float]) -> Box:
    xs = [float(x) * scale[0] for x, _ in corners]
    ys = [float(y) * scale[1] for _, y in corners]
    return Box(round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2))


def _turned_back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the turned picture where it stands on the page. `turn` quarters anticlockwise were made."""
    if turn == 1:
        return Box(width - box.bottom, box.left, width - box.top, box.right)
    if turn == 2:
        return Box(width - box.right, height - box.bottom, width - box.left, height - box.top)
    if turn == 3:
        return Box(box.top, height - box.right, box.bottom, height - box.left)
    return box


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The models of rapidocr's own package; one thread, since there is a process for each core. `directions` is what it said last
    about which way up each line stands, which its answer leaves out."""
    import logging

    from rapidocr import RapidOCR

    class Engine(RapidOCR):
        directions: Sequence[tuple[str, float]] = ()

        def cls_and_rotate(self, img: Any) -> Any:
            turned, said = super().cls_and_rotate(img)
            self.directions = said.cls_res or ()
            return turned, said

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return Engine(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
