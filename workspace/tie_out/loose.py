"""Wordings that state an amount, a share or a day without a figure that could be compared: "by half", "five grand", "next week".

All are read as their own text, so that they tie only to a fact that says the same words. Nothing here computes a value.
"""

import re

from workspace.tie_out.dates import MONTH
from workspace.tie_out.numbers import NUMBER
from workspace.tie_out.reading import Reader, raw

_ORDINAL = (
    r"(?:(?:twenty|thirty)[\s-])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_SPAN = r"(?:week|fortnight|month|quarter|year)"
# Grouped with spaces or marks, as other countries do: read apart, each part would be a count of its own.
_GROUPED = re.compile(r"(?<![\w.,$-])\d{1,3}(?:[ \u00a0\u2009\u202f'’_]\d{3})+(?![\w-]|[.,]\d{3})")
_MEASURED = re.compile(
    rf"(?:{NUMBER})[\s-](?:grand|bps?|basis\s+points?|figures?|pct|pp|fold)\b"
    rf"|(?:{NUMBER})[\s-]times\s+(?:as|the|that|its|this|more|over|what|higher|larger|greater)\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"\b(?:{MONTH})\s+(?:the\s+)?(?:{_ORDINAL})\b|\b[Mm]id-(?:{MONTH})(?!\w)"
    rf"|(?i:\b(?:by|on|before|until|from|after|through)\s+(?:the\s+(?:{_ORDINAL}))(?=\s*(?:$|[.,;:!?)]|of\b)))",
    re.MULTILINE,
)
_RELATIVE = re.compile(
    rf"\b(?:next|last|this|coming|following|previous)\s+{_SPAN}\b"
    rf"|\b(?:the\s+)?(?:end|middle|beginning|start|close)\s+of\s+(?:the|this|next)\s+{_SPAN}\b"
    rf"|\bby\s+(?:the\s+)?(?:month|quarter|year)[\s-]end\b"
    rf"|\b(?:within|in|for|after|another)\s+(?:an?\s+(?:business\s+)?(?:hour|day|{_SPAN}|decade))\b"
    r"|\ba\s+couple\s+of\s+(?:hours|days|weeks|months|years)\b"
    r"|\b(?:noon|midnight|tax\s+day|(?:new\s+year['’]s|labor|memorial|independence|thanksgiving|christmas)\s+(?:day|eve))\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w’'])['’]\d{2}(?![\w'’])")
_VAGUE = re.compile(
    r"\b(?:several|a\s+few|some|a\s+couple\s+of|many|tens\s+of|hundreds\s+of)\s+(?:hundred|thousand|million)s?(?:\s+dollars)?\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:half|halves|thrice)\b|[⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]"
    r"|\b(?:double|triple|quadruple)s?(?=\s+(?:the|that|this|your|our|its|their|what)\b)"
    r"|\b(?:by\s+)an?\s+(?:third|fourth|fifth|quarter|tenth)\b"
    r"|\ban?\s+(?:third|fourth|fifth|quarter|tenth)(?=\s+(?:less|more|higher|lower|larger|smaller|off)\b)"
    r"|\b(?:a\s+)?(?:hundred|thousand|million)fold\b",
    re.IGNORECASE,
)

READERS: tuple[Reader, ...] = (
    (_GROUPED, lambda match: raw("count", match)),
    (_VAGUE, lambda match: raw("money", match)),
    (_MEASURED, lambda match: raw("count", match)),
    (_DAY, lambda match: raw("date", match)),
    (_RELATIVE, lambda match: raw("date", match)),
    (_YEAR, lambda match: raw("period", match)),
)
# After the counts, which know "two and a half".
LAST_READERS: tuple[Reader, ...] = ((_SHARE, lambda match: raw("count", match)),)
