"""An account's settings: a document whose every field is known, so that a slip of the pen is not a silent default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reelwarden.accounts.domains import allowed, canonical
from reelwarden.accounts.plans import DOMAIN_LISTS, Plan
from reelwarden.errors import EgressRefused, UsageError
from reelwarden.ingest.url import parse

Dialect = Literal["native", "sightengine", "deepcleer", "deepengin", "moderationapi"]
HIDDEN = "…"


def _http(url: str) -> str:
    try:
        parse(url)
    except EgressRefused as error:
        raise ValueError(f"must be an http or https address: {error}") from error
    return url


def _domain(pattern: str) -> str:
    try:
        return canonical(pattern)
    except UsageError as error:
        raise ValueError(f"{error}: {error.hint}") from error


Domain = Annotated[str, AfterValidator(_domain)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_http)]

Seconds = Annotated[float | None, Field(gt=0, le=3650 * 86400)]


class Options(BaseModel):
    """What an account may say once for all its submissions. Nothing said: the server's own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    policy: str | None = Field(None, max_length=200, description="The name of a stored policy.")
    retention: Seconds = Field(None, description="Seconds that results and media are kept.")
    review_retention: Seconds = Field(None, description="Seconds that a review item is kept that was decided on.")
    review_waiting: Seconds = Field(None, description="Seconds that a review item is kept that nobody decided on.")
    author_retention: Seconds = Field(None, description="Seconds that an author is kept who is not seen any more.")
    keep: bool | None = Field(None, description="False: nothing of a submission stays behind once it is delivered.")
    callback_url: Url | None = Field(None, description="Where callbacks go that name no address.")
    callback_secret: str | None = Field(None, min_length=8, max_length=500, description="What signs callbacks.")
    callback_domains: list[Domain] = Field([], max_length=500, description="Where callbacks may go; none: anywhere.")
    media_domains: list[Domain] = Field([], max_length=500, description="Where media may come from; none: anywhere.")
    dialects: dict[Dialect, dict[str, Any]] = Field({}, description="What one dialect alone understands.")


def validated(document: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The document with what was said only, ready to be kept. Raises UsageError naming the field that is wrong."""
    try:
        options = Options.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        hint = f"there are {', '.join(Options.model_fields)}" if first["type"] == "extra_forbidden" else ""
        raise UsageError(f"the account's setting {name} is wrong: {first['msg']}", hint) from error
    lists = [name for name in ("callback_domains", "media_domains") if getattr(options, name)]
    if lists and DOMAIN_LISTS not in plan.features:
        raise UsageError(f"the plan {plan.name} has no lists of domains", f"leave out {' and '.join(lists)}")
    if options.callback_url:
        may_call(options.model_dump(), options.callback_url)
    return options.model_dump(exclude_defaults=True)


def merged(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document after the changes, not yet validated; a field set to None goes back to the server's own.

    Dialects are merged one by one, their options as a whole.
    """
    dialects = {**document.get("dialects", {}), **(changes.get("dialects") or {})}
    whole = {**document, **changes, "dialects": {name: said for name, said in dialects.items() if said is not None}}
    return {name: value for name, value in whole.items() if value is not None}


def shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its secrets, for people to read."""
    return {name: _hidden(name, value) for name, value in document.items()}


def _hidden(name: str, value: Any) -> Any:
    if any(word in name.lower() for word in ("secret", "password")):
        return HIDDEN
    return shown(value) if isinstance(value, Mapping) else value


def may_call(settings: Mapping[str, Any], url: str) -> None:
    """Raises UsageError where the account's own list of domains keeps callbacks from going there."""
    _listed(settings, "callback_domains", url, "callbacks may not go to")


def may_fetch(settings: Mapping[str, Any], url: str) -> None:
    """Raises UsageError where the account's own list of domains keeps media from coming from there."""
    _listed(settings, "media_domains", url, "media may not come from")


def _listed(settings: Mapping[str, Any], name: str, url: str, words: str) -> None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if not allowed(host, settings.get(name, ())):
        raise UsageError(f"{words} {host or 'an address without a host'}", f"add it to the account's {name}")
