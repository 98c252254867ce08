"""Captions apart from their credits."""

import pytest

from tasks.records import Caption
from tasks.settings import CONFIG
from tasks.strip.pictures import split_credit
from tasks.strip.surroundings import load_pictures


@pytest.mark.parametrize(
    ("line", "text", "credit"),
    [
        ("A ferry leaves. (Lena Ruiz, Pool Photo via AP, file)", "A ferry leaves.", "Lena Ruiz, Pool Photo via AP, file"),
        ("A ferry leaves. (AP Photo/Lena Ruiz, File) (Lena Ruiz, All rights reserved.)", "A ferry leaves.", "AP Photo/Lena Ruiz, File"),
        ("Eine Fähre legt ab. (Archivbild) Foto: Jana Weber/dpa", "Eine Fähre legt ab. (Archivbild)", "Jana Weber/dpa"),
        ("O músico na oficina do porto - Lena Ruiz/Folhapress", "O músico na oficina do porto", "Lena Ruiz/Folhapress"),
        ("Le bac quitte le port. Lena Ruiz / stock.example.com", "Le bac quitte le port.", "Lena Ruiz / stock.example.com"),
        ("渡轮离开港口。新华社记者 陈小林 摄", "渡轮离开港口。", "新华社记者 陈小林 摄"),
        ("Il traghetto lascia il porto © ANSA", "Il traghetto lascia il porto", "ANSA"),
        ("A ferry leaves the port at dusk.", "A ferry leaves the port at dusk.", None),
    ],
)
def test_credit_of_a_caption(line: str, text: str, credit: str | None) -> None:
    assert split_credit(line, load_pictures(CONFIG)) == Caption(text, credit)
