# ruff: noqa: E501 - patterns are read as a table
"""Whether a sentence asks its reader to do something: cues of English, each worth points for or against. Knows no list of sentences.

People ask in few forms: a request ("please", "can you"), a command to the reader, a question that waits for an answer, a proposal ("let's
meet"), a wish ("I would like you to"). News of somebody else and the foot of mass mail are worded alike and ask nobody. The points were
fitted to one half of a set of labelled sentences (`tickmark evals asks` reports the other half).
"""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Cue:
    """A way of wording, and the points for (or, negative, against) that its sentence asks."""

    name: str
    points: int
    pattern: str

    @cached_property
    def found(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)


ENOUGH = 14
"""Points above which a sentence asks."""

_YOU = r"(?:you|u|ya|ye|y[’']?all|one of you|someone|somebody|anyone|anybody)"
_HELP = r"(?:please|pls|plz|kindly)"
_VERB = (
    r"(?:accept|activate|add|adjust|advise|answer|apply|approve|arrange|ask|assist|attend|be (?:sure|careful|ready|prepared|aware|there|on)|begin|"
    r"book|bring|buy|calculate|call|cancel|check|choose|circulate|clarify|clean|come|comment|compare|complete|confirm|consider|contact|"
    r"coordinate|copy|correct|create|delete|deliver|determine|discuss|do not|don[’']?t|do|download|drop|e-?mail|enjoy|ensure|enter|"
    r"execute|explain|fax|feel free|figure|file|fill|find|finish|fix|follow|forget|forward|get|give|go|handle|have|help|hold|include|"
    r"incorporate|inform|insert|invite|join|keep|learn|leave|list|log|look|mail|make|mark|meet|move|never|note|notify|open|"
    r"order|pass|pay|pick|plan|play|post|prepare|press|print|proceed|provide|pull|push|put|read|record|redo|refer|register|remember|remind|"
    r"remove|replace|reply|request|reserve|respond|resend|return|review|revise|ring|run|save|schedule|search|see|select|send|set|share|shop|"
    r"show|sign|speak|spread|start|stay|stop|submit|sync|take|talk|tell|text|touch|try|turn|type|update|upload|use|verify|view|visit|wait|"
    r"wire|work|write|click|tap|hit|shoot|stick|watch)"
)
_NAMES = r"(?-i:[A-Z][\w.'’-]+(?:,? (?:and |& |or )?[A-Z][\w.'’-]+){0,3})"
_SMALL = (
    r"(?:and|but|so|or|also|then|now|ok|okay|yes|sure|just|next|first|second|finally|lastly|instead|otherwise|therefore|meanwhile|again|"
    r"however|thus|anyway|perhaps|maybe|fyi|guys|folks|all|everyone|both|well|oh|great|btw|additionally|in addition|in the meantime|"
    r"by the way|hi|hey|hello|dear|thanks|thank you|asap)"
)
_COND = r"(?:if|when|once|as soon as|whenever|after|before|until|in case|unless|to|for|at|on|in order to|by|while|since)\b[^,;:?!]{2,110},"
_LEAD = rf"(?:{_SMALL}\b[\s,:;.!–—-]*|(?:{_SMALL}\s+)?{_NAMES}\s*[,:;–—]+-*\s*)"
_MEET = r"(?:meet|discuss|talk|chat|visit|speak|get together|touch base|catch up|sit down|have (?:lunch|dinner|breakfast|coffee|a (?:drink|beer|call|chat|talk))|do lunch|grab (?:lunch|dinner|a)|go over|go to (?:lunch|dinner)|review|hook up|get with)"
_ADV = r"(?:also |really |just |still |all |both |probably |definitely |do |only |very much |maybe |perhaps |then |always |certainly |never )*"

CUES: tuple[Cue, ...] = (
    Cue("please", 18, rf"\b{_HELP}\b"),
    Cue("please, first", 21, rf"^[\W\d]*(?:{_LEAD}){{0,2}}{_HELP}\b"),
    Cue("please after a condition", -4, rf"^[\W\d]*(?:{_LEAD})?(?:if|when|to|for|should)\b.*\b{_HELP}\b"),
    Cue("please, last", 7, rf"\b{_HELP}\W*$"),
    Cue("please find", 7, rf"\b{_HELP} (?:find|see|note|be advised|be aware|accept)\b"),
    Cue("can you", 21, rf"\b(?:can|could|would|will|won[’']?t) {_ADV}{_YOU}\b"),
    Cue("can we", 8, r"\b(?:can|could|may|might|shall|should) (?:i|we)\b"),
    Cue("let me know", 21, r"\b(?:let|lemme) (?:me|us|him|her|them|\w+) know\b"),
    Cue(
        "give me",
        10,
        r"\b(?:give|shoot|send|drop|fax|e-?mail|call|contact|tell|remind|ask|show|copy|forward) (?:it |them |that |this |\w+ )?(?:to )?(?:me|us)\b",
    ),
    Cue("a call", 6, r"\b(?:give|drop|shoot|call|ring)\b.{0,20}\b(?:a )?(?:call|ring|line|note|buzz|shout)\b"),
    Cue("call", 8, r"\b(?:call|phone|ring)\b"),
    Cue("feel free", 2, r"\bfeel free\b|\b(?:don[’']?t|not) (?:hesitate|forget)\b"),
    Cue(
        "you need",
        5,
        rf"\b(?:you|u)(?:[’']ll| will| all| guys)? {_ADV}(?:may |might |would |could )?{_ADV}(?:need|have|ought) to\b",
    ),
    Cue("you should", 5, rf"\byou {_ADV}(?:should|must|ought|better|[’']d better)\b|\byou[’']?d better\b"),
    Cue(
        "you can",
        5,
        r"\byou (?:can|could|may|might) (?:also |always |just )?(?:call|reach|contact|reply|send|meet|catch|e-?mail|have|want|prefer|tell|ask|give|use)\b",
    ),
    Cue("let's", 12, r"\blet[’']?s\b|\blet us\b"),
    Cue("we should", 7, rf"\b(?:we|you and i|us) {_ADV}(?:should|need|ought|must|have) (?:to )?\b"),
    Cue("we could", 8, rf"\b(?:we|i) {_ADV}(?:can|could|might|may|will|shall|would|[’']ll) {_ADV}\b"),
    Cue(
        "maybe we",
        8,
        r"\b(?:maybe|perhaps) (?:we|you|i)\b|\bwhy don[’']?t (?:we|you|i)\b|\b(?:how|what) about\b|\bwhat if\b|\bhow[’']?s\b",
    ),
    Cue(
        "i'd like you",
        11,
        rf"\b(?:i|we)(?:[’']d| would)? {_ADV}(?:like|love|want|need|expect|urge|ask|advise|recommend|suggest|request) (?:that )?(?:you|u|your|everyone|each|all of you)\b",
    ),
    Cue(
        "would like to meet",
        6,
        rf"\b(?:like|love|want|need|wanted|hope|hoping|glad|happy|pleased|able|forward|free|available|time)\b.{{0,25}}\b(?:to )?{_MEET}",
    ),
    Cue("appreciate", 3, r"\bappreciate[ds]?\b|\bgrateful\b|\bobliged\b"),
    Cue(
        "would be great",
        13,
        r"\bwould be (?:greatly |really |very |much |most )*(?:appreciated|grateful|helpful|great|nice|good|better|best|useful)\b",
    ),
    Cue(
        "wondering",
        14,
        r"\b(?:wonder(?:ing)?|curious|not sure|unclear|hoping)\b.{0,12}\b(?:if|whether|when|what|how|that|you)\b",
    ),
    Cue("i need", 11, rf"\b(?:i|we)(?:[’']ll| will)? {_ADV}need\b"),
    Cue(
        "need your",
        -7,
        r"\byour (?:help|assistance|input|comments|thoughts|approval|signature|advice|feedback|opinion|guidance|support|response|reply|call|attention)\b",
    ),
    Cue("meet", 17, rf"\b{_MEET}\b"),
    Cue("we meet", 5, rf"\b(?:we|us|you|i)(?:[’']ll|[’']re|[’']m)?\b.{{0,30}}\b{_MEET}\b"),
    Cue("met", 4, r"\b(?:met|discussed|talked|spoke|visited|reviewed|meets|discussing|discussion|discussions)\b"),
    Cue("meeting, lunch", 9, r"\b(?:meeting|lunch|dinner|conference call|appointment|get-together|coffee|drinks?)\b"),
    Cue(
        "a time",
        5,
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\btomorrow\b|\btonight\b|\bnext week\b|\b\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m)\b|\bthis (?:week|afternoon|morning)\b",
    ),
    Cue("question", 3, r"\?"),
    Cue("question, last", 18, r"\?[\s\"')\]]*$"),
    Cue("question word", -7, r"(?:^|[,.:;!–—-] ?)\W*(?:what|when|where|who|which|why|how)\b[^.]*\?"),
    Cue("yes or no", 4, rf"(?:^|[,.:;!–—-] ?)\W*(?:{_LEAD})?(?:is|are|do|does|did|have|has|was|were|any|am)\b[^.]*\?"),
    Cue("command", 14, rf"^[\W\d]*(?:{_LEAD}){{0,3}}{_VERB}\b(?!(?:ing|ed)\b)"),
    Cue("command, after a condition", 12, rf"^[\W\d]*(?:{_LEAD})?{_COND}\s*(?:then |just )?{_VERB}\b"),
    Cue(
        "command, by name",
        5,
        rf"^[\W\d]*(?:{_SMALL}\s+)?{_NAMES}\s*[,:;–—]+-*\s*(?:{_SMALL}[\s,]+)?(?:{_HELP} )?{_VERB}\b",
    ),
    Cue("to you", 7, r"\byou\b|\byour\b"),
    Cue(
        "he, she",
        -12,
        r"^\W*(?:and |but |so |also )?(?:he|she|they|it|there|this|these|those|the|his|her|their|my|our|a|an|all|some|many|most|in|at)\b",
    ),
    Cue("i will", -3, r"\b(?:i|we)(?:[’']ll| will| shall| am going to|[’']m going to|[’']re going to)\b"),
    Cue("i did", -7, r"\b(?:i|we|he|she|they)(?:[’']ve| have| has| had| was| were| did| got| just)\b"),
    Cue("past", -5, r"\b\w{3,}ed\b|\bwas\b|\bwere\b|\bhad\b|\bdid\b"),
    Cue(
        "has to",
        -3,
        r"\b(?:he|she|they|it|which|that|who)\b.{0,3}\b(?:need|needs|has|have|must|should|will|would|can|could)\b",
    ),
    Cue(
        "if you would like, mass mail",
        -13,
        r"\bif you(?:[’']d| would| wish| want| no longer| prefer| do not| don[’']t| have (?:any|trouble)| received)\b.*\b(?:click|visit|link|unsubscribe|contact us|e-?mail us|follow|tap|go to|update|here|below)\b",
    ),
    Cue(
        "mass mail",
        -6,
        r"\b(?:unsubscribe|safe (?:sender|list)|address ?book|acrobat reader|preferences|no longer wish|intended recipient|in error|list owner|subscri\w+|newsletter|terms (?:of|and)|do not reply|customer service|privacy|web-?browser|marketing|promotion\w*|coupon|offer|deals?|sale|discount|free|win|prize|deliver(?:y|ed)|notifications?|alerts?|e-?mails?)\b",
    ),
    Cue("exclamation", -3, r"!"),
    Cue("capitals", -8, r"(?-i:\b[A-Z]{4,}\b.*\b[A-Z]{4,}\b)"),
    Cue("prices", -5, r"\$\d|\d ?%"),
    Cue("thanks", -9, r"^\W*(?:thanks|thank you|thx)\b"),
    Cue("sorry", -2, r"\b(?:sorry|apologi\w+)\b"),
    Cue("see you", -4, r"\b(?:see|talk to) (?:you|ya)\b"),
    Cue("suggest", 7, r"\b(?:suggest|propose|recommend|recommendation|suggestion)\b"),
    Cue("want to", -3, r"\bwant(?:ed|s)? to\b"),
    Cue(
        "ask somebody", 2, r"\b(?:ask|have|get|tell) (?-i:[A-Z]\w+) (?:to|call|send|get|know)\b|\bask (?-i:[A-Z]\w+)\b"
    ),
    Cue("somebody else asked", 7, r"\b(?:he|she|they|i|we|who) (?:asked|told|said|wanted|requested|have asked)\b"),
    Cue("sent", -6, r"\b(?:sent|provided|prepared|signed|returned|completed|forwarded|sending|sends)\b"),
)


def is_ask(sentence: str) -> bool:
    """Whether a sentence asks its reader to do, answer or decide something."""
    text = " ".join(sentence.split())
    return sum(cue.points for cue in CUES if cue.found.search(text)) > ENOUGH
