"""Ways to write a telephone number, for the recall tables. Written apart from the library's own word lists."""

from __future__ import annotations

import random
from collections.abc import Callable

import phonenumbers

UNITS = {
    "en": "zero one two three four five six seven eight nine",
    "zh": "零 一 二 三 四 五 六 七 八 九",
    "da": "nul en to tre fire fem seks syv otte ni",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
    "fi": "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "ko": "공 일 이 삼 사 오 육 칠 팔 구",
    "no": "null en to tre fire fem seks sju åtte ni",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "sv": "noll ett två tre fyra fem sex sju åtta nio",
    "tl": "sero isa dalawa tatlo apat lima anim pito walo siyam",
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
}
TEENS = {
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "da": "ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
    "nl": "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
    "fr": "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
    "de": "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "it": "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
    "no": "ti elleve tolv tretten fjorten femten seksten sytten atten nitten",
    "pl": "dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście "
    "dziewiętnaście",
    "pt": "dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove",
    "ru": "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать "
    "девятнадцать",
    "es": "diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "sv": "tio elva tolv tretton fjorton femton sexton sjutton arton nitton",
    "tr": "on on_bir on_iki on_üç on_dört on_beş on_altı on_yedi on_sekiz on_dokuz",
    "fi": "kymmenen yksitoista kaksitoista kolmetoista neljätoista viisitoista kuusitoista seitsemäntoista "
    "kahdeksantoista yhdeksäntoista",
    "tl": "sampu labing-isa labindalawa labintatlo labing-apat labinlima labing-anim labimpito labingwalo labinsiyam",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "da": "tyve tredive fyrre halvtreds tres halvfjerds firs halvfems",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "no": "tjue tretti førti femti seksti sytti åtti nitti",
    "pl": "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt "
    "dziewięćdziesiąt",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "sv": "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
    "tr": "yirmi otuz kırk elli altmış yetmiş seksen doksan",
    "fi": "kaksikymmentä kolmekymmentä neljäkymmentä viisikymmentä kuusikymmentä seitsemänkymmentä kahdeksankymmentä "
    "yhdeksänkymmentä",
    "tl": "dalawampu tatlumpu apatnapu limampu animnapu pitumpu walumpu siyamnapu",
}
UNIT_FIRST = {"da": "og", "nl": "en", "de": "und"}
BETWEEN = {"es": " y ", "pt": " e ", "tl": "'t ", "it": "", "fi": "", "sv": "", "no": "", "en": "-", "fr": "-"}


AREAS = [212, 310, 415, 617, 702, 303, 512, 404, 206, 646, 718, 213, 305, 713]
NATIVE_KOREAN = ("공", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")


def pair_in_words(pair: int, language: str) -> str:
    """A number of two digits as it is said."""
    units = UNITS[language].split()
    if pair < 10:
        return f"{units[0]} {units[pair]}"
    if pair < 20:
        return TEENS[language].split()[pair - 10].replace("_", " ")
    tens, unit = TENS[language].split()[pair // 10 - 2], units[pair % 10]
    if pair % 10 == 0:
        return tens
    if language == "fr" and pair // 10 in (7, 9):
        return f"{tens.removesuffix('-dix')}-{TEENS['fr'].split()[pair % 10]}"
    if language in UNIT_FIRST:
        # "einundzwanzig", not "einsundzwanzig".
        first = "ein" if language == "de" and pair % 10 == 1 else unit
        return f"{first}{UNIT_FIRST[language]}{tens}"
    if language == "it" and pair % 10 in (1, 8):
        tens = tens[:-1]
    if language == "es" and tens == "veinte":
        return f"veinti{unit}"
    return f"{tens}{BETWEEN.get(language, ' ')}{unit}"


def numbers(country: str, count: int, seed: int = 7) -> list[str]:
    """Valid mobile numbers of us, fr or gb as they are dialled at home, digits only."""
    rng = random.Random(f"{seed}{country}")
    found: list[str] = []
    while len(found) < count:
        if country == "us":
            area = rng.choice(
                ["212", "310", "415", "617", "702", "303", "512", "404", "206", "646", "718", "213", "305", "713"]
            )
            digits = f"{area}{rng.randint(200, 989)}{rng.randint(0, 9999):04d}"
        elif country == "fr":
            digits = f"0{rng.choice('67')}{rng.randint(0, 99_999_999):08d}"
        else:
            digits = f"07{rng.choice('45789')}{rng.randint(0, 99_999_999):08d}"
        number = phonenumbers.parse(digits, country.upper())
        if phonenumbers.is_valid_number_for_region(number, country.upper()):
            found.append(digits)
    return found


def e164(digits: str, country: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(digits, country.upper()), phonenumbers.PhoneNumberFormat.E164)


Rng = random.Random
Disguise = Callable[[str, Rng], str]


def grouped(digits: str) -> list[str]:
    """As people group them: 3 3 4 in the US, pairs in France, 5 3 3 in Britain."""
    if len(digits) == 11:
        return [digits[:5], digits[5:8], digits[8:]]
    if digits[0] == "0":
        return [digits[place : place + 2] for place in range(0, 10, 2)]
    return [digits[:3], digits[3:6], digits[6:]]


def with_separator(separator: str) -> Disguise:
    return lambda digits, rng: separator.join(grouped(digits))


def each(separator: str) -> Disguise:
    return lambda digits, rng: separator.join(digits)


def in_digits(first: str, zero: str = "") -> Disguise:
    """Digits of another kind: `first` is the 0, or with `zero` the 1."""

    def disguise(digits: str, rng: Rng) -> str:
        return "".join(
            (zero if d == "0" else chr(ord(first) + int(d) - 1)) if zero else chr(ord(first) + int(d)) for d in digits
        )

    return disguise


def odd_separators(digits: str, rng: Rng) -> str:
    return "".join(group + rng.choice("~*•|/_#·:;&^,…") for group in grouped(digits))[:-1]


def odd_everywhere(digits: str, rng: Rng) -> str:
    sign = rng.choice(["~", "*", "•", "|", "/", "_", "·", "-"])
    return sign.join(digits)


def scripts_mixed(digits: str, rng: Rng) -> str:
    zeros = "0０𝟎𝟘𝟢𝟬𝟶٠०๐০"
    return "".join(chr(ord(rng.choice(zeros)) + int(digit)) for digit in digits)


def styles_and_signs(digits: str, rng: Rng) -> str:
    return rng.choice("-.|/").join(scripts_mixed(group, rng) for group in grouped(digits))


def keycaps(digits: str, rng: Rng) -> str:
    return "".join(f"{digit}\ufe0f\u20e3" for digit in digits)


def between(sign: str) -> Disguise:
    return lambda digits, rng: "".join(digit + sign for digit in digits)


def lookalikes(table: dict[str, str], share: float = 1.0) -> Disguise:
    return lambda digits, rng: " ".join(
        "".join(table[d] if d in table and rng.random() < share else d for d in group) for group in grouped(digits)
    )


def bracketed(digits: str, rng: Rng) -> str:
    opening, closing = rng.choice(["()", "[]", "{}", "【】", "〔〕", "«»", "「」"])
    return "".join(f"{opening}{group}{closing}" for group in grouped(digits))


def bracketed_words(digits: str, rng: Rng) -> str:
    units = UNITS["en"].split()
    opening, closing = rng.choice(["()", "[]", "【】", "{}"])
    return " ".join(f"{opening}{' '.join(units[int(d)] for d in group)}{closing}" for group in grouped(digits))


def words(language: str, joint: str = " ") -> Disguise:
    units = UNITS[language].split()
    return lambda digits, rng: joint.join(units[int(digit)] for digit in digits)


def pairs_in_words(language: str) -> Disguise:
    def disguise(digits: str, rng: Rng) -> str:
        first = digits[: len(digits) % 2]
        lead = [UNITS[language].split()[int(digit)] for digit in first]
        rest = [int(digits[place : place + 2]) for place in range(len(first), len(digits), 2)]
        return " ".join((*lead, *(pair_in_words(pair, language) for pair in rest)))

    return disguise


def mixed(language: str) -> Disguise:
    units = UNITS[language].split()
    return lambda digits, rng: " ".join(
        units[int(digit)] if place % 2 or rng.random() < 0.2 else digit for place, digit in enumerate(digits)
    )


def glued_mixed(digits: str, rng: Rng) -> str:
    units = UNITS["en"].split()
    return "".join(units[int(digit)] if place % 2 else digit for place, digit in enumerate(digits))


def random_case(digits: str, rng: Rng) -> str:
    text = words("en")(digits, rng)
    return "".join(rng.choice((char.upper(), char.lower())) for char in text)


def doubled(digits: str, rng: Rng) -> str:
    units = UNITS["en"].split()
    said: list[str] = []
    place = 0
    while place < len(digits):
        twice = digits[place : place + 2] == digits[place] * 2
        said.append(("double " if twice else "") + units[int(digits[place])])
        place += 2 if twice else 1
    return " ".join(said)


def abroad(digits: str, plus: str) -> str:
    code = {"0": {10: "33", 11: "44"}.get(len(digits), "")}.get(digits[0], "1")
    return plus + code + " " + " ".join(grouped(digits)).removeprefix("0").strip()


def styled_letters(digits: str, rng: Rng) -> str:
    return "".join(chr(0x1D41A + ord(c) - 97) if c.isalpha() else c for c in words("en")(digits, rng))


def accented_words(digits: str, rng: Rng) -> str:
    marks = {"e": "é", "o": "ö", "i": "ï", "u": "ü", "n": "ñ"}
    return "".join(marks.get(char, char) for char in words("en")(digits, rng))


def dashes_said(digits: str, rng: Rng) -> str:
    return " dash ".join(" ".join(UNITS["en"].split()[int(d)] for d in group) for group in grouped(digits))


FAMILIES: dict[str, Disguise] = {
    "plain": each(""),
    "spaces": with_separator(" "),
    "dots": with_separator("."),
    "dashes": with_separator("-"),
    "slashes": with_separator("/"),
    "underscores": with_separator("_"),
    "long dashes": with_separator(" – "),
    "plus": lambda digits, rng: abroad(digits, "+"),
    "double nought": lambda digits, rng: abroad(digits, "00"),
    "each spaced": each(" "),
    "each dashed": each("-"),
    "each dotted": each("."),
    "each with comma": each(", "),
    "each with dots": each("..."),
    "each on a line": each("\n"),
    "odd signs": odd_separators,
    "odd signs everywhere": odd_everywhere,
    "emoji between": each("🔥"),
    "fullwidth": in_digits("０"),
    "bold": in_digits("𝟎"),
    "double-struck": in_digits("𝟘"),
    "monospace": in_digits("𝟶"),
    "segmented": in_digits("🯰"),
    "circled": in_digits("①", "⓪"),
    "black circles": in_digits("❶", "⓿"),
    "bracketed digits": in_digits("⑴", "0"),
    "keycaps": keycaps,
    "arabic-indic": in_digits("٠"),
    "persian": in_digits("۰"),
    "devanagari": in_digits("०"),
    "thai": in_digits("๐"),
    "subscript": in_digits("₀"),
    "scripts mixed": scripts_mixed,
    "styles and signs": styles_and_signs,
    "zero width": between("\u200b"),
    "soft hyphens": between("\u00ad"),
    "direction marks": between("\u200f"),
    "struck through": between("\u0336"),
    "stacked marks": between("\u0301\u0302\u0323"),
    "O for 0": lookalikes({"0": "O"}),
    "O l S": lookalikes({"0": "O", "1": "l", "5": "S"}, 0.6),
    "o I B Z": lookalikes({"0": "o", "1": "I", "8": "B", "2": "Z"}, 0.4),
    "brackets": bracketed,
    "bracketed words": bracketed_words,
    "words and digits": mixed("en"),
    "words and digits glued": glued_mixed,
    "RanDom cAse": random_case,
    "double said": doubled,
    "dash said": dashes_said,
    "styled words": styled_letters,
    "accented words": accented_words,
    "financial numerals": lambda digits, rng: "".join("零壹貳叁肆伍陸柒捌玖"[int(digit)] for digit in digits),
    "native korean": lambda digits, rng: " ".join(NATIVE_KOREAN[int(d)] for d in digits),
}
FAMILIES |= {f"words {code}": words(code) for code in UNITS}
FAMILIES |= {f"hyphens {code}": words(code, "-") for code in UNITS}
FAMILIES |= {f"glued {code}": words(code, "") for code in UNITS}
FAMILIES |= {f"pairs {code}": pairs_in_words(code) for code in TENS}
FAMILIES |= {f"mixed {code}": mixed(code) for code in UNITS if code != "en"}

CARRIERS = ("{}", "call me: {}", "my number is {} ok?", "text {} asap!", "{} is my cell")
