"""What outlets print into and below their stories in plain text: told by who signed, by what stands around it, by a date beside it."""

import pytest

from tests.strip.making import paragraphs, removed, stripped

LEAD = "The old ferry went back to the harbour on Monday, and half the town stood on the quay to see it come in."
NEXT = "It had been away for nine winters, and nobody had expected the engine to last through the first of them."
GOES_ON = "The inspectors of the coast guard took samples of the water below the quay."
LAST = "A second boat will follow in spring, the harbour master said."


def text(*lines: str) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(
    "life",
    ["Ada Brook covers ferries and islands.", "Ada Brook (47) wohnt am Hafen.", "Ada Brook – reporterka, mieszka nad morzem.", "Ada Brook"],
)
def test_who_signed_above_is_presented_below(life: str) -> None:
    document = stripped(text("Ferry returns to old harbour", "By Ada Brook", LEAD, NEXT, GOES_ON, LAST, life))
    assert paragraphs(document)[-1] == LAST
    assert removed(document)[-1] == ("author-bio", life)


def test_an_interviewer_speaks_and_a_subject_acts() -> None:
    question = "Ada Brook: What did you think when you saw it on Monday in the fog?"
    document = stripped(text("“It came out of the fog”", "By Ada Brook", LEAD, NEXT, question, LAST))
    assert question in paragraphs(document)
    act = "Ada Brook threw the rope to the children on the quay."
    question = question.replace("Brook", "Brook Weir")  # the whole name counts, not the two words that begin it
    assert question in paragraphs(stripped(text("“It came out of the fog”", "By Ada Brook Weir", LEAD, NEXT, question, LAST)))
    story = [LEAD, "The skipper, Ada Brook, had painted it blue, the colour of the harbour master’s hat.", NEXT, act, LAST]
    assert act in paragraphs(stripped(text("Ferry returns to old harbour", "Ada Brook", "4 May 2023", *story)))


@pytest.mark.parametrize(
    ("byline", "ending"),
    [
        ("By Ada Brook in New York", "New York has since banned the practice on all of its piers."),
        ("Ada Brook in Cape Town", "Cape Town has no plans to buy another boat of this kind."),
        ("By Ada Brook, Hong Kong", "Hong Kong police said they had arrested two men on Tuesday."),
        ("By Ada Brook, Associated Press", "Associated Press photographers were kept away from the quay."),
        ("By Associated Press", "Associated Press photographers were kept away from the quay."),
        ("BY ADA BROOK IN NEW YORK", "New York has since banned the practice on all of its piers."),
        ("By Ada Brook | Harbour Weekly", "Harbour Weekly was the first to report on the engine."),
        ("Por Ada Brook en Buenos Aires", "Buenos Aires compró otro barco de este tipo en mayo."),
    ],
)
def test_a_place_or_agency_beside_the_name_is_nobody_to_present(byline: str, ending: str) -> None:
    story = [LEAD, NEXT, GOES_ON, LAST, ending]
    assert paragraphs(stripped(text("Ferry returns to old harbour", byline, "4 May 2023", *story))) == story


def test_a_standfirst_may_stand_above_the_byline() -> None:
    life = "Ada Brook – reporterka, mieszka nad morzem."
    between = ["4 May 2023", "2", "Share on Facebook", "Copy link"]
    document = stripped(
        text("Ferry returns to old harbour", "Nine winters away –", f"{LEAD} {NEXT}", "Ada Brook", *between, GOES_ON, LAST, NEXT, life)
    )
    assert removed(document)[-1] == ("author-bio", life)


def test_two_paragraphs_that_begin_with_who_signed_tell_of_them() -> None:
    acts = ["Ada Brook threw the rope to the children on the quay.", "Ada Brook then went below to stop the engine."]
    story = [LEAD, NEXT, GOES_ON, *acts, LAST]
    assert paragraphs(stripped(text("Ferry returns to old harbour", "By Ada Brook", "4 May 2023", *story))) == story


@pytest.mark.parametrize("byline", ["By Ada Brook and Tom Weir", "BY ADA BROOK AND TOM WEIR", "Von Ada Brook und Tom Weir, Elbheim"])
def test_each_of_two_who_signed_is_presented_below(byline: str) -> None:
    lives = ["Ada Brook covers ferries and islands.", "Tom Weir wohnt am Hafen."]
    document = stripped(text("Ferry returns to old harbour", byline, LEAD, NEXT, GOES_ON, LAST, *lives))
    assert removed(document)[-2:] == [("author-bio", life) for life in lives]


def test_a_byline_below_the_story_signs_another_one() -> None:
    story = [LEAD, NEXT, GOES_ON, "Tom Weir has rowed out to it each morning since the first of the winters.", LAST]
    below = ["Baker finds letters behind his oven", "By Tom Weir"]
    assert story[3] in paragraphs(stripped(text("Ferry returns to old harbour", "4 May 2023", *story, *below)))


@pytest.mark.parametrize(
    "between", [["Read also: Bridge closed for repairs"], ["REKLAMA"], ["LEIA TAMBÉM:", "Ponte fechada para obras até junho"]]
)
def test_a_story_goes_on_behind_what_is_printed_into_it(between: list[str]) -> None:
    furniture = [
        "Share on Facebook",
        "12 comments",
        "Most read",
        "Baker finds letters behind his oven",
        "© 2023 Harbour Herald. All rights reserved.",
    ]
    document = stripped(text("Home", "News", "Ferry returns to old harbour", LEAD, NEXT, *between, GOES_ON, LAST, *furniture))
    assert paragraphs(document) == [LEAD, NEXT, GOES_ON, LAST]


@pytest.mark.parametrize(
    "stamp",
    ["16. Dezember 2023, Lesezeit: 5 Min.", "19 juni 2023, 11:32 • Leestijd 2 minuten", "Updated 2 years ago", "Atualizado há 3 meses"],
)
def test_a_reading_time_beside_a_date_and_the_age_of_a_story_are_stamps(stamp: str) -> None:
    assert ("timestamp", stamp) in removed(stripped(text("Ferry returns to old harbour", stamp, LEAD, NEXT, LAST)))


@pytest.mark.parametrize("line", ["It took 5 minutes of reading", "In May 5 men read the law"])
def test_a_reading_time_alone_is_no_stamp(line: str) -> None:
    assert ("timestamp", line) not in removed(stripped(text("Ferry returns to old harbour", LEAD, line, NEXT, LAST)))


def test_the_last_step_of_a_path_is_no_headline() -> None:
    document = stripped(
        text("Home", "Region", "Ferry at the harbour", "Nine winters on, the old ferry is back at its quay", "By Ada Brook", LEAD, NEXT)
    )
    assert ("headline", "Nine winters on, the old ferry is back at its quay") in removed(document)
    assert ("headline", "Ferry at the harbour") in removed(stripped(text("Ferry at the harbour", "By Ada Brook", LEAD, NEXT)))


def test_a_chinese_headline_is_told_by_what_the_story_takes_up() -> None:
    lead = "港口今天宣布，下月起將增開兩條前往東南亞的直航貨輪航線，鳳梨和芒果的運送時間可由九天縮短為六天，漁民與果農都在碼頭上等候。"
    document = stripped(text("首頁 財經 生活 國際", "港口新增兩條航線 水果運輸時間縮短三天", "記者林小舟／高雄報導", lead, lead[::-1]))
    assert ("headline", "港口新增兩條航線 水果運輸時間縮短三天") in removed(document)
    assert ("byline", "記者林小舟／高雄報導") in removed(document)


def test_a_name_beside_the_stamp_of_a_japanese_text_signs_it() -> None:
    story = "港に停泊していた古い渡し船が二十日、九年ぶりに桟橋へ戻り、住民らおよそ六十人が岸壁で見守った。"
    document = stripped(text("古い渡し船、九年ぶりに港へ戻る", "山田太郎", "2023年5月21日 16時30分", story, story[::-1] + "。"))
    assert ("byline", "山田太郎") in removed(document)


def test_a_byline_below_the_title_of_another_story_goes_with_it() -> None:
    other = ["Mehr zum Thema", "Alte Fähren an der Küste", "Von Tilo Brecht"]
    document = stripped(text("Die Fähre kehrt in den alten Hafen zurück", "Von Jana Weber", LEAD, NEXT, *other, GOES_ON, LAST))
    assert ("related", "Von Tilo Brecht") in removed(document)
    assert ("byline", "Von Jana Weber") in removed(document)


def test_a_byline_with_a_role_or_a_place_and_one_before_a_date() -> None:
    for line in ("Ada Brook in Oslo", "Ada Brook (editor of the desk for harbours)", "Ada Brook — Tuesday, 14 May 2024, 12:40"):
        assert ("byline", line) in removed(stripped(text("Ferry returns to old harbour", line, "14 May 2024, 12:40", LEAD, NEXT)))
