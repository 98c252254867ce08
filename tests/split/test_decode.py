"""Character sets: what is declared, what the bytes prove, and what the letters look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.split.decode import Decoded, decode
from tasks.split.errors import Refused

RUSSIAN = (
    "Паромная переправа через пролив откроется первого мая, сообщил в воскресенье портовый совет. "
    "Причал был закрыт с осени, когда шторм сорвал посадочную платформу, и ремонт занял больше времени, чем ожидали."
)
POLISH = "Przeprawa promowa przez cieśninę ruszy ponownie w maju, poinformowała rada portu. Pomost zniszczyła jesienią wichura."
GREEK = "Το πορθμείο θα λειτουργήσει ξανά από την πρώτη Μαΐου, ανακοίνωσε την Κυριακή το συμβούλιο του λιμανιού μετά τις επισκευές."
FRENCH = "La traversée en bac reprendra dès le premier mai, a annoncé le conseil du port. La jetée, abîmée par une tempête, était fermée."
TURKISH = "Boğazdaki feribot seferleri mayıs ayında yeniden başlayacak, liman kurulu açıkladı. İskele güz fırtınasında yıkılmıştı."
HEBREW = "המעבורת תשוב לפעול בתחילת מאי, הודיעה ביום ראשון מועצת הנמל. המזח נסגר בסתיו לאחר שסערה תלשה את הרציף שלו."
CHINESE = "港务局周日表示,横跨海峡的渡轮将于五月一日恢复运行。码头自秋季风暴以来一直关闭,修理工作比计划的时间更长,居民已经等了很久。"
JAPANESE = "港湾局は日曜日、海峡を渡るフェリーが五月一日から再開すると発表した。桟橋は秋の嵐で壊れ、修理には予定より長くかかった。"
KOREAN = "항만청은 일요일 해협을 건너는 여객선이 오월 일일부터 다시 운항한다고 밝혔다. 선착장은 가을 폭풍으로 부서져 수리가 길어졌다."


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("iso8859-5", RUSSIAN),
        ("cp866", RUSSIAN),
        ("cp1250", POLISH),
        ("iso8859-2", POLISH),
        ("cp1253", GREEK),
        ("cp1252", FRENCH),
        ("cp1254", TURKISH),
        ("cp1255", HEBREW),
        ("gb18030", CHINESE),
        ("cp932", JAPANESE),
        ("euc-jp", JAPANESE),
        ("iso2022-jp", JAPANESE),
        ("cp949", KOREAN),
        ("utf-16-le", RUSSIAN),
        ("utf-16-be", FRENCH),
        ("utf-16", KOREAN),
        ("utf-32", GREEK),
    ],
)
def test_text_that_declares_nothing(codec: str, text: str) -> None:
    assert decode(text.encode(codec)).text == text


@pytest.mark.parametrize(
    "text",
    [
        "The mayor said he didn’t know and wouldn’t ask.",
        "The mayor – who knew – left.",
        "“We left,” he said. It’s a surprise…",
        "Prices rose to £5m at 30° on the harbour’s edge, €7m in all.",
    ],
)
def test_marks_alone_are_no_letters(text: str) -> None:
    assert decode(text.encode("cp1252")) == Decoded(text, "windows-1252")


def test_letters_between_letters_are_no_marks() -> None:
    text = "Le café était fermé, a annoncé le conseil du port après la réunion."
    assert decode(text.encode("cp850")).text == text


def test_what_is_declared_counts_in_order() -> None:
    page = "<html><head><meta charset='{}'></head><body><p>" + RUSSIAN
    assert decode(page.format("windows-1251").encode("cp1251"), markup=True).charset == "windows-1251"
    assert decode(page.format("koi8-r").encode("cp1251"), "windows-1251", markup=True).charset == "windows-1251"
    assert RUSSIAN in decode(page.format("iso-8859-1").encode("cp1251"), markup=True).text
    assert decode(page.format("iso-8859-1").encode(), markup=True).charset == "utf-8"
    assert decode(page.format("utf-8").encode("cp1251"), markup=True).charset == "windows-1251"
    xml = '<?xml version="1.0" encoding="ISO-8859-2"?><html><body>' + POLISH
    assert decode(xml.encode("iso8859-2"), markup=True).text.endswith(POLISH)
    assert decode("un mot déclaré".encode("latin-1"), "nonsense").text == "un mot déclaré"


@given(st.integers(0, 200), st.integers(0x80, 0xFF), st.sampled_from([RUSSIAN, GREEK, CHINESE, FRENCH, JAPANESE]))
def test_a_stray_byte_never_changes_the_code_page(place: int, byte: int, text: str) -> None:
    cut = min(place, len(text))
    broken = text[:cut].encode() + b" " + bytes([byte]) + b" " + text[cut:].encode()
    decoded = decode(broken)
    assert decoded.charset == "utf-8"
    assert decoded.text == text[:cut] + " " + (bytes([byte]).decode("cp1252", "replace")) + " " + text[cut:]


def test_parts_in_another_character_set_inside_utf8() -> None:
    mixed = FRENCH.encode() + b"\n" + FRENCH.encode("cp1252") + b"\n" + FRENCH.encode()
    assert decode(mixed).text == f"{FRENCH}\n{FRENCH}\n{FRENCH}"


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        decoded = decode(data)
    except Refused as refused:
        assert refused.reason == "undecodable"
    else:
        decoded.text.encode("utf-8")
        assert not decoded.text.startswith("\ufeff")


@given(st.text())
def test_utf8_is_read_as_it_stands(text: str) -> None:
    if "\0" not in text and "\x1b" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode()).text == text


def told(data: bytes, header: str | None = None) -> tuple[tuple[str, str], ...]:
    return decode(data, header, markup=True).told


def test_what_spoke_for_a_character_set_travels_with_the_document() -> None:
    page = '<html><head><meta charset="{}"></head><body>Привет, паром идёт</body></html>'
    assert told(page.format("windows-1251").encode("cp1251")) == (("windows-1251", "meta"),)
    assert told(page.format("koi8-r").encode("cp1251"), "windows-1251") == (("windows-1251", "header"), ("koi8-r", "meta"))
    assert told(page.format("windows-1251").encode()) == (("utf-8", "bytes"), ("windows-1251", "meta"))
    assert told(page.format("utf-8").encode("utf-8-sig")) == (("utf-8", "bom"), ("utf-8", "meta"))


@pytest.mark.parametrize(
    "text", ["Le conseil a été réélu à l’été, déjà.", "Городской совет утвердил бюджет", "“Nein”, sagte er – „schön“ und größer"]
)
def test_text_that_was_misread_and_saved_before_is_noticed_and_left_as_it_is(text: str) -> None:
    data = text.encode()
    misread = "".join(
        chr(byte) if 0x80 <= byte < 0xA0 and byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252") for byte in data
    )
    decoded = decode(misread.encode())
    assert decoded.text == misread
    assert ("windows-1252", "mojibake") in decoded.told
    assert decode(data).told == (("utf-8", "bytes"),)
