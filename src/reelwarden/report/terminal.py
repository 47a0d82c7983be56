"""A result in the terminal: a table of moments, the verdict, what nobody could tell, and where the time went."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reelwarden.decide.verdict import clock, outcome_of
from reelwarden.domain import MediaKind, Moment, Outcome, Unavailable
from reelwarden.report.plain import gravest, media_facts, visible, what
from reelwarden.result import Failure, Result, Timing

STYLES = {Outcome.PASS: "", Outcome.REVIEW: "yellow", Outcome.REJECT: "bold red"}
MARKS = {Outcome.PASS: " ", Outcome.REVIEW: "?", Outcome.REJECT: "!"}
SIGNS = {Outcome.PASS: "PASS", Outcome.REVIEW: "REVIEW", Outcome.REJECT: "REJECT"}
SIGN_STYLES = {Outcome.PASS: "bold green", Outcome.REVIEW: "bold yellow", Outcome.REJECT: "bold red"}
BAR = 5
ROWS = 40
"""More moments than this are counted, not listed: those that decide come first."""
REASONS = 3
NAMES = 6


def print_result(result: Result | Failure, console: Console) -> None:
    """Prints one file. Colours and width are the console's; nothing that was read in the media reaches it raw."""
    if isinstance(result, Failure):
        _print_failure(result, console)
        return
    console.print(_heading(result), soft_wrap=False)
    shown = gravest(result, ROWS)
    if shown:
        console.print(_table(result, shown))
    if len(shown) < len(result.moments):
        console.print(f"  … and {len(result.moments) - len(shown)} more; --html and --json list more", style="dim")
    for paragraph in _closing(result):
        console.print(paragraph)


def _print_failure(failure: Failure, console: Console) -> None:
    console.print(
        Text.assemble((visible(failure.file), "bold"), ": ", ("ERROR ", "bold red"), visible(str(failure.error)))
    )
    if failure.error.hint:
        console.print(Text(f"  hint: {visible(failure.error.hint)}", "dim"))


def _heading(result: Result) -> Text:
    duration = [] if result.media.duration is None else [clock(result.media.duration)]
    facts = ", ".join([*duration, *map(visible, media_facts(result.media))])
    return Text.assemble((visible(result.file), "bold"), (f"  {facts}", "dim"))


def _outcome(moment: Moment, result: Result) -> Outcome:
    return outcome_of(moment, result.policy.rule(moment.label))


def _table(result: Result, moments: Iterable[Moment]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", width=1)
    table.add_column("label", overflow="fold", max_width=24)
    if result.media.kind is not MediaKind.IMAGE:
        table.add_column("from – to", no_wrap=True)
    table.add_column("peak", no_wrap=True)
    table.add_column("by", overflow="ellipsis", no_wrap=True, max_width=12)
    table.add_column("what", overflow="fold", ratio=1)
    for moment in moments:
        outcome = _outcome(moment, result)
        cells = [Text(MARKS[outcome], STYLES[outcome]), Text(moment.label, STYLES[outcome])]
        if result.media.kind is not MediaKind.IMAGE:
            cells.append(Text(_times(moment)))
        cells += [_peak(moment, outcome), Text(visible(moment.detector), "dim"), _what(moment, result)]
        table.add_row(*cells)
    return table


def _times(moment: Moment) -> str:
    return clock(moment.start) if moment.end <= moment.start else f"{clock(moment.start)}–{clock(moment.end)}"


def _peak(moment: Moment, outcome: Outcome) -> Text:
    full = round(max(0.0, min(1.0, moment.peak)) * BAR)
    return Text.assemble(f"{moment.peak:.2f} ", ("━" * full, STYLES[outcome] or "cyan"), ("─" * (BAR - full), "dim"))


def _what(moment: Moment, result: Result) -> Text:
    rule = result.policy.rule(moment.label)
    found = what(moment)
    text = Text(found if len(found) <= 160 else f"{found[:159]}…")
    if not rule.informs and not moment.corroborated:
        text.append(f"{' ' if found else ''}({moment.looks} of {rule.looks} looks)", "dim")
    return text


def _closing(result: Result) -> list[Text]:
    said = [_verdict(result)]
    reasons = result.verdict.reasons
    said += [Text(f"  {visible(reason.why)}") for reason in reasons[:REASONS]]
    if len(reasons) > REASONS:
        said.append(Text(f"  … and {len(reasons) - REASONS} more reasons", "dim"))
    said += [Text(f"  note: {visible(note)}") for note in result.notes]
    if result.unavailable:
        said.append(Text(f"  not told: {_missing(result.unavailable)}", "dim"))
    if result.timing.wall:
        said.append(Text(f"  {_time(result.timing, result.media.duration)}", "dim"))
    return said


def _verdict(result: Result) -> Text:
    outcome = result.verdict.outcome
    return Text.assemble((SIGNS[outcome], SIGN_STYLES[outcome]), (f"  policy {visible(result.verdict.policy)}", "dim"))


def _missing(unavailable: Iterable[Unavailable]) -> str:
    """`12 labels no model here can tell (weapon.firearm, drug, …)`."""
    labels = sorted(missing.label for missing in unavailable)
    named = ", ".join(labels[:NAMES]) + (", …" if len(labels) > NAMES else "")
    return f"{len(labels)} {'label' if len(labels) == 1 else 'labels'} that no model here can tell ({named})"


def _time(timing: Timing, duration: float | None) -> str:
    """`4.1 s (7.3 × real time): decode 1.2, ocr 0.9, nudity 0.8`."""
    looked = duration is not None and duration > 1 and "decode" in timing.stages
    pace = f" ({(duration or 0) / timing.wall:.1f} × real time)" if looked else ""
    stages = sorted(timing.stages.items(), key=lambda stage: -stage[1])[:NAMES]
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages if seconds >= 0.05)
    return f"{timing.wall:.1f} s{pace}" + (f"; CPU seconds: {parts}" if parts else "")
