"""`reelwarden transcribe`: what is said in a video or an audio file, when."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reelwarden.errors import ModelMissing, ReelwardenError, UsageError

if TYPE_CHECKING:
    from reelwarden.detect.audio.speech import SpokenWords
    from reelwarden.domain import AudioChunk
    from reelwarden.settings import Settings
    from reelwarden.speech.transcript import Transcript
    from reelwarden.terminal import Bar

EXIT_ERROR = 2
NO_PICTURES = 1e9
"""A step so long that only the first picture of a video is decoded."""
SMALLEST_SIDE = 16


@click.command("transcribe")
@click.argument("sources", nargs=-1, required=True, metavar="FILE...")
@click.option("--vtt", is_flag=True, help="WebVTT subtitles.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, one a line, with every word's time.")
@click.option("--lang", help="The language spoken, as an ISO 639-1 code (default: found out).", metavar="CODE")
def command(sources: tuple[str, ...], vtt: bool, as_json: bool, lang: str | None) -> None:
    """Say what is spoken in each FILE, and when: all audio tracks, in any of 99 languages, offline."""
    from reelwarden.settings import load

    if vtt and as_json:
        raise UsageError("--vtt and --json exclude each other")
    settings = load()
    detector = _detector(settings, lang)
    failed = False
    for source in sources:
        try:
            show(source, _transcript(source, detector, settings), vtt, as_json, headed=len(sources) > 1)
        except ReelwardenError as error:
            failed = True
            click.echo(f"error: {source}: {error}", err=True)
            if error.hint:
                click.echo(f"  hint: {error.hint}", err=True)
    sys.exit(EXIT_ERROR if failed else 0)


def show(source: str, found: Transcript, vtt: bool, as_json: bool, headed: bool) -> None:
    """Prints one transcript; `headed` says before it which file it is of."""
    from reelwarden.speech.webvtt import clock, webvtt

    if as_json:
        click.echo(json.dumps({"file": source, **found.as_json()}, ensure_ascii=False))
    elif vtt:
        click.echo(webvtt(found), nl=False)
    else:
        if headed:
            click.echo(f"== {source}")
        for one in found.utterances:
            click.echo(f"{clock(one.start)[:-4]}  {one.text}")
        if not found.utterances:
            click.echo(f"{source}: nobody speaks", err=True)


def _detector(settings: Settings, lang: str | None) -> SpokenWords:
    from reelwarden.detect.audio.speech import kinds
    from reelwarden.models.store import ModelStore

    store = ModelStore(settings.models_dir, settings.own_models)
    (kind,) = kinds(store)
    missing = [model for model in kind.tells["text.speech"] if not store.installed(model)]
    if missing:
        names = " ".join(missing)
        raise ModelMissing(f"{names} is not installed", f"run `reelwarden models install {names}`")
    detector = kind(store, frozenset({"text.speech"}))
    if lang is not None:
        known = detector.recogniser.languages
        if known and lang not in known:
            raise UsageError(f"the recogniser does not know the language {lang!r}", f"it knows {', '.join(known)}")
        detector.language = lang
    return detector


def _transcript(source: str, detector: SpokenWords, settings: Settings) -> Transcript:
    from reelwarden.detect.listener import Listener
    from reelwarden.domain import AudioChunk
    from reelwarden.ingest.fetch import fetch
    from reelwarden.media.decoder_process import decode
    from reelwarden.media.limits import Limits
    from reelwarden.media.sampling import Every
    from reelwarden.speech.transcript import transcript
    from reelwarden.terminal import progress_bar

    listener = Listener([detector])
    with (
        progress_bar(Path(source).name or source) as bar,
        fetch(source, settings, progress=bar.downloaded) as file,
        decode(file.path, Every(NO_PICTURES), SMALLEST_SIDE, audio=True, limits=Limits.of(settings)) as decoding,
    ):
        chunks = (_told(piece, bar, decoding.info.duration) for piece in decoding if isinstance(piece, AudioChunk))
        return transcript(list(listener.run(chunks)))


def _told(chunk: AudioChunk, bar: Bar, whole: float | None) -> AudioChunk:
    bar.looked(chunk.time, whole)
    return chunk
