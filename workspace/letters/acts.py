"""What every act here needs: the person behind it, texts of a bounded length, and its line on the trail."""

from store.errors import Invalid


def text_in(text: str | None, what: str, most: int = 200) -> str:
    """Words on one line, which must be there. Raises Invalid."""
    words = " ".join((text or "").split())
    if not words:
        raise Invalid(f"{what} is missing")
    if len(words) > most or not words.isprintable():
        raise Invalid(f"{what} is longer than {most} characters" if len(words) > most else f"{what} cannot be read")
    return words


def note_in(text: str | None, most: int = 600) -> str:
    """Words on one line, "" for none."""
    return " ".join((text or "").split())[:most]
