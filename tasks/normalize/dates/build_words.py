"""Writes `config/dates/calendar.yml` from CLDR: `python -m tasks.normalize.dates.build_words`.

Run by hand when babel brings a newer CLDR; the pipeline reads only the file.
"""

from multiprocessing import get_context
from pathlib import Path
from typing import Any

from babel import Locale

from tasks.settings import CONFIG

LANGUAGES = """
af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv
mk ml mn mr ms my nb ne nl nn pa pl ps pt ro ru si sk sl so sq sr sr_Latn sv sw ta te th tr uk ur uz vi zh
""".split()  # noqa: SIM905 - a list of this length reads better so
HEADER = """\
# Names of months and weekdays and the marks of the halves of the day, in lower case without dots.
# Generated from CLDR through babel by tasks/normalize/dates/build_words.py; do not edit, add to words.yml instead.
# provenance: Unicode CLDR, Unicode licence v3
"""


def names_of(locale: Locale, table: str, keys: range) -> list[list[str]]:
    """For each month (from January) or weekday (from Monday) its forms in the locale, without bare numbers."""
    contexts = getattr(locale, table)
    found: list[list[str]] = []
    for key in keys:
        forms = [contexts[c][w][key] for c in ("format", "stand-alone") for w in ("wide", "abbreviated")]
        found.append(list(dict.fromkeys(f for f in map(plain, forms) if len(f) > 1 and not any(map(str.isdigit, f)))))
    return found


def plain(form: str) -> str:
    """A name as the tables hold it: lower case, single spaces, no dots."""
    return " ".join(form.lower().replace(".", "").replace("\u200f", "").split())


def halves_of(locale: Locale, half: str) -> list[str]:
    """The forms of `am` or `pm` in the locale."""
    contexts = locale.day_periods
    forms = [contexts[c][w].get(half, "") for c in ("format", "stand-alone") for w in ("wide", "abbreviated")]
    return list(dict.fromkeys(f for f in map(plain, forms) if f))


def language_entry(code: str) -> dict[str, Any]:
    """The entry of one language. Each is read in a process of its own: babel shares aliased tables between locales."""
    locale = Locale.parse(code)
    return {
        "months": names_of(locale, "months", range(1, 13)),
        "weekdays": names_of(locale, "days", range(7)),
        "am": halves_of(locale, "am"),
        "pm": halves_of(locale, "pm"),
    }


def row(forms: list[str]) -> str:
    """One YAML flow sequence with every string quoted."""
    return "[" + ", ".join('"' + form.replace('"', '\\"') + '"' for form in forms) + "]"


def render(entries: dict[str, dict[str, Any]]) -> str:
    """The file: one block for each language, one line for each month and weekday."""
    lines = [HEADER]
    for code, entry in entries.items():
        lines.append(f'"{code.replace("_", "-")}":')
        for table in ("months", "weekdays"):
            lines += [f"  {table}:", *(f"    - {row(forms)}" for forms in entry[table])]
        lines += [f"  {half}: {row(entry[half])}" for half in ("am", "pm")]
    return "\n".join(lines) + "\n"


def main(target: Path = CONFIG / "dates" / "calendar.yml") -> None:
    """Write the file."""
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        entries = dict(zip(LANGUAGES, pool.map(language_entry, LANGUAGES, chunksize=1), strict=True))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(entries), encoding="utf-8")


if __name__ == "__main__":
    main()
