"""Text moderation, answered at once."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelwarden.accounts import lists, metering
from reelwarden.api.native.guard import Here, Submitter
from reelwarden.text.match import CATEGORIES
from reelwarden.text.moderation import TextOptions, moderate_text

router = APIRouter(tags=["text"])


class TextRequest(BaseModel):
    """What to look at, and for what. What is left out takes the usual value."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"text": "write to me at jo (at) example.com", "languages": ["en"]}},
    )

    text: str = Field(max_length=200_000)
    languages: list[str] | None = Field(None, max_length=32, description="Those it may be in.")
    countries: list[str] | None = Field(None, max_length=300, description="For telephone numbers.")
    categories: list[str] | None = Field(None, max_length=64, description="Those to look for.")
    source: str = Field("clean", description="clean, ocr or asr.")
    lists: list[str] = Field([], max_length=50, description="Names or ids of the account's text lists.")
    semantic: bool = Field(True, description="Let a model have a second opinion.")


@router.post("/text")
def text(caller: Submitter, house: Here, asked: TextRequest) -> Any:
    """Says what is unwanted in a text: language, categories, each match with its place and severity."""
    import time

    usual = TextOptions()
    database = house.desk.database
    options = TextOptions(
        languages=tuple(asked.languages or usual.languages),
        countries=tuple(asked.countries or usual.countries),
        categories=frozenset(asked.categories or CATEGORIES),
        source=asked.source,  # type: ignore[arg-type]
        lists=lists.compiled(database, caller.account, asked.lists) if asked.lists else (),
        semantic=asked.semantic,
    )
    found = moderate_text(asked.text, options).as_json()
    with database.begin() as connection:
        metering.count(connection, caller.account, caller.key, metering.day_of(time.time()), {"text": 1})
    return found
