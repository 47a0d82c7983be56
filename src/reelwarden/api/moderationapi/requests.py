"""The bodies of POST /moderate and of the first generation's calls."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_TEXT = 1_000_000
MOST_URL = 8000
MOST_PARTS = 50
Id = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[str, Field(min_length=1, max_length=MOST_URL)]
Meta = Literal["profile", "message", "post", "comment", "event", "product", "review", "voice", "other"]
Millis = Annotated[float, Field(ge=0, le=4e12)]


class TextPart(BaseModel):
    type: Literal["text"]
    text: str = Field(max_length=MOST_TEXT)


class MediaPart(BaseModel):
    type: Literal["video", "audio"]
    url: Address


class ImagePart(BaseModel):
    """`url`, or `data`: the picture in Base64."""

    type: Literal["image"]
    url: Address | None = None
    data: str | None = None


Part = Annotated[TextPart | MediaPart | ImagePart, Field(discriminator="type")]


class ObjectContent(BaseModel):
    type: Literal["object"]
    data: dict[Annotated[str, Field(max_length=200)], Part] = Field(min_length=1, max_length=MOST_PARTS)


Content = Annotated[TextPart | MediaPart | ImagePart | ObjectContent, Field(discriminator="type")]


class ClientAction(BaseModel):
    """What the caller thinks already."""

    action: Literal["allow", "review", "reject"]
    behavior: Literal["override", "escalate"] | None = None
    source: str | None = Field(None, max_length=500)
    reason: str | None = Field(None, max_length=2000)


class PolicyWish(BaseModel):
    """One policy; what else it says is kept for those that understand it."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(max_length=100)
    flag: bool | None = None
    threshold: float | None = Field(None, ge=0, le=1)

    @property
    def more(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Moderate(BaseModel):
    content: Content
    contentId: Id | None = None
    authorId: Id | None = None
    conversationId: Id | None = None
    channel: Annotated[str, Field(max_length=200)] | None = None
    metaType: Meta | None = None
    metadata: dict[str, Any] | None = None
    doNotStore: bool | None = None
    timestamp: Millis | None = None
    clientAction: ClientAction | None = None
    policies: list[PolicyWish] | None = Field(None, max_length=100)


class FirstModerate(BaseModel):
    """The first generation: `value` is a text, `url` everything else."""

    contentId: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    authorId: Id | None = None
    contextId: Id | None = None
    metadata: dict[str, Any] | None = None
    doNotStore: bool | None = None


class FirstText(FirstModerate):
    value: str = Field(max_length=MOST_TEXT)


class FirstMedia(FirstModerate):
    url: Address
