"""XML of strangers: no document type, no entities, bounded. Names come without their namespace."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

from reelwarden.errors import FetchError

MOST_ELEMENTS = 200_000
DOCTYPE = re.compile(r"<!\s*(doctype|entity)", re.IGNORECASE)


def read_xml(data: bytes, shown: str) -> Element:
    """The root. The text is decoded here, so that no declared encoding can hide a document type from the search."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FetchError(f"{shown}: XML that is not UTF-8") from error
    if DOCTYPE.search(text):
        raise FetchError(f"{shown}: XML with a document type is not read")
    if text.count("<") > 2 * MOST_ELEMENTS:
        raise FetchError(f"{shown}: XML of more than {MOST_ELEMENTS:,} elements")
    try:
        root = fromstring(text)  # noqa: S314 - what this warns of was refused above
    except (ParseError, ValueError) as error:
        raise FetchError(f"{shown}: XML that cannot be read") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if any(name.startswith("{") for name in element.attrib):
            element.attrib = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    return root
