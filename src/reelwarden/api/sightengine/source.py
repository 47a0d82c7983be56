"""Where the media of one request are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """`kind` is upload, url or stream. `media` and `uri` are the vendor's id and name of it; `id` is set where the
    submission has its id already, because its file was staged under it.
    """

    kind: str
    address: str
    name: str
    uri: str
    media: str
    id: str = ""
