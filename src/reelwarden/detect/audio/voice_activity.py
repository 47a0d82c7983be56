"""When somebody speaks."""

from __future__ import annotations

from typing import ClassVar

from reelwarden.detect.audio.activity import MODEL, Span, Spans, speech
from reelwarden.detect.detector import AudioDetector, Ear
from reelwarden.detect.sound import Sound, Stretch
from reelwarden.domain import Evidence, Signal


class VoiceActivity(AudioDetector):
    """One signal for each run of speech; its score is the mean probability."""

    name = "voice_activity"
    tells: ClassVar = {"voice.speech": (MODEL,)}

    def ear(self, stretch: Stretch) -> Ear:
        return _Ear(self, stretch)


class _Ear(Ear):
    def __init__(self, detector: VoiceActivity, stretch: Stretch) -> None:
        self.detector, self.track = detector, stretch.track
        self.spans = Spans()

    def hear(self, sound: Sound) -> list[Signal]:
        return self._signals(self.spans.feed(sound.time, speech(sound, self.detector.store)))

    def early(self) -> list[Signal]:
        return self._signals(self.spans.early())

    def close(self) -> list[Signal]:
        return self._signals(self.spans.close())

    def _signals(self, spans: list[Span]) -> list[Signal]:
        evidence = Evidence(facts={"track": self.track})
        return [self.detector.signal("voice.speech", s.score, s.start, s.end, evidence) for s in spans]
