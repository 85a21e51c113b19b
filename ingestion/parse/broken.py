"""What may go wrong with a file's content, as opposed to a mistake of ours.

Owns the one exception parsers raise with a sentence for people, and the list of what third-party readers raise on broken bytes.
"""

import struct
import sys
import zipfile
import zlib


class Unreadable(Exception):
    """The file cannot be read; the message continues "NAME ..." and says why and what to do."""


# Readers of other people's formats raise all of these on truncated or malformed bytes. Not here: MemoryError (the sandbox explains it).
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

# Errors of their own that some readers raise, by module; one whose module is not loaded cannot have been raised.
_THEIR_OWN = (
    ("PIL.Image", "DecompressionBombError"),
    ("csv", "Error"),
    ("docx.exceptions", "PythonDocxError"),
    ("docx.oxml.exceptions", "XmlchemyError"),
    ("email.errors", "MessageError"),
    ("lxml.etree", "LxmlError"),
    ("openpyxl.utils.exceptions", "InvalidFileException"),
    ("pptx.exc", "PythonPptxError"),
    ("xlrd.biffh", "XLRDError"),
    ("xlrd.compdoc", "CompDocError"),
)


def broken(*more: type[BaseException]) -> tuple[type[BaseException], ...]:
    """BROKEN, the errors of the readers that are loaded, and `more`."""
    own = (getattr(sys.modules[module], name) for module, name in _THEIR_OWN if module in sys.modules)
    return (*BROKEN, *own, *more)
