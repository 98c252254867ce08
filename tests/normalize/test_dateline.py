"""Datelines in the forms of agencies and outlets, and sentences that only look like one."""

import pytest

from tasks.normalize.dateline import Reader
from tasks.normalize.knowledge import Knowledge


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> Reader:
    return Reader(knowledge.atlas, knowledge.wires)


@pytest.mark.parametrize(
    ("text", "place", "country", "agency"),
    [
        ("BEIJING (AP) — The bridge", "Beijing", "CN", "ap"),
        ("BEIJING – The bridge", "Beijing", "CN", None),
        ("PARIS, April 14 (Reuters) - The bridge", "Paris", "FR", "reuters"),
        ("Berlin (dpa) - Die Brücke", "Berlin", "DE", "dpa"),
        ("Hannover (dpa/lni) - Die Brücke", "Hannover", "DE", "dpa"),
        ("Elbheim (dpa) - Die Brücke", "Elbheim", None, "dpa"),
        ("МОСКВА, 14 апр — РИА Новости. Мост", "Москва", "RU", "ria"),
        ("МОСКВА, 14 апреля. /ТАСС/. Мост", "Москва", "RU", "tass"),
        ("新华社北京4月14日电（记者林小舟）大桥", "北京", "CN", "xinhua"),
        ("中新网4月14日电 大桥", None, None, "cns"),
        ("（中央社記者林小舟台北14日電）大橋", "台北", "TW", "cna-tw"),
        ("(서울=연합뉴스) 김민수 기자 = 다리", "서울", "KR", "yonhap"),
        ("【東京共同】橋", "東京", "JP", "kyodo"),
        ("(ANSA) - ROMA, 14 APR - Il ponte", "Roma", "IT", "ansa"),
        ("(ANSA) - BORGOLUNGO, 14 APR - Il ponte", "Borgolungo", None, "ansa"),
        ("Пермь. 14 апреля. INTERFAX.RU - Мост", "Пермь", "RU", "interfax"),
        ("ВОЛОГДА, 14 апреля. /ТАСС/. Мост", "Вологда", "RU", "tass"),
        ("भोपाल, 14 अप्रैल (भाषा) पुल", "भोपाल", "IN", "pti"),
        ("（中央社記者林小舟宜蘭縣14日電）大橋", "宜蘭", "TW", "cna-tw"),
        ("Madrid, 14 abr (EFE).- El puente", "Madrid", "ES", "efe"),
        ("Guadalajara, 14 abr (EFE).- El puente", "Guadalajara", "ES", "efe"),
        ("GUADALAJARA, Mexico (AP) — The bridge", "Guadalajara", "MX", "ap"),
        ("Guadalajara (AP) — The bridge", "Guadalajara", "MX", "ap"),
        ("Lisboa, 14 abr 2022 (Lusa) - A ponte", "Lisboa", "PT", "lusa"),
        ("April 14 (UPI) -- The bridge", None, None, "upi"),
        ("New Delhi: The bridge", "New Delhi", "IN", None),
        ("SPRINGFIELD, Ill. (AP) — The bridge", "Springfield", "US", "ap"),
        ("PARIS, Texas (AP) — The bridge", "Paris", "US", "ap"),
        ("Taipei, April 14 (CNA) The bridge", "Taipei", "TW", "cna-tw"),
        ("NICOSIA, April 14 (CNA) - The bridge", "Nicosia", "CY", "cna-cy"),
        ("ΑΘΗΝΑ – Η γέφυρα", "Αθηνα", "GR", None),
        ("ANKARA (AA) - Köprü", "Ankara", "TR", "anadolu"),
        ("READING, England (AP) — The bridge", "Reading", "GB", "ap"),
    ],
)
def test_dateline(reader: Reader, text: str, place: str | None, country: str | None, agency: str | None) -> None:
    found = reader.read(text)
    assert found is not None
    assert (found.place, found.country, found.agency.id if found.agency else None) == (place, country, agency)


@pytest.mark.parametrize(
    "text",
    [
        "Reading – that is what the children came for.",
        "Nice - but not cheap, said the mayor.",
        "Most: the bridge over the river.",
        "The bridge (AP Photo/Ada Brook) was closed - again.",
        "He lives in Paris - and works in Rome.",
        "China – the biggest buyer – stayed away.",
        "Владимир — мастер лодок.",
        "(La ANSA) - il ponte, 14 anni dopo - riapre",
        "Update: the bridge is open again.",
        "The talks in Berlin (DE) - the third this year - failed.",
        "记者：您为什么来？",
        "",
    ],
)
def test_no_dateline(reader: Reader, text: str) -> None:
    assert reader.read(text) is None


def test_a_line_of_its_own_is_read_without_more_signs(reader: Reader) -> None:
    found = reader.read("Beijing:", alone=True)
    assert found is not None
    assert (found.place, found.country) == ("Beijing", "CN")
