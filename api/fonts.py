"""The one text face, Source Sans (SIL OFL), cut to Latin and packed as WOFF2 into the home folder at first start.

The installed package carries 290 KB a weight; the page needs some 25 KB. Tabular figures are kept: columns of money must align.
"""

from pathlib import Path

WEIGHTS = {"regular": "SourceSansPro-Regular.ttf", "semibold": "SourceSansPro-Semibold.ttf"}
_LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x2013,
    0x2014,
    0x2018,
    0x2019,
    0x201C,
    0x201D,
    0x2022,
    0x2026,
    0x2190,
    0x2192,
    0x2212,
]


def ensure_fonts(folder: Path) -> None:
    """Write `regular.woff2` and `semibold.woff2` into `folder` unless they are there."""
    if all((folder / f"{weight}.woff2").exists() for weight in WEIGHTS):
        return
    import font_source_sans_pro
    from fontTools import subset

    folder.mkdir(parents=True, exist_ok=True)
    source = Path(font_source_sans_pro.__file__).parent / "files"
    for weight, name in WEIGHTS.items():
        options = subset.Options(
            flavor="woff2", layout_features=["kern", "tnum", "lnum", "liga", "sups"], notdef_outline=True
        )
        font = subset.load_font(str(source / name), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=_LATIN)
        cutter.subset(font)
        part = folder / f"{weight}.part"
        subset.save_font(font, str(part), options)
        part.replace(folder / f"{weight}.woff2")
