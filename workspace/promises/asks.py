# ruff: noqa: E501 - patterns are read as a table
"""Whether a sentence asks its reader to do something: cues of English, each worth points for or against. Knows no list of sentences.

People ask in few forms: a request ("please", "can you"), a command to the reader, a question that waits for an answer, a proposal ("let's
meet"), a wish ("I would like you to"). News of somebody else and the foot of mass mail are worded alike and ask nobody. The points were
fitted to one half of a set of labelled sentences (`tickmark evals asks` reports the other half).
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Cue:
    """A way of wording, and the points for (or, negative, against) that its sentence asks."""

    name: str
    points: int
    pattern: str

    @cached_property
    def found(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)


ENOUGH = 15
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
    r"wire|work|write|click|tap|hit|shoot|stick|watch|allow|assume|bill|carry|change|charge|claim|clear|close|collect|continue|convert|"
    r"cut|deal|decide|describe|disregard|draft|draw|drive|encourage|expect|focus|grab|ignore|install|load|obtain|offer|paste|protect|quote|"
    r"raise|rate|reach|recommend|reconcile|reduce|release|reset|resolve|rsvp|scan|separate|sit|skip|solve|sort|specify|state|suggest|switch|"
    r"think|trust|understand|unlock|upgrade|wake|warn|wear|count (?:me|us)|connect|launch|browse|explore|discover|shop|redeem)"
)
_NO_NOUN = r"(?!(?:ing|ed)\b)(?! (?:is|are|was|were|has|have|had|will|of|you|ya)\b)"
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
    Cue("please", 19, rf"\b{_HELP}\b"),
    Cue("please, first", 20, rf"^[\W\d]*(?:{_LEAD}){{0,2}}{_HELP}\b"),
    Cue("please, last", 5, rf"\b{_HELP}\W*$"),
    Cue("can you", 18, rf"\b(?:can|could|would|will|won[’']?t) {_ADV}{_YOU}\b"),
    Cue("can we", 6, r"\b(?:can|could|may|might|shall|should) (?:i|we)\b"),
    Cue("let me know", 14, r"\b(?:let|lemme) (?:me|us|him|her|them|\w+) know\b"),
    Cue(
        "give me",
        4,
        r"\b(?:give|shoot|send|drop|fax|e-?mail|call|contact|tell|remind|ask|show|copy|forward) (?:it |them |that |this |\w+ )?(?:to )?(?:me|us)\b",
    ),
    Cue("a call", 6, r"\b(?:give|drop|shoot|call|ring)\b.{0,20}\b(?:a )?(?:call|ring|line|note|buzz|shout)\b"),
    Cue("call", 9, r"\b(?:call|phone|ring)\b"),
    Cue("feel free", 3, r"\bfeel free\b|\b(?:don[’']?t|not) (?:hesitate|forget)\b"),
    Cue(
        "you need",
        1,
        rf"\b(?:you|u)(?:[’']ll| will| all| guys)? {_ADV}(?:may |might |would |could )?{_ADV}(?:need|have|ought) to\b",
    ),
    Cue("let's", 12, r"\blet[’']?s\b|\blet us\b"),
    Cue("we should", 7, rf"\b(?:we|you and i|us) {_ADV}(?:should|need|ought|must|have) (?:to )?\b"),
    Cue("we could", 7, rf"\b(?:we|i) {_ADV}(?:can|could|might|may|will|shall|would|[’']ll) {_ADV}\b"),
    Cue(
        "maybe we",
        7,
        r"\b(?:maybe|perhaps) (?:we|you|i)\b|\bwhy don[’']?t (?:we|you|i)\b|\b(?:how|what) about\b|\bwhat if\b|\bhow[’']?s\b",
    ),
    Cue(
        "i'd like you",
        9,
        rf"\b(?:i|we)(?:[’']d| would)? {_ADV}(?:like|love|want|need|expect|urge|ask|advise|recommend|suggest|request) (?:that )?(?:you|u|your|everyone|each|all of you)\b",
    ),
    Cue(
        "would like to meet",
        4,
        rf"\b(?:like|love|want|need|wanted|hope|hoping|glad|happy|pleased|able|forward|free|available|time)\b.{{0,25}}\b(?:to )?{_MEET}",
    ),
    Cue(
        "would be great",
        7,
        r"\bwould be (?:greatly |really |very |much |most )*(?:appreciated|grateful|helpful|great|nice|good|better|best|useful)\b",
    ),
    Cue(
        "wondering",
        10,
        r"\b(?:wonder(?:ing)?|curious|not sure|unclear|hoping)\b.{0,12}\b(?:if|whether|when|what|how|that|you)\b",
    ),
    Cue("i need", 11, rf"\b(?:i|we)(?:[’']ll| will)? {_ADV}need\b"),
    Cue(
        "need your",
        -8,
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
    Cue("question", 4, r"\?"),
    Cue("question, last", 15, r"\?[\s\"')\]]*$"),
    Cue("question word", -6, r"(?:^|[,.:;!–—-] ?)\W*(?:what|when|where|who|which|why|how)\b[^.]*\?"),
    Cue("yes or no", 4, rf"(?:^|[,.:;!–—-] ?)\W*(?:{_LEAD})?(?:is|are|do|does|did|have|has|was|were|any|am)\b[^.]*\?"),
    Cue("command", 15, rf"^[\W\d]*(?:{_LEAD}){{0,3}}(?:(?:simply|just|go ahead and) )?{_VERB}\b{_NO_NOUN}"),
    Cue("command, after a condition", 13, rf"^[\W\d]*(?:{_LEAD})?{_COND}\s*(?:then |just )?{_VERB}\b"),
    Cue(
        "command, by name",
        4,
        rf"^[\W\d]*(?:{_SMALL}\s+)?{_NAMES}\s*[,:;–—]+-*\s*(?:{_SMALL}[\s,]+)?(?:{_HELP} )?{_VERB}\b",
    ),
    Cue("to you", 5, r"\byou\b|\byour\b"),
    Cue(
        "he, she",
        -11,
        r"^\W*(?:and |but |so |also )?(?:he|she|they|it|there|this|these|those|the|his|her|their|my|our|a|an|all|some|many|most|in|at)\b",
    ),
    Cue("i did", -6, r"\b(?:i|we|he|she|they)(?:[’']ve| have| has| had| was| were| did| got| just)\b"),
    Cue("past", -5, r"\b\w{3,}ed\b|\bwas\b|\bwere\b|\bhad\b|\bdid\b"),
    Cue(
        "if you would like, mass mail",
        -9,
        r"\bif you(?:[’']d| would| wish| want| no longer| prefer| do not| don[’']t| have (?:any|trouble)| received)\b.*\b(?:click|visit|link|unsubscribe|contact us|e-?mail us|follow|tap|go to|update|here|below)\b",
    ),
    Cue(
        "mass mail",
        -5,
        r"\b(?:unsubscribe|safe (?:sender|list)|address ?book|acrobat reader|preferences|no longer wish|intended recipient|in error|list owner|subscri\w+|newsletter|terms (?:of|and)|do not reply|customer service|privacy|web-?browser|marketing|promotion\w*|coupon|offer|deals?|sale|discount|free|win|prize|deliver(?:y|ed)|notifications?|alerts?|e-?mails?)\b",
    ),
    Cue("capitals", -7, r"(?-i:\b[A-Z]{4,}\b.*\b[A-Z]{4,}\b)"),
    Cue("prices", -4, r"\$\d|\d ?%"),
    Cue("thanks", -7, r"^\W*(?:thanks|thank you|thx)\b"),
    Cue("see you", -4, r"\b(?:see|talk to) (?:you|ya)\b"),
    Cue("suggest", 6, r"\b(?:suggest|propose|recommend|recommendation|suggestion)\b"),
    Cue("want to", -4, r"\bwant(?:ed|s)? to\b"),
    Cue("sent", -5, r"\b(?:sent|provided|prepared|signed|returned|completed|forwarded|sending|sends)\b"),
    Cue(
        "you must, first",
        7,
        rf"^[\W\d]*(?:{_LEAD})?you {_ADV}(?:need|have|must|should|ought|may (?:want|need|wish|prefer)|might (?:want|need)|will (?:need|have|want)) ",
    ),
    Cue("you can", 10, r"\byou (?:can|could|may|might)\b"),
    Cue("we can, first", 11, rf"^[\W\d]*(?:{_LEAD})?we (?:can|could|might|may)\b"),
    Cue(
        "i will do",
        -5,
        rf"\b(?:i|we)(?:[’']ll| will| shall|[’']m going to| am going to) {_ADV}(?:send|get|give|call|see|meet|fill|let|forward|fax|e-?mail|talk|discuss|try|check|be|have|do|make|work|put|need|come|look|provide|bring|find|tell|review)\b",
    ),
    Cue("i will, for you", 6, r"\b(?:i|we)(?:[’']ll| will| shall)\b.*\byou\b"),
    Cue(
        "want to know",
        8,
        r"\b(?:want|wanted|need|needed|like|love) to (?:see|know|make sure|discuss|confirm|hear|find out|check|ask|talk|get|verify|understand)\b",
    ),
    Cue("if you, first", -4, rf"^[\W\d]*(?:{_LEAD})?(?:if|should) you\b"),
    Cue("if you, later", 4, r"\w.{8,}\bif you\b"),
    Cue("if it", 6, r"\bif (?:i|we|it|they|he|she|the|this|that)\b"),
    Cue(
        "please, mass mail",
        -7,
        rf"\b{_HELP} (?:click|visit|follow|go to|add|update|contact us|e-?mail us|do not reply|don[’']?t reply|log|enable|download|use)\b",
    ),
    Cue(
        "and a command",
        8,
        r"\b(?:and|or|then|;|,)\s+(?:then |also |please )?(?:send|call|let|give|forward|get|return|sign|fax|e-?mail|tell|ask|check|see|put|have|make)\b",
    ),
    Cue("do you", 4, rf"\b(?:do|did|are|were|have|will|would|can|could) {_YOU}\b[^.]*\?"),
    Cue("come", 13, r"\b(?:join|attend|participate|come (?:to|by|over)|stop by|drop by|swing by)\b"),
    Cue(
        "soon",
        4,
        r"\b(?:asap|as soon as possible|soon|immediately|right away|at your (?:earliest )?convenience|when you (?:get|have) a (?:chance|minute|moment))\b",
    ),
    Cue(
        "suits me",
        4,
        r"\b(?:works for|fine with|good for|ok with|okay with|okay for|good with|free|available|open|count me in|i[’']m in)\b",
    ),
    Cue("happy to", 8, r"\b(?:happy|glad|pleased|welcome|willing|delighted|love) to\b"),
    Cue("me, us", 6, r"\b(?:me|us)\b"),
    Cue("to me", 3, r"\b(?:to|with|for|by) (?:me|us)\b"),
    Cue("my, our", 2, r"\b(?:my|our)\b"),
    Cue(
        "a paper",
        4,
        r"\b(?:attached|attachment|enclosed|below|following|draft|document|agreement|contract|spreadsheet|memo|copy)\b",
    ),
    Cue("he, she, anywhere", -3, r"\b(?:he|she|they|him|her|them|their|his)\b"),
    Cue(
        "not",
        -4,
        r"\b(?:don[’']?t|do not|didn[’']?t|doesn[’']?t|isn[’']?t|aren[’']?t|won[’']?t|wouldn[’']?t|not|never|no)\b",
    ),
    Cue("since, which", -3, r"\b(?:because|since|although|though|while|whether|so that|which|who)\b"),
    Cue(
        "anybody",
        -3,
        r"\b(?:people|everyone|anyone|someone|customers?|users?|members?|health|body|life|world|baby|weight|money|cash|credit|free)\b",
    ),
    Cue("long", -4, r"^\W*\w+(?:\W+\w+){29,}"),
    Cue("loud", -3, r"!"),
    Cue("marks of a list or page", -7, r"[@#]\w|&\w+;|\*\w|^\W*>|\|"),
)


def is_ask(sentence: str) -> bool:
    """Whether a sentence asks its reader to do, answer or decide something."""
    return points(sentence) > ENOUGH


@lru_cache(maxsize=4096)  # seventy searches a sentence, and a page of mail is opened again and again
def points(sentence: str) -> int:
    """How much speaks for it that a sentence asks: above ENOUGH it does."""
    text = " ".join(sentence.split())
    return sum(cue.points for cue in CUES if cue.found.search(text))
