"""What an account may say once for this dialect: `settings["dialects"]["sightengine"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reelwarden.accounts.caller import Caller
from reelwarden.api.labels import label_map
from reelwarden.api.sightengine import DIALECT
from reelwarden.api.sightengine.errors import Argument

INTERVALS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
Share = Annotated[float, Field(ge=0, le=1)]


class Rule(BaseModel):
    """The media is rejected where a number of the answer, named by its path, is over a threshold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(max_length=200, description="`nudity.sexual_activity`, `text.detections.insult`")
    over: Share = 0.5
    text: str = Field("", max_length=300, description="what `reject_reason` says; the path, where empty")


class Workflow(BaseModel):
    """What `workflow=wfl_…` stands for: models with their options, and the rules that reject."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: str = Field(max_length=1000)
    options: dict[str, str] = Field({}, description="parameters as a request has them: text_categories, opt_lang …")
    rules: tuple[Rule, ...] = ()


class Settings(BaseModel):
    """`untold`: what happens to a request that names a model which nothing here can tell. `events`: path of a number
    (as in `Rule`) → the threshold from which a callback is sent while the video is still looked at.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    untold: Literal["error", "omit"] = "error"
    interval: float = Field(2.0, ge=0.1, le=60, description="seconds between frames where the request says nothing")
    events: dict[str, Share | None] = Field({}, description="over the usual ones; None: no event")
    workflows: dict[str, Workflow] = {}

    @property
    def thresholds(self) -> dict[str, float]:
        """Path → threshold of what is an interesting event: the usual ones, changed by the account's."""
        said = {**label_map(DIALECT)["events"], **self.events}
        return {path: over for path, over in said.items() if over is not None}


def settings_of(caller: Caller) -> Settings:
    """Raises Argument where the account's own settings are not what they should be."""
    said: Mapping[str, Any] = caller.settings.get("dialects", {}).get(DIALECT, {})
    try:
        return Settings.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Argument(f"the account's settings for this API are wrong at {place}: {first['msg']}") from None
