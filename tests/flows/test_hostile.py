"""A run over documents made to be slow: each is a row, what takes too long is rejected as that, and the others come out."""

import json
from pathlib import Path

import pyarrow.dataset as ds

from tests.conftest import Run

STORY = [
    "The harbour board of Harrow Point said on Sunday that the ferry across the sound will run again from the first of May.",
    "The pier had been closed since a storm tore off its landing stage in the autumn, and repairs took longer than planned.",
    "Two boats will sail every hour in summer and one in winter, and the fare stays what it was before the storm.",
]
TEXT = "\n\n".join(STORY)
ENDLESS = "<![CDATA[" * 150_000  # the parser of fragments looks for the end of each in all that follows
TEXTS = {
    "short-lines": "\n".join("abc def"[number % 3 :] for number in range(20_000)),
    "one-line": " ".join(STORY) * 400,
    "dots": "." * 300_000 + "\n" + TEXT,
    "rules": "=" * 300_000 + "\n" + TEXT + "\n" + "=" * 300_000,
    "quotes": '"' * 200_000 + TEXT,
    "bylines": "By Ana Novak, " * 20_000 + "\n" + TEXT,
    "dates": "3 March 2024 10:00 " * 20_000 + "\n" + TEXT,
    "marks": TEXT + "a" + "\u0301" * 100_000,
    "families": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 20_000 + "\n" + TEXT,
    "table": "\n".join("\t".join(str(x * y) for x in range(20)) for y in range(2_000)),
}
PAGES = {
    "headings": "".join(f"<h2>Part {number}</h2>" for number in range(8_000)),
    "paragraphs": "<p>By Ana Novak</p>" * 8_000,
    "breaks": "<p>" + "line<br>" * 20_000 + "</p>",
    "links": '<a href="/x">Read more</a> ' * 5_000,
    "entity": "&#x" + "9" * 100_000 + ";",
}


def page(title: str, before: str = "") -> str:
    inner = "".join(f"<p>{line}</p>" for line in STORY)
    return f"<html><head><title>{title}</title></head><body>{before}<article><h1>{title}</h1>{inner}</article></body></html>"


def test_slow_documents_do_not_stop_a_run(copydesk: Run, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for name, text in TEXTS.items():
        (bundle / f"{name}.txt").write_text(text)
    for name, markup in PAGES.items():
        (bundle / f"{name}.html").write_text(page(f"Ferry and {name}", markup))
    (bundle / "a-good.html").write_text(page("Ferry to sail again in May").replace("Two boats", "Seven boats"))
    (bundle / "z-good.html").write_text(page("Fares stay as they were").replace("Two boats", "Nine boats").replace("harbour", "town"))
    (bundle / "endless.jsonl").write_text(json.dumps({"url": "https://courier.example/1", "html": ENDLESS + TEXT}) + "\n")
    out = tmp_path / "out"
    done = copydesk("run", bundle, "--out", out, "--workers", "1", "--set", "limits.seconds=6", "--json")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    rows = {name: ds.dataset(out / name).to_table().to_pylist() for name in ("articles", "copies", "rejects")}
    members = sorted(row["source_member"] for each in rows.values() for row in each)
    assert members == sorted([path.name for path in bundle.iterdir() if path.suffix != ".jsonl"] + ["endless.jsonl#1"])
    accepted = {row["source_member"] for name in ("articles", "copies") for row in rows[name]}
    assert {"a-good.html", "z-good.html"} <= accepted
    reasons = {row["source_member"]: row["reason"] for row in rows["rejects"]}
    assert reasons["endless.jsonl#1"] == "timeout"
    assert {name for name, reason in reasons.items() if reason == "timeout"} == {"endless.jsonl#1"}
