"""What may go wrong with a file's content, as opposed to a mistake of ours.

Owns the one exception parsers raise with a sentence for people, and the list of what third-party readers raise on broken bytes.
"""

import struct
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
