"""Which language a text is in: by its script, by its little words, by a statistical detector where these are not decisive."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tasks.normalize.choice import Candidate
from tasks.normalize.reading import Reading
from tasks.settings import read_yaml

BREAKS = str.maketrans(dict.fromkeys('\u200b\n\t.,;:!?"“”„«»()[]{}…—–|/।، ؛؟·*', " ") | {"’": "'"})
TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?\Z")
SAMPLE = 1800  # characters that are looked at
SHORT = 40  # letters below which nothing is said
DECISIVE = 1.25  # how many times the runner-up's share the best one has
SHARE = 0.05  # of the words are the language's little words, at least
SCRIPTS = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "GREEK": "el", "THAI": "th", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "GUJARATI": "gu", "GURMUKHI": "pa", "SINHALA": "si",
    "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "ETHIOPIC": "am", "TIBETAN": "bo", "ORIYA": "or", "THAANA": "dv",
}  # fmt: skip
SAME = {"no": "nb", "nn": "nb", "in": "id", "iw": "he", "tl": "tl", "fil": "tl", "sh": "hr", "ji": "yi"}  # as detectors and pages call them


@dataclass(frozen=True, slots=True)
class Tongues:
    """Little words, and for each the languages that have it."""

    words: dict[str, tuple[str, ...]]

    def shares(self, text: str) -> list[tuple[str, float]]:
        """Languages by the share of the words that are theirs, largest first; a word of many languages counts little for each."""
        tokens = text[:SAMPLE].lower().translate(BREAKS).split()
        total: dict[str, float] = {}
        for token, count in Counter(tokens).items():
            languages = self.words.get(token, ())
            for language in languages:
                total[language] = total.get(language, 0.0) + count / len(languages) ** 0.5
        return sorted(((language, score / len(tokens)) for language, score in total.items()), key=lambda pair: (-pair[1], pair[0]))


@cache
def load_tongues(folder: Path) -> Tongues:
    """Read config/languages."""
    words: dict[str, tuple[str, ...]] = {}
    for language, listed in read_yaml(folder / "languages" / "words.yml").items():
        for word in dict.fromkeys(str(listed).split()):
            words[word] = (*words.get(word, ()), str(language))
    return Tongues(words)


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second to load: only for the texts that need it

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def script_of(text: str) -> str:
    """The commonest script of a text's letters, by the first word of their Unicode names; kana outweigh Han."""
    if text.isascii():
        return "LATIN"
    step = 1 + len(text[:SAMPLE]) // 250
    letters = filter(str.isalpha, text[:SAMPLE:step])
    found = Counter(_script(letter) for letter in letters)
    if found["HIRAGANA"] + found["KATAKANA"] > found["CJK"] / 10 and found["HIRAGANA"]:
        return "HIRAGANA"
    return min(found, key=lambda script: (-found[script], script), default="")


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0]


def detect(text: str, tongues: Tongues) -> tuple[str, str]:
    """The language of a text and the rule that told; `und` where it is too short or too mixed."""
    if sum(map(str.isalpha, text[:400])) < SHORT:
        own = SCRIPTS.get(script_of(text)) if len(text) >= 10 else None
        return (own, "script") if own else ("und", "too-short")
    if by_script := SCRIPTS.get(script_of(text)):
        return by_script, "script"
    shares = tongues.shares(text)
    if shares and shares[0][1] >= SHARE and (len(shares) < 2 or shares[0][1] >= DECISIVE * shares[1][1]):
        return shares[0][0], "little-words"
    return _statistical(text, shares)


def _statistical(text: str, shares: list[tuple[str, float]]) -> tuple[str, str]:
    guess = str(_detector().classify(text[:SAMPLE])[0])
    guess = SAME.get(guess, guess)
    if guess in ("zxx", "mul"):  # the detector's names for what is no language, or several
        return "und", "py3langid"
    known = dict(shares)
    if shares and shares[0][1] >= SHARE and known.get(guess, 0.0) < shares[0][1] / 2:
        return shares[0][0], "little-words"
    return guess, "py3langid"


def normal_tag(raw: str) -> str | None:
    """The language subtag of a BCP 47 or locale string, in today's form; None where it is none."""
    match = TAG.match(raw.strip().split(",")[0].split(".")[0])
    if not match or match[1].lower() in ("und", "mul", "xx", "zxx"):
        return None
    language = match[1].lower()
    return SAME.get(language, language)


def language_candidates(reading: Reading, tongues: Tongues) -> list[Candidate]:
    """What came with the document, what the text says, what the page claims: the text decides, unless it is too short to."""
    body = reading.body or " ".join(line.text for line in reading.lines)
    told, rule = detect(body, tongues)
    claims = [Candidate(normal_tag(value), value, "input", r) for value, r in reading.given("language")]
    claims += [Candidate(normal_tag(clue.raw), clue.raw, clue.source, clue.rule) for clue in reading.clued("language")]
    text = Candidate(told, None, "text", rule)
    if told == "und":
        return [*(c for c in claims if c.value), text]
    return [text, *(c for c in claims if c.value)]
