"""Texts that look alike and are different stories, and copies that do not look it: written for this test, shaped as outlets print them."""

from itertools import permutations
from pathlib import Path

import pytest

from tasks.records import Article, Assignment
from tests.deduplicate.wire import article, assigned, noon

FIRE = """A fire that broke out in the dye works on Canal Street before dawn on Tuesday was brought under control by noon, the brigade said.

Forty families from the tenements behind the works were taken to a school hall, where volunteers handed out blankets and tea.

“We heard two dull thuds and then the whole sky over the canal turned orange,” said Rena Holt, who lives across the water.

The brigade’s duty officer, Pål Sund, said the roof of the boiler house had come down and that nobody had been inside.

Mayor Ines Carrow promised a full inquiry and said the owners had been warned about the wiring in the spring."""
OTHER_DESK = """Dozens of residents were moved out of their homes on Tuesday as flames tore through a century-old textile factory beside the canal.

Neighbours watched from the bridges while engines from six stations pumped water out of the canal itself.

“We heard two dull thuds and then the whole sky over the canal turned orange,” Rena Holt, 61, told this newspaper.

By midday only the outer walls were standing. No one is thought to have been hurt, according to officials at the scene.

The town hall says it wrote to the company about its electrics months ago; the company did not answer questions."""
BACKGROUND = FIRE.split("\n\n")[0] + "\n\n" + FIRE.split("\n\n")[3]
FOLLOW_UP = (
    """Investigators sifting through the dye works found a melted junction box on Thursday and took it away for tests in the capital.

The owners’ lawyer said his clients would answer every question in court and nowhere else, and called talk of warnings a smear.

Insurance assessors put the damage at eleven million, more than the company earned in the past four years together.

The families have been offered rooms in a hotel at the station until the tenements have been looked at by engineers.

"""
    + BACKGROUND
)


def weather(high: int, low: int, wind: int, rain: int, sun: str) -> str:
    """A weekly forecast: the words stay, the figures change."""
    return (
        f"Saturday: highs of {high} degrees in the valley and {high - 5} on the coast, lows of {low}. Winds of {wind} to {wind + 9} km/h.\n\n"
        f"Sunday: {rain} percent chance of rain before noon, {rain // 2} after; between {rain // 4} and {rain // 3} millimetres expected.\n\n"
        f"Sunrise {sun} on Saturday. Pollen count {wind * 3}, air quality index {high * 2}. River level {low + 90} cm at the old bridge.\n\n"
        f"Monday: highs of {high - 2}, lows of {low - 3}, {rain + 7} percent chance of rain, winds of {wind + 4} km/h from the west."
    )


def lottery(draw: int, numbers: list[int], pot: int) -> str:
    """A weekly draw."""
    drawn = ", ".join(map(str, numbers))
    return (
        f"Draw {draw}: the winning numbers are {drawn}, the bonus ball is {numbers[0] + 3}.\n\n"
        f"{pot} players matched five numbers and win {pot * 311} each; {pot * 17} matched four and win {pot + 41} each.\n\n"
        f"The jackpot stands at {pot * 90} thousand. Draw {draw + 1} is on the {numbers[1]}th."
    )


def market(points: int, share: int, oil: int) -> str:
    """A daily market report."""
    return (
        f"The index closed at {points}, up {share} points or {share / 40:.2f} percent, on turnover of {oil * 31} million.\n\n"
        f"{share * 2} shares rose and {share + 11} fell. Crude stood at {oil}.{share % 90:02d} a barrel, gold at {points // 3} an ounce.\n\n"
        f"The currency traded at {oil / 60:.3f} to the dollar after {oil / 61:.3f}. Ten-year bonds yielded {share / 17:.2f} percent."
    )


def stories(work: Path, bodies: list[str]) -> list[int]:
    """For each body the first one of its story."""
    articles = [article(f"n{number}", body) for number, body in enumerate(bodies)]
    rows = assigned(work, [articles])
    found = [rows[a.document_id].story_id for a in articles]
    return [found.index(story) for story in found]


@pytest.mark.parametrize(
    "bodies",
    [
        [FIRE, OTHER_DESK],
        [FIRE, FOLLOW_UP],
        [weather(21, 9, 12, 40, "6:12"), weather(17, 5, 25, 80, "6:25"), weather(24, 13, 8, 10, "5:58")],
        [lottery(811, [3, 17, 22, 31, 44], 28), lottery(812, [5, 9, 26, 38, 41], 19), lottery(813, [1, 12, 30, 36, 47], 33)],
        [market(4105, 38, 81), market(4077, 22, 84), market(4160, 59, 79)],
    ],
    ids=["two desks", "background", "weather", "lottery", "markets"],
)
def test_other_stories_stay_apart(tmp_path: Path, bodies: list[str]) -> None:
    assert stories(tmp_path, bodies) == list(range(len(bodies)))


def test_a_round_up_and_a_live_blog_do_not_chain_what_they_quote(tmp_path: Path) -> None:
    others = [OTHER_DESK.replace("canal", "harbour"), FOLLOW_UP.rsplit("\n\n", 2)[0], weather(21, 9, 12, 40, "6:12")]
    quotes = ["\n\n".join(body.split("\n\n")[1:3]) for body in (FIRE, *others)]
    round_up = "What moved the region this week, in short.\n\n" + "\n\n".join(quotes)
    live = "\n\n".join(f"{9 + n}:4{n} {q}" for n, q in enumerate(quotes * 2))
    found = stories(tmp_path, [FIRE, *others, round_up, live])
    assert found[:4] == [0, 1, 2, 3]


def test_a_copy_is_found_in_its_outlets_clothes(tmp_path: Path) -> None:
    paragraphs = FIRE.split("\n\n")
    trimmed = "\n\n".join(paragraphs[:3])
    styled = FIRE.replace("“", '"').replace("”", '"').replace("’", "'").replace("Forty families", "FORTY FAMILIES")
    local = "\n\n".join([*paragraphs[:2], "Trams on lines 4 and 9 were turned back at the market until the evening.", *paragraphs[2:]])
    wired = f"HARLOW (AP) — {FIRE}\n\nReporting by Ann Lee; editing by Bo Day"
    assert set(stories(tmp_path, [FIRE, trimmed, styled, local, wired])) == {0}


CHINESE = "港口当局星期三表示，两艘货轮在大雾中相撞，一名水手受轻伤。拖船在两小时内把受损的船只拉回码头，航道下午重新开放。调查人员正在查看雷达记录。"
THAI = "เจ้าหน้าที่ท่าเรือกล่าวเมื่อวันพุธว่าเรือสินค้าสองลำชนกันท่ามกลางหมอกหนาและมีลูกเรือบาดเจ็บเล็กน้อยหนึ่งคนเรือลากจูงนำเรือที่เสียหายกลับเข้าฝั่งภายในสองชั่วโมง"


@pytest.mark.parametrize("text", [CHINESE, THAI], ids=["Chinese", "Thai"])
def test_scripts_without_spaces_are_compared_by_characters(tmp_path: Path, text: str) -> None:
    cut, other = text[: len(text) * 2 // 3], text[::-1]
    assert stories(tmp_path, [text, cut, other]) == [0, 0, 2]


def test_the_article_stays_and_a_better_copy_is_a_copy_across_three_runs(tmp_path: Path) -> None:
    from tasks.deduplicate.remember import memory_rows

    def run(name: str, articles: list[Article], prior: list[Path]) -> tuple[dict[str, Assignment], list[Path]]:
        work = tmp_path / name
        rows = assigned(work, [articles], prior)
        return rows, [*prior, memory_rows([work / "00000"], work / "assignments.parquet", prior, work / "memory.parquet")]

    trimmed = article("outlet", "\n\n".join(FIRE.split("\n\n")[:3]))
    rows, prior = run("one", [trimmed], [])
    assert rows[trimmed.document_id].relation is None
    own = article("own", FIRE, agency_id="ap", outlet_id="apnews.com")
    rows, prior = run("two", [own], prior)
    assert (rows[own.document_id].story_id, rows[own.document_id].relation) == (trimmed.document_id, "extended")
    late, changed = article("late", FIRE), article("outlet", FIRE, fetched_at=noon(9))
    rows, _ = run("three", [late, changed], prior)
    assert {rows[a.document_id].story_id for a in (late, changed)} == {trimmed.document_id}
    assert rows[changed.document_id].relation == "version"
    assert rows[changed.document_id].previous_version == trimmed.document_id
    assert rows[late.document_id].previous_version is None


def test_versions_are_ordered_by_fetching_and_skip_another_story(tmp_path: Path) -> None:
    bodies = [FIRE, FIRE + "\n\nTwo more engines were sent from the coast.", FOLLOW_UP.rsplit("\n\n", 2)[0], FIRE]
    pages = [article("page", body, document_id=f"{n:032x}", fetched_at=noon(n + 1) if n else None) for n, body in enumerate(bodies)]
    for order in permutations(pages):
        rows = assigned(tmp_path / "-".join(p.document_id[-1] for p in order), [[*order]])
        assert [rows[p.document_id].previous_version for p in pages] == [None, pages[0].document_id, None, pages[1].document_id]
        assert rows[pages[2].document_id].story_id == pages[2].document_id


def test_a_text_of_few_shingles_is_a_copy_where_all_of_them_are_shared(tmp_path: Path) -> None:
    head = FIRE.split("\n\n")[0]
    assert stories(tmp_path / "head", [FIRE, head]) == [0, 0]
    assert stories(tmp_path / "other", [FIRE, "A fire that broke out in the bakery on Mill Lane was put out by its own staff."]) == [0, 1]
