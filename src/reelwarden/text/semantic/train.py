"""Makes head.npz from the exemplars: `python -m reelwarden.text.semantic.train`. Same exemplars, same head.

Several small networks are trained from different starting points and put side by side as one, which steadies what they
say of sentences unlike the exemplars. Needs the installed model; numpy does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from reelwarden import settings
from reelwarden.models.store import ModelStore
from reelwarden.text.semantic.e5 import SIZE, Embedder
from reelwarden.text.semantic.exemplars import Exemplar, exemplars
from reelwarden.text.semantic.head import GROUP, Floats, Head

NEUTRAL = "neutral"
"""The file of everyday sentences, instances of nothing."""
HATE = "discriminatory"

THRESHOLDS = {
    HATE: 0.3,
    "content_trade": 0.97,
    "grooming": 0.985,
    "insult": 0.95,
    "minor": 0.99,
    "money_transaction": 0.96,
    "platform_evasion": 0.95,
    "self_harm": 0.985,
    "sexual": 0.93,
    "violence": 0.97,
    GROUP: 0.6,
}
USUAL_THRESHOLD = 0.95
"""Set so that next to nothing of everyday sentences passes, the larger part of most lessons;
docs/reference/semantic.md has the figures.
"""

KOREAN = {HATE: 0.99, "grooming": 0.99, "insult": 0.99, "self_harm": 0.995, "violence": 0.99, "sexual": 0.97}
"""Higher ones for Korean, whose short comments leave out who does what to whom, and lie closer together than others."""

NETWORKS, HIDDEN = 3, 40
STEPS, RATE, DECAY, SCALE = 300, 0.01, 1e-4, 10.0

AKIN = (
    {"discriminatory", "violence", "insult"},
    {"violence", "self_harm", "insult"},
    {"insult", "sexual"},
    {"sexual", "grooming", "content_trade", "minor"},
    {"grooming", "minor", "platform_evasion", "content_trade"},
    {"content_trade", "money_transaction", "platform_evasion"},
)
"""Categories of which one sentence may be several: an instance of one says nothing about the others."""


@dataclass(frozen=True)
class Lesson:
    """`vectors` [n, 384]; `truth` [n, categories] 0 or 1; `weight` [n, categories], 0 where nothing is known."""

    categories: tuple[str, ...]
    vectors: Floats
    truth: Floats
    weight: Floats


def lesson(examples: Sequence[Exemplar], vectors: Floats) -> Lesson:
    """What the exemplars teach; instances and others weigh the same in each category."""
    categories = (*sorted({one.category for one in examples} - {NEUTRAL}), GROUP)
    truth = np.array([[_instance(one, name) for name in categories] for one in examples], np.float32)
    known = np.array([[_known(one, name) for name in categories] for one in examples], np.float32)
    share = truth.sum(0) / known.sum(0)
    weight = known * np.where(truth > 0, 0.5 / share, 0.5 / (1 - share))
    return Lesson(categories, vectors, truth, weight.astype(np.float32))


def _instance(one: Exemplar, category: str) -> bool:
    return one.group if category == GROUP else one.category == category and one.positive


def _known(one: Exemplar, category: str) -> bool:
    """An everyday sentence is an instance of nothing; only what looks like hate may still be an insult, or a threat."""
    if one.category == category or not (one.positive or one.category == HATE):
        return True
    return not any({one.category, category} <= group for group in AKIN)


def learn(lesson: Lesson) -> Head:
    """The head of a lesson, the same each time."""
    mean = lesson.vectors.mean(0)
    inputs = (lesson.vectors - mean) * SCALE
    parts = [_network(inputs, lesson, np.random.default_rng(seed)) for seed in range(NETWORKS)]
    hidden, hidden_bias, output, output_bias = (list(column) for column in zip(*parts, strict=True))
    return Head(
        categories=lesson.categories,
        mean=mean,
        scale=SCALE,
        hidden=np.concatenate(hidden, 1),
        hidden_bias=np.concatenate(hidden_bias),
        output=(np.concatenate(output) / NETWORKS).astype(np.float32),
        output_bias=np.mean(output_bias, 0),
        thresholds=_levels(lesson, THRESHOLDS),
        korean=_levels(lesson, THRESHOLDS | KOREAN),
    )


def _levels(lesson: Lesson, known: Mapping[str, float]) -> Floats:
    return np.array([known.get(name, USUAL_THRESHOLD) for name in lesson.categories], np.float32)


def _network(inputs: Floats, lesson: Lesson, dice: np.random.Generator) -> list[Floats]:
    """One network, by Adam on the whole lesson at once: [hidden, its bias, output, its bias]."""
    count = len(lesson.categories)
    weights: list[Floats] = [
        dice.normal(0, 0.5 / np.sqrt(SIZE) * 4, (SIZE, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        dice.normal(0, 1 / np.sqrt(HIDDEN), (HIDDEN, count)).astype(np.float32),
        np.zeros(count, np.float32),
    ]
    slow = [np.zeros_like(one) for one in weights]
    size = [np.zeros_like(one) for one in weights]
    for step in range(1, STEPS + 1):
        for at, slope in enumerate(_slopes(inputs, lesson, weights)):
            slow[at] = 0.9 * slow[at] + 0.1 * slope
            size[at] = 0.999 * size[at] + 0.001 * slope**2
            change = slow[at] / (1 - 0.9**step) / (np.sqrt(size[at] / (1 - 0.999**step)) + 1e-8)
            weights[at] = weights[at] - RATE * change
    return weights


def _slopes(inputs: Floats, lesson: Lesson, weights: Sequence[Floats]) -> list[Floats]:
    """How the loss (weighted logistic loss, and the square of the weights) grows with each weight."""
    hidden, hidden_bias, output, output_bias = weights
    inner = np.tanh(inputs @ hidden + hidden_bias)
    scores = 1 / (1 + np.exp(-np.clip(inner @ output + output_bias, -30, 30)))
    wrong = lesson.weight * (scores - lesson.truth) / len(inputs)
    back = wrong @ output.T * (1 - inner**2)
    return [inputs.T @ back + DECAY * hidden, back.sum(0), inner.T @ wrong + DECAY * output, wrong.sum(0)]


@click.command()
@click.option("--to", type=click.Path(path_type=Path), default=Path(__file__).with_name("head.npz"))
def main(to: Path) -> None:
    """Train the head and say how much of its own exemplars it gets right, a fifth of each category left out."""
    examples = exemplars()
    embedder = Embedder(ModelStore(settings.load().models_dir))
    vectors = np.stack([embedder.vector(one.text) for one in examples])
    learn(lesson(examples, vectors)).save(to)
    click.echo(report(examples, vectors))


FOLDS = 5


def report(examples: Sequence[Exemplar], vectors: Floats) -> str:
    """Recall and false alarms on exemplars that were left out: languages by turns, so that none is known by heart."""
    whole = lesson(examples, vectors)
    texts = {text: number % FOLDS for number, text in enumerate(dict.fromkeys(one.text for one in examples))}
    fold = np.array([texts[one.text] for one in examples])
    passed = np.zeros(whole.truth.shape, bool)
    for turn in range(FOLDS):
        left, kept = fold == turn, fold != turn
        part = replace(whole, vectors=vectors[kept], truth=whole.truth[kept], weight=whole.weight[kept])
        head = learn(part)
        passed[left] = head.scores(vectors[left]) >= head.thresholds
    rows = [f"{'category':20} instances  found  others  false alarms"]
    for at, name in enumerate(whole.categories):
        truth, known = whole.truth[:, at] > 0, whole.weight[:, at] > 0
        others = known & ~truth
        found, alarms = passed[truth, at].mean(), passed[others, at].mean()
        rows.append(f"{name:20} {truth.sum():9}  {found:5.3f}  {others.sum():6}  {alarms:.4f}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
