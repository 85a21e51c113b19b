"""How alike two written names are, for a search that a person looks at: pure functions of text.

Names are compared without case, accents, titles and company forms, in any order, by nickname, by sound and by slips of the pen. Everything
that brought a score about is said in words. A score is not a probability: 80 and more is close, 68 and more possible.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CLOSE, POSSIBLE = 80, 68

_FOLD = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_FORMS = {
    *("inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "ltd", "limited", "pc", "pllc", "pa", "plc"),
    *("gmbh", "sa", "nv", "ag", "lllp"),
}  # fmt: skip
_DROPPED = {
    "the",
    "and",
    "of",
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "hon",
    "esq",
    "esquire",
    "md",
    "phd",
    "cpa",
    "de",
    "la",
    "del",
}
_GENERATION: dict[str, str] = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "2nd": "ii", "iii": "iii", "3rd": "iii", "iv": "iv"
}  # fmt: skip
_GENERAL = {
    *("group", "services", "associates", "partners", "holdings", "enterprises", "management", "properties", "consulting", "international"),
    *("solutions", "industries", "trust", "foundation", "bank", "systems", "technologies", "investments", "capital", "national"),
    *("american", "construction", "realty", "estate", "partnership", "township", "city", "county", "church", "school", "university"),
}  # fmt: skip
_SHORT: dict[str, str] = {
    "assoc": "associates", "assocs": "associates", "associate": "associates", "bros": "brothers", "cons": "consulting",
    "constr": "construction",
    "ent": "enterprises", "enterprise": "enterprises", "grp": "group", "hldgs": "holdings", "holding": "holdings", "ins": "insurance",
    "intl": "international", "mfg": "manufacturing", "mgmt": "management", "mgt": "management", "natl": "national", "prop": "properties",
    "props": "properties", "property": "properties", "ptnrs": "partners", "partner": "partners", "svc": "services", "svcs": "services",
    "service": "services", "sys": "systems", "tech": "technologies", "technology": "technologies", "twp": "township", "univ": "university",
    "st": "saint", "mt": "mount", "ft": "fort", "dept": "department", "ctr": "center", "centre": "center", "hosp": "hospital",
    "med": "medical",
    "fdn": "foundation", "est": "estate", "invs": "investments", "investment": "investments", "solution": "solutions",
}  # fmt: skip
_NICKNAMES = (
    "alexander alex sandy sasha alec", "alexandra alex sandra sandy", "andrew andy drew", "anthony tony", "barbara barb",
    "benjamin ben benny",
    "catherine katherine kathryn kate katie kathy cathy kitty", "charles charlie chuck chas",
    "christopher chris kit topher kristopher kris",
   
    "christina christine chris tina", "daniel dan danny", "david dave davey",
    "deborah deb debbie debra", "dennis denny", "donald don donnie",
    "dimitri dimitrios dmitri dimitris",
    "dorothy dot dottie dolly", "edward ed eddie ted ned",
    "elizabeth liz beth betty eliza lizzie betsy libby", "eleanor ellie nell nora",
    "eugene gene", "frances fran frannie", "francis frank", "frederick fred freddie", "gabriel gabe", "george geo", "gerald gerry jerry",
    "gregory greg", "harold hal harry", "henry hank harry", "isabella bella izzy", "jacob jake", "james jim jimmy jamie", "janet jan",
    "jeffrey jeff geoffrey geoff", "jennifer jen jenny", "jessica jess jessie", "john jack johnny jon", "jonathan jon", "joseph joe joey",
    "joshua josh", "judith judy", "kenneth ken kenny", "kimberly kim", "lawrence larry laurence", "leonard len lenny", "louis lou lewis",
    "margaret maggie meg peggy marge margie greta", "martha marty", "martin marty", "matthew matt", "michael mike mickey mick",
    "nathaniel nathan nate nat", "nicholas nick nicky", "pamela pam", "patricia pat patty trish", "patrick pat paddy", "peter pete",
    "philip phil phillip", "raymond ray", "rebecca becky becca", "richard rick dick rich richie ricky", "robert bob rob bobby robbie bert",
    "ronald ron ronnie", "russell russ", "samuel sam sammy", "samantha sam", "stanley stan", "stephen steve steven stephan",
    "susan sue susie suzanne", "theodore ted theo teddy", "theresa teresa terry tess", "thomas tom tommy", "timothy tim",
    "victoria vicky tori",
    "vincent vince vinny", "virginia ginny", "walter walt", "william bill will billy willy liam", "zachary zach zack",
    "abigail abby gail", "adelaide addie", "albert al bert", "alfred al fred alfie", "allison allie", "amanda mandy", "arthur art",
    "augustus gus augie", "beatrice bea trixie", "bernard bernie", "bradley brad", "bridget biddy", "calvin cal", "caroline carrie",
    "cecilia cece",
    "clifford cliff", "clinton clint", "constance connie", "cornelius neil con", "cynthia cindy", "douglas doug", "edith edie",
    "edwin ed eddie",
    "emily em emmy", "ernest ernie", "esther essie", "eugenia genie", "evelyn evie", "florence flo", "franklin frank", "genevieve gen",
    "gertrude trudy gert", "gilbert gil", "gwendolyn gwen", "harriet hattie", "helen nell nellie", "herbert herb bert", "howard howie",
    "irene renee", "isaac ike", "jacqueline jackie", "jeremiah jerry", "josephine jo josie", "julia julie", "katarina kat", "leonard leo",
    "leslie les", "lillian lily lil", "lucille lucy", "mabel mae", "madeline maddie", "marjorie marge", "maxwell max", "melissa missy",
    "mildred millie", "milton milt", "mitchell mitch", "nancy nan", "norman norm", "oliver ollie", "penelope penny", "priscilla cilla",
    "randolph randy randall", "reginald reggie reg", "roderick rod", "rodney rod", "roger rodge", "roland rollie", "rosemary rose rosie",
    "roxanne roxie", "sarah sally sadie", "sebastian seb", "sheldon shel", "sidney sid", "solomon sol", "stuart stu", "sylvester sly",
    "tabitha tabby", "terrence terry", "valerie val", "veronica ronnie", "wallace wally", "wesley wes", "wilfred will fred",
    "winifred winnie",
)  # fmt: skip
_ALSO = re.compile(
    r"\b(?:d/?b/?a|a/?k/?a|f/?k/?a|n/?k/?a|t/?a|formerly(?: known as)?|also known as|doing business as)\b\.?", re.I
)


@dataclass(frozen=True)
class Written:
    """A name as it is compared: its words in order, the generation that it states, whether its form or words are a company's."""

    words: tuple[str, ...]
    generation: str
    company: bool


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, 0 to 100, and why, in words."""

    score: int
    why: tuple[str, ...]


def readings(name: str) -> tuple[str, ...]:
    """The names that one written name stands for: `Hess LLC d/b/a Blue Door (fka Hess Bros)` is three."""
    pieces = _ALSO.split(re.sub(r"[()\[\]]", " ", name))
    found = [" ".join(piece.split()).strip(" ,;") for piece in pieces]
    return tuple(dict.fromkeys(piece for piece in found if piece))


def folded(text: str) -> str:
    """Text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_FOLD))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=50_000)
def written(name: str) -> Written:
    """A name taken apart. Its family name may stand first: the order of words is not compared."""
    text = re.sub(r"['’`.]", "", re.sub(r"(?<=\b\w)\.(?=\w\b)", "", folded(name))).replace("&", " and ")
    words: list[str] = []
    generation, company = "", False
    for word in re.findall(r"[a-z0-9]+", text):
        if word in _GENERATION and words:
            generation = _GENERATION[word]
        elif word in _FORMS:
            company = True
        elif word not in _DROPPED:
            words.append(str(_SHORT.get(word, word)))
    return Written(tuple(words), generation, company or any(word in _GENERAL for word in words))


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """How a word sounds in English, roughly: a first letter and its consonants, after Philips' Metaphone (1990), simplified."""
    text = re.sub(r"(.)\1+", r"\1", word)
    for pattern, instead in _SOUNDS:
        text = re.sub(pattern, instead, text)
    if not text:
        return word
    first = "a" if text[0] in "aeiouy" else text[0]
    return first + re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", text[1:]))


_SOUNDS = (
    (r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"), (r"^wh", "w"), (r"^mc|^mac(?=[^aeiou])", "mk"), (r"mb$", "m"),
    (r"sch", "x"), (r"chr", "kr"), (r"tch|ch|sh|tio|sio|cz", "x"), (r"ph", "f"), (r"gh(?=t|n|$)", ""), (r"ght", "t"), (r"ck|cq", "k"),
    (r"c(?=[eiy])", "s"), (r"[cq]", "k"), (r"x(?=$)", "x"), (r"dg(?=[eiy])", "j"), (r"g(?=[eiy])", "j"), (r"v", "f"), (r"z", "s"),
    (r"th", "t"), (r"dt", "t"),
)  # fmt: skip


@lru_cache(maxsize=200_000)
def slips(one: str, other: str, most: int = 3) -> int:
    """How many slips of the pen lie between two words (one letter more, less, another, or two swapped); `most` + 1 for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        last, before, row = before, row, [n]
        for m, against in enumerate(other, 1):
            cost = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (letter != against))
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == against:
                cost = min(cost, last[m - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)


_SHORT_OF = tuple(frozenset(line.split()) for line in _NICKNAMES)
_GROUPS: dict[str, set[int]] = {}
for _number, _group in enumerate(_SHORT_OF):
    for _name in _group:
        _GROUPS.setdefault(_name, set()).add(_number)


@lru_cache(maxsize=400_000)
def _word(one: str, other: str) -> tuple[float, str]:
    """How alike two words are, 0 to 1, and why where they are not the same."""
    if one == other:
        return 1.0, ""
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return (0.8, f"{short.upper()} may stand for {long.title()}") if long[0] == short else (0.0, "")
    if _GROUPS.get(one, set()) & _GROUPS.get(other, set()):
        return 0.95, f"{one.title()} and {other.title()} are forms of one name"
    if any(letter.isdigit() for letter in one + other):
        return 0.0, ""
    if frozenset((one, other)) in _TWO or one + "a" == other or other + "a" == one:
        return 0.0, ""
    apart, alike = slips(one, other, 2), sound(one) == sound(other)
    if (not alike and one[0] != other[0]) or (len(short) < 7 and _another_vowel(one, other)):
        return 0.0, ""
    if alike and apart <= (1 if len(short) < 7 else 2):
        return 0.92, f"{one.title()} sounds like {other.title()}"
    if (apart == 1 and len(short) >= 6) or (apart == 2 and len(short) >= 9):
        return 0.88, f"{one.title()} is {apart} letter{'s' if apart > 1 else ''} off {other.title()}"
    if alike and len(long) - len(short) <= 2 and len(short) >= 3 and (apart <= 2 or len(sound(one)) >= 4):
        return 0.84, f"{one.title()} sounds like {other.title()}"
    return 0.0, ""


def _another_vowel(one: str, other: str) -> bool:
    """Whether one vowel stands for another inside short words, Tim and Tom; i and y, a and e between consonants are one sound."""
    if len(one) != len(other):
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return (
        len(pairs) == 1 and set(pairs[0]) <= set("aeiouy") and set(pairs[0]) not in ({"i", "y"}, {"a", "e"}, {"e", "i"})
    )


# names of two people, a letter or two apart
_TWO = {
    frozenset(pair.split())
    for pair in (
        *("francis frances", "andrew andrea", "louis louise", "dennis denise", "denis denise", "christian christina", "daniel danielle"),
        *("michael michelle", "john joan", "jean joan", "jean john", "paul paulo", "maria marie", "maria mario", "marie mario"),
        *("simon simone", "jon joan"),
        *("joseph josephine", "charles charlene", "george georgia", "victor victoria", "eric erin", "gabriel gabrielle", "rene renee"),
        *("martin martina", "angel angela", "mark mary", "marc mary", "carl carol", "carol carole", "gene jean", "don dan", "ben dan"),
    )
}  # fmt: skip


def likeness(one: str, other: str) -> Likeness:
    """How alike two names are, each read once (see `readings` for those that hold several)."""
    a, b = written(one), written(other)
    if not a.words or not b.words:
        return Likeness(0, ())
    if sorted(a.words) == sorted(b.words) or "".join(a.words) == "".join(b.words):
        return _generations(a, b, 100.0, ["the same words"])
    if (apart := _run_together(a, b)) is not None:
        return apart
    few, many = sorted((a.words, b.words), key=lambda words: (len(words), words))
    got, why, left = _aligned(few, many)
    if not got:
        return _letters(a, b)
    lonely = [word for word, value, _ in got if value == 0.0]
    short = sum(_weight(word) * value for word, value, _ in got) / sum(map(_weight, few))
    whole = sum(map(_weight, many))
    long = sum(_weight(word) * value for _, value, word in got if word) / whole
    company = a.company or b.company
    score = 100 * (0.62 * short + 0.38 * long if company else 0.86 * short + 0.14 * long)
    if len(few) == 1:  # a family name alone, or the first word of a company's
        score = min(score, 76.0 if _weight(few[0]) == 1 else 60.0)
    if not company and lonely:
        score = _other_first(score, lonely, left, why)
    if not any(value >= 0.88 and _weight(word) == 1 for word, value, _ in got):
        score = min(score, 60.0)
    return _generations(a, b, score, why or ["the words that both have"])


def _run_together(a: Written, b: Written) -> Likeness | None:
    """`Blue Sky` and `BlueSky`, `Mc Donald` and `McDonald`: words that one writes together."""
    if len(a.words) == len(b.words):
        return None
    one, other = sorted("".join(a.words)), sorted("".join(b.words))
    if one == other and len(one) > 5:
        return _generations(a, b, 95.0, ["the same letters, parted otherwise"])
    return None


def _letters(a: Written, b: Written) -> Likeness:
    """An acronym of the other's words."""
    few, many = sorted((a, b), key=lambda each: len(each.words))
    if len(few.words) == 1 and len(many.words) >= 3 and few.words[0] == "".join(word[0] for word in many.words):
        return Likeness(75, (f"{few.words[0].upper()} are the first letters",))
    return Likeness(0, ())


def _aligned(few: tuple[str, ...], many: tuple[str, ...]) -> tuple[list[tuple[str, float, str]], list[str], list[str]]:
    """Each word of the shorter name with its best like of the longer; why; and what is left of the longer."""
    left, got, why = list(many), [], list[str]()
    for word in sorted(few, key=lambda each: (each not in many, -len(each))):
        like = max(left, key=lambda each: _word(word, each)[0], default="")
        value, said = _word(word, like) if like else (0.0, "")
        got.append((word, value, like if value else ""))
        if value:
            left.remove(like)
            if said:
                why.append(said)
    return got if any(value for _, value, _ in got) else [], why, left


def _other_first(score: float, lonely: list[str], left: list[str], why: list[str]) -> float:
    """A person's name where a word of each has no like in the other: an initial that differs weighs less than a name that does."""
    if all(len(word) == 1 for word in lonely) and all(len(word) == 1 for word in left):
        why.append("another middle initial")
        return min(score, 76.0)
    return min(score, 62.0) if left else score


def _generations(a: Written, b: Written, score: float, why: list[str]) -> Likeness:
    if a.generation != b.generation:
        if a.generation and b.generation:
            return Likeness(round(min(score, 74.0)), (*why, f"{a.generation} is not {b.generation}"))
        why = [*why, "one says which generation"]
    return Likeness(round(score), tuple(why))


def _weight(word: str) -> float:
    if len(word) == 1:
        return 0.35
    return 0.4 if word in _GENERAL else 1.0


def best_likeness(one: str, other: str) -> Likeness:
    """The best likeness between any readings of two written names."""
    found = [likeness(mine, theirs) for mine in readings(one) for theirs in readings(other)]
    return max(found, key=lambda each: each.score, default=Likeness(0, ()))
