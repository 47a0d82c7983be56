"""Every error that a user may see, as one tree.

    ReelwardenError
    ├── UsageError               the call itself is wrong: an unknown label, an impossible option
    │   └── NoSuch               there is nothing of this name or id: a list, a policy, a key, an account, a plan
    ├── SettingsError            a setting or a configuration file is wrong
    ├── PolicyError              a policy file is wrong
    ├── RecordingError           a file of stored signals is not one, or was cut short
    ├── FetchError               the bytes could not be brought in
    │   └── EgressRefused        the address is one that we do not talk to
    ├── MediaError               the bytes are not media that we can look at
    │   ├── NotMedia             no known container, an unsupported format, a playlist, an empty file
    │   ├── MediaDamaged         a container, but no picture or sound could be decoded
    │   └── LimitExceeded        over a limit: pixels, duration, bytes, streams, wall time, memory
    └── ModelError
        ├── ModelMissing         the weight file is not installed
        ├── ModelDamaged         the hash is not the catalogue's
        ├── LicenceNotAccepted   the weights need `--accept-licence`
        └── InstallFailed        pip or npm could not bring the package

`str(error)` is one line that says what happened; `error.hint` says what to do next (may be empty).
`error.code` is a stable snake_case word for programs.
"""

from __future__ import annotations

from typing import ClassVar


class ReelwardenError(Exception):
    """The root: `message` is one line, `hint` what the reader can do about it."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ReelwardenError):
    code = "usage"


class NoSuch(UsageError):
    """Nothing of this name or id. To most dialects just a wrong call; where something is asked for by name, a 404."""


class SettingsError(ReelwardenError):
    code = "settings"


class PolicyError(ReelwardenError):
    code = "policy"


class RecordingError(ReelwardenError):
    code = "recording"


class FetchError(ReelwardenError):
    code = "fetch_failed"


class EgressRefused(FetchError):
    code = "egress_refused"


class MediaError(ReelwardenError):
    code = "media"


class NotMedia(MediaError):
    code = "not_media"


class MediaDamaged(MediaError):
    code = "media_damaged"


class LimitExceeded(MediaError):
    """`limit` names the limit that was met: pixels, duration, bytes, streams, packets, wall_time, cpu_time, memory."""

    code = "limit_exceeded"

    def __init__(self, limit: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.limit = limit


class ModelError(ReelwardenError):
    code = "model"


class ModelMissing(ModelError):
    code = "model_missing"


class ModelDamaged(ModelError):
    code = "model_damaged"


class LicenceNotAccepted(ModelError):
    code = "licence_not_accepted"


class InstallFailed(ModelError):
    code = "install_failed"
