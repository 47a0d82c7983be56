"""The second opinion with its weights, on sentences that are in no exemplar and in no public set."""

from __future__ import annotations

import numpy as np
import pytest

from reelwarden import settings
from reelwarden.models.store import ModelStore
from reelwarden.text.match import LANGUAGES
from reelwarden.text.moderation import moderate_text, semantic_unavailable
from reelwarden.text.semantic import e5, usual
from reelwarden.text.semantic.exemplars import exemplars
from reelwarden.text.semantic.opinion import Opinion

pytestmark = [pytest.mark.models, pytest.mark.slow]

HATE = {
    "en": "we must drive the Sikhs out of town, they are vermin",
    "zh": "难民都是害虫，应该赶出去",
    "da": "tyrkere er parasitter, smid dem alle ud",
    "nl": "Turken zijn parasieten, gooi ze allemaal het land uit",
    "fi": "somalit ovat loisia, kaikki pitäisi heittää ulos maasta",
    "fr": "les Roms sont des parasites, il faut tous les virer du pays",
    "de": "Türken sind Parasiten und gehören alle abgeschoben",
    "it": "i rom sono parassiti, bisogna cacciarli tutti dal paese",
    "ko": "중국인들은 기생충이다, 다 쫓아내야 해",
    "no": "somaliere er parasitter, kast dem ut av landet alle sammen",
    "pl": "Ukraińcy to pasożyty, wyrzucić ich wszystkich z kraju",
    "pt": "os ciganos são parasitas, tem que expulsar todos do país",
    "ru": "цыгане паразиты, всех надо вышвырнуть из страны",
    "es": "los gitanos son parásitos, hay que echarlos a todos del país",
    "sv": "somalier är parasiter, släng ut dem allihop ur landet",
    "tl": "salot ang mga Badjao, palayasin silang lahat sa bansa",
    "tr": "Suriyeliler asalak, hepsini ülkeden kovmak lazım",
}
FAIR = (
    "nobody may call the Sikhs vermin in this house",
    "my Turkish colleagues are the best team I ever had",
    "the council condemned the leaflet that compared Roma families to rats",
    "moths are parasites of beehives",
    "Turkish people run the bakery on our corner",
    "tax lawyers are the scum of the earth",
    "this keyboard is disgusting, I want it out of my office",
    "der Bürgermeister verurteilte den Angriff auf die türkische Gemeinde",
    "los gitanos de mi barrio tocan la guitarra muy bien",
    "les Roms ont le droit de vivre ici en paix",
    "цыгане прекрасно поют, мы их пригласили на праздник",
    "土耳其人开的面包店很好吃",
)
OTHERS = {
    "self_harm": "i took a razor to my wrists last night, i can't keep living",
    "violence": "i'll smash your skull with a hammer when you come home",
    "grooming": "don't tell your dad what we write here, delete it after reading, princess",
    "money_transaction": "wire me two hundred bucks before sunday",
    "content_trade": "send me one more picture of you in that dress",
    "platform_evasion": "give me your telegram so we can write over there",
    "insult": "you are so dumb that even your dog is ashamed of you",
}


@pytest.fixture
def opinion() -> Opinion:
    found = usual()
    if isinstance(found, str):
        pytest.skip(found)
    return found


def test_hate_is_found_in_every_language(opinion: Opinion) -> None:
    assert set(HATE) == set(LANGUAGES)
    missed = [lang for lang, text in HATE.items() if not opinion.find(text, ("discriminatory",), ())]
    assert len(missed) <= 2, missed


def test_counter_speech_things_and_callings_are_mostly_left_alone(opinion: Opinion) -> None:
    flagged = [text for text in FAIR if opinion.find(text, ("discriminatory",), ())]
    assert len(flagged) <= 2, flagged


def test_other_categories_are_mostly_found(opinion: Opinion) -> None:
    missed = [category for category, text in OTHERS.items() if not opinion.find(text, (category,), ())]
    assert len(missed) <= 1, missed


def test_these_sentences_are_in_no_exemplar() -> None:
    known = {one.text for one in exemplars()}
    assert known.isdisjoint((*HATE.values(), *FAIR, *OTHERS.values()))


def test_vectors_are_of_length_one_the_same_each_time_and_take_any_text(opinion: Opinion) -> None:
    embedder = e5.Embedder(ModelStore(settings.load().models_dir))
    for text in ("plain words", "", "\0", "\ud800 lone", "字" * 3000):
        one, two = embedder.vector(text), embedder.vector(text)
        assert one.shape == (e5.SIZE,)
        assert np.array_equal(one, two)
        assert np.linalg.norm(one) == pytest.approx(1, abs=1e-3)


def test_it_joins_the_words_and_patterns(opinion: Opinion) -> None:
    assert semantic_unavailable() == ""
    text = "tell nobody at home about our chats, especially not your mum"
    found = [match for match in moderate_text(text).matches if match.category == "grooming"]
    assert found and found[0].slice(text) == text
