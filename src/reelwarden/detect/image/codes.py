"""QR codes and other machine-readable codes, with what they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

import cv2
import numpy as np

from reelwarden.detect.boxes import ratio_box
from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.view import FrameView
from reelwarden.domain import Box, Evidence, Fact, Signal

CODE, LINK, CONTACT, PAYMENT = "qr", "qr.link", "qr.contact", "qr.payment"
FORMATS = "QRCode MicroQRCode RMQRCode Aztec DataMatrix PDF417 MaxiCode EAN13 EAN8 UPCA Code128"
"""Striped formats without a check digit (ITF, Codabar, Code 39) read numbers out of fences and shirts."""
LONGEST = 4096
"""Characters of content that a signal carries."""

LINKS = re.compile(r"^\s*(https?://|www\.|urlto:|mebkm:)", re.I)
BARE_LINKS = re.compile(r"^\s*[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/\S*)?\s*$", re.I)
CONTACTS = re.compile(
    r"^\s*(mailto:|matmsg:|tel:|sms(to)?:|mecard:|begin:vcard|bizcard:|facetime(-audio)?:|skype:|tg:|whatsapp:|weixin:"
    r"|line:|viber:|https?://(www\.)?(t\.me|telegram\.me|wa\.me|api\.whatsapp\.com|u\.wechat\.com|weixin\.qq\.com"
    r"|qm\.qq\.com|line\.me|snapchat\.com/add|instagram\.com|(m\.)?facebook\.com|m\.me|discord\.gg|kik\.me|zalo\.me"
    r"|onlyfans\.com)/)|^\s*(\+\d[\d ().-]{7,16}\d|\(?\d+(\)? ?|[ .-])\d+([ .-]\d+)+)\s*$",
    re.I,
)
PAYMENTS = re.compile(
    r"^\s*(bitcoin(cash)?:|ethereum:|litecoin:|dogecoin:|monero:|solana:|tron:|ripple:|lightning:|ln(bc|url)1?[0-9a-z]{20}"
    r"|upi://|wxp://|alipays?://|bcd\n|bcd\r\n|spc\r?\n|000201\d{4}|epc:|payto:|swish:|https?://(www\.)?(qr\.alipay\.com"
    r"|paypal\.me|paypal\.com/(paypalme|qrcodes)|cash\.app|venmo\.com|payapp\.weixin\.qq\.com|buy\.stripe\.com"
    r"|ko-fi\.com|buymeacoffee\.com)/)|^\s*(bc1[0-9a-z]{25,}|0x[0-9a-f]{40})\s*$",
    re.I,
)


class Codes(FrameDetector):
    """`qr` for each code, with content, format and box, and what the content is: a link, a contact, a payment.

    The score is 1: a code that was read has passed its own check digits.
    """

    name: ClassVar[str] = "codes"
    tells: ClassVar[Tells] = {CODE: (), LINK: (), CONTACT: (), PAYMENT: ()}
    side: ClassVar[int] = 1280

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        grey = np.asarray(cv2.cvtColor(frame.fit(self.side), cv2.COLOR_RGB2GRAY), np.uint8)
        signals = []
        for code in sorted(read(grey), key=lambda code: (code.position.top_left.y, code.position.top_left.x)):
            facts: dict[str, Fact] = {"format": str(code.format).rpartition(".")[2]}
            evidence = Evidence(box_of(code, *grey.shape[::-1]), code.text[:LONGEST], facts)
            labels = (CODE, *sorted(meaning(code.text)))
            signals += [self.signal(frame, label, 1.0, evidence) for label in labels if label in self.asked]
        return signals


def meaning(content: str) -> frozenset[str]:
    """The labels under `qr` that the content calls for. A link to an account or a payment page is both."""
    kinds = {LINK: LINKS, CONTACT: CONTACTS, PAYMENT: PAYMENTS}
    found = frozenset(label for label, pattern in kinds.items() if pattern.search(content))
    return found or frozenset({LINK} if BARE_LINKS.search(content) else ())


def read(grey: np.typing.NDArray[np.uint8]) -> list[Any]:
    """The codes that zxing finds in [height, width] and whose check digits are right."""
    import zxingcpp

    return [code for code in zxingcpp.read_barcodes(grey, formats=_formats()) if code.valid and code.text]


@cache
def _formats() -> Any:
    import zxingcpp

    return zxingcpp.barcode_formats_from_str(FORMATS.replace(" ", ","))


def box_of(code: Any, width: int, height: int) -> Box:
    """The upright box around the code's four corners."""
    where = code.position
    corners = [(c.x, c.y) for c in (where.top_left, where.top_right, where.bottom_right, where.bottom_left)]
    points = np.array(corners, np.float32)
    return ratio_box(np.concatenate([points.min(axis=0), points.max(axis=0)]), width, height)
