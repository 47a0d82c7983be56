"""Ids as this vendor writes them: `req_` or `med_`, and 21 letters and digits."""

from __future__ import annotations

import re
import secrets
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LENGTH = 21
MEDIA = re.compile(rf"med_[0-9A-Za-z]{{{LENGTH}}}")


def request_id() -> str:
    return "req_" + _letters()


def media_id() -> str:
    return "med_" + _letters()


def _letters() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
