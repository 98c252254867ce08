"""Text that a wall has moved along the alphabet."""

import pytest

from tasks.strip.scrambled import scrambled

STORY = (
    "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it.",
    "Nach neun Wintern kehrte die Fähre am Montag in den Hafen zurück, und die ganze Stadt stand am Kai, um sie zu begrüßen.",
    "Po dziewięciu zimach prom wrócił w poniedziałek do portu, a całe miasto czekało na nabrzeżu, żeby go zobaczyć.",
    "Feribot dokuz kış sonra pazartesi günü limana döndü ve bütün kasaba onu görmek için rıhtımda bekledi.",
    "Feri ilirudi bandarini siku ya Jumatatu baada ya misimu tisa, na mji wote ulisimama gatini kuitazama ikiingia.",
)


def moved(text: str, by: int) -> str:
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if "a" <= c <= "z" else c for c in text.lower())


@pytest.mark.parametrize("text", STORY)
def test_story_is_not_scrambled(text: str) -> None:
    assert not scrambled(text)


@pytest.mark.parametrize(("text", "by"), [(STORY[0], 1), (STORY[1], 1), (STORY[2], 1), (STORY[0], 13), (STORY[2], 13)])
def test_moved_letters_are_told(text: str, by: int) -> None:
    assert scrambled(moved(text, by))


@pytest.mark.parametrize(
    "text", ["", "Паром вернулся в гавань в понедельник после девяти зим.", "GBP/JPY 187.22 CHF/JPY 169.90", "渡轮周一回到了港口。"]
)
def test_figures_and_other_scripts_are_not(text: str) -> None:
    assert not scrambled(text)
