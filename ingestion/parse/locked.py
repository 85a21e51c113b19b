"""Office files under a password, decrypted with one that is known; PDF has its own way (pdf.py), ZIP members too (containers.py).

Runs where files are parsed, within the limits of the sandbox. Never guesses a password and never keeps the decrypted bytes.
"""

import io
from collections.abc import Sequence

from ingestion.elements import Parsed
from ingestion.identify import LOCKED
from ingestion.parse.broken import BROKEN


def is_locked(parsed: Parsed) -> bool:
    """Whether nothing was read because the file is under a password."""
    return not parsed.pages and any(LOCKED in finding.message for finding in parsed.findings)


def decrypted(data: bytes, passwords: Sequence[str]) -> bytes | None:
    """An Office file (XLSX, DOCX, PPTX and those before 2007) without its password; None when none of these opens it."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    for password in passwords:
        out = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(data))
            file.load_key(password=password)
            file.decrypt(out)
        except (*BROKEN, DecryptionError, FileFormatError, InvalidKeyError, ParseError):
            continue
        return out.getvalue()
    return None
