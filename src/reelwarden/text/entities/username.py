"""User names and handles: "@john_doe", "my snap is xyz_12", "discord: some.one", snapUser23, tiktok_user123."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reelwarden.text.entities.glyphs import plain
from reelwarden.text.entities.hosts import COMMON_TLDS
from reelwarden.text.entities.wordlists import words
from reelwarden.text.match import Match

_PLATFORM = (
    r"snap(?:chat)?|snp|sc|ig|insta(?:gram)?|tik\s?tok|tt|kik|telegram|tele|tg|discord|disc|dc|twitter|facebook|fb|"
    r"whats?app|wasap|wechat|weixin|vx|wx|line|kakao(?:talk)?|skype|viber|signal|twitch|steam|roblox|psn|xbox|youtube|"
    r"yt|onlyfans|of|tumblr|reddit|cash\s?app|venmo|paypal|vk|bsky|threads|bereal|hinge|tinder|"
    r"인스타|카톡|카카오톡|텔레그램|라인|디코|微信|威信|薇信|телега|телеграм|инста|вк"
)
_NAMED = (
    r"user\s?names?|user\s?id|handle|gamer\s?tag|screen\s?name|nick(?:name)?|account|acc|@|id|pseudo|usuario|usuário|"
    r"benutzername|nutzername|gebruikersnaam|brugernavn|användarnamn|brukernavn|käyttäjänimi|nome\sutente|"
    r"nombre\sde\susuario|nom\sd.utilisateur|nazwa\sużytkownika|ник|логин|kullanıcı\sadı|hesab\w*|konto|compte|cuenta|conta|"
    r"아이디|닉네임|닉|계정|用户名|帐号|账号|号"
)
_IS = r"is|are|es|est|ist|è|é|er|är|on|jest|to|это|:|=|->|→|-|：|은|는|이|가|是|ay|si|name|me|add|at|on|@|#|\(|，|,"
_NAME = r"@?([A-Za-z0-9](?:[\w.-]{1,30}[A-Za-z0-9_])(?:#\d{4})?)"
_AT = re.compile(r"(?<![\w@./:-])@([A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_]))(?![\w@]|\.[a-z])")
_INTRODUCED = re.compile(
    rf"(?<![A-Za-z])(?:(?:{_PLATFORM})|(?:{_NAMED}))(?:\s?(?:{_PLATFORM}|{_NAMED}|{_IS})){{0,4}}[\s:=(\[\"'“]{{0,3}}(?<![A-Za-z]){_NAME}",
    re.I,
)
_CERTAIN = re.compile(rf"(?:{_NAMED})\W|[:=：→]|->", re.I)
_BARE = re.compile(
    r"(?<![\w@./\\-])(?=[A-Za-z_]*[A-Za-z])(?=\w*(?:[A-Z_]\w*\d|\d\w*_))[A-Za-z]\w{4,30}(?![\w@/\\(-]|\.\w)"
)
_BARE_SHAPE = re.compile(
    r"[A-Za-z]{3,}_[A-Za-z0-9_]*\d{2,}|[A-Za-z]+\d+_[A-Za-z]\w*|[a-z]+[A-Z][a-z]+\d{2,4}|[A-Z][a-z]+[A-Z][a-z]+\d{2,4}|"
    r"[xX]{1,2}_\w+_[xX]{1,2}|(?:snap|insta|tiktok|user|kik)\w*\d{2,}"
)
_TAGGED = re.compile(r"(?<![\w#@])[A-Za-z0-9][\w.]{1,31}#\d{4}(?!\w)")

_TIMES_AND_PLACES = words(
    """
    home work school noon night midnight morning once all least best first last here there the everyone here channel
    media import font-face keyframes param return override property dataclass
    """
)
_PRODUCTS = re.compile(
    r"(?:i?phone|ipad|imac|macbook|playstation|windows|galaxy|pixel|xbox|covid|covid_?19|office|python|java|img|dsc|vid|"
    r"image|photo|file|page|fig|table|sha|utf|int|uint|float|mp|h\.?26|chapter|version|iso|rfc|usb|bit)_?\w*$",
    re.I,
)


def find(text: str) -> list[Match]:
    """Handles in the original text: their shape is in their capitals and signs, so nothing is folded first."""
    found: list[Match] = []
    for start, end in (*_handles(text), *_introduced(text), *_shaped(text)):
        match = Match("username", start, end, value=text[start:end].lstrip("@"))
        if not any(match.overlaps(other) for other in found):
            found.append(match)
    return sorted(found, key=lambda match: match.start)


def _handles(text: str) -> Iterator[tuple[int, int]]:
    if "@" in text:
        for match in _AT.finditer(text):
            name = match[1]
            if len(name) > 1 and name.lower() not in _TIMES_AND_PLACES and not _is_time(name):
                yield match.span()
    elif not text.isascii() and "@" in plain(text):
        for match in re.finditer(r"[＠﹫]([A-Za-z0-9_.]{2,30})", text):
            yield match.span()


def _is_time(name: str) -> bool:
    return name.isdecimal() or re.fullmatch(r"\d+(?:am|pm|h|hrs?|uhr|k)\d*", name.lower()) is not None


def _introduced(text: str) -> Iterator[tuple[int, int]]:
    """A name after the name of a platform: it must look like one, unless a colon or "username" says that it is."""
    for match in _INTRODUCED.finditer(text):
        name = match[1]
        before = match[0][: match.start(1) - match.start()]
        certain = _CERTAIN.search(before) is not None and match[0][-len(name) - 1 :][:1] != "-"
        if _is_ordinary(name, certain):
            continue
        start = match.start(1) - (text[match.start(1) - 1] == "@")
        yield start, match.end(1)


def _is_ordinary(name: str, certain: bool) -> bool:
    if name.isdecimal() or _PRODUCTS.match(name) or _ends_like_a_file(name) or _is_time(name):
        return True
    letters = any(char.isalpha() for char in name)
    marked = any(char.isdecimal() or char == "_" for char in name) or re.search(r"[a-z][A-Z]|\w\.\w", name) is not None
    if not letters:
        return True
    return not marked and not (certain and len(name) >= 5 and name.lower() not in _COMMON)


def _ends_like_a_file(name: str) -> bool:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return ending in COMMON_TLDS or ending in _FILE_ENDINGS


_FILE_ENDINGS = words("jpg jpeg png gif pdf doc docx txt mp3 mp4 mov avi zip html php exe py js json csv xml")
_COMMON = words(
    """
    great good broken down free working available better awesome there private public banned blocked hacked deleted
    closed number please about story stories media posts video videos https world still where which their would could
    should never always really gonna going coming taken added friends follow account password because
    """
)


def _shaped(text: str) -> Iterator[tuple[int, int]]:
    for match in _BARE.finditer(text):
        if _BARE_SHAPE.fullmatch(match[0]) and not _PRODUCTS.match(match[0]):
            yield match.span()
    if "#" in text:
        for match in _TAGGED.finditer(text):
            if any(char.isalpha() for char in match[0]):
                yield match.span()
