"""The datasets as explicit Arrow schemas: every column with its type and a sentence that says what it holds.

`docs/schema.md` is generated from here (`data_dictionary`); a changed schema takes a new SCHEMA_VERSION.
"""

import pyarrow as pa

SCHEMA_VERSION = 1
VERSION_KEY = b"copydesk.schema_version"
DATASET_KEY = b"copydesk.dataset"

STRING, LONG, DAY, INSTANT = pa.string(), pa.int64(), pa.date32(), pa.timestamp("us", "UTC")


def _list(value: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", value))


STRINGS = _list(STRING)
CAPTIONS = _list(pa.struct([("text", STRING), ("credit", STRING)]))
AUTHORS = _list(pa.struct([("name", STRING), ("role", STRING), ("raw", STRING)]))
BUNDLES = _list(pa.struct([("location", STRING), ("digest", STRING)]))
BY_CLASS = _list(pa.struct([("class", STRING), ("characters", LONG)]))
BY_REASON = _list(pa.struct([("reason", STRING), ("documents", LONG)]))
VERSIONS = _list(pa.struct([("name", STRING), ("version", STRING)]))
REAL = pa.float64()
EXPECTATIONS = _list(
    pa.struct([("id", STRING), ("outlet", STRING), ("value", REAL), ("bound", REAL), ("outcome", STRING), ("detail", STRING)])
)

TYPE_NAMES = {"timestamp[us, tz=UTC]": "timestamp[us, UTC]", "date32[day]": "date32", "float": "float32", "double": "float64"}

# (name, type, may be null, description)
Column = tuple[str, pa.DataType, bool, str]

KEYS: tuple[Column, ...] = (
    ("document_id", STRING, False, "32 hex digits, from the document's identity and its bytes"),
    ("run_id", STRING, False, "the run that first saw it: a digest of inputs, configuration, version and prior state"),
)
SOURCE: tuple[Column, ...] = (
    ("source_bundle", STRING, False, "the bundle's base name"),
    ("source_member", STRING, False, "the path inside the bundle (`a.zip/b.txt`, `x.jsonl#17`, `x.txt#3`)"),
    ("source_id", STRING, True, "the id the bundle gave"),
)


def _stamp(name: str, event: str) -> tuple[Column, ...]:
    return (
        (f"{name}_date", DAY, True, f"the calendar day of {event} at the outlet; null where not known to the day"),
        (f"{name}_at", INSTANT, True, f"the instant of {event}; null where the time or the zone is unknown"),
        (f"{name}_local", STRING, True, "ISO, as printed, without zone (`2022-04-14T13:52`)"),
        (f"{name}_precision", STRING, True, "`second` `minute` `hour` `day` `weekday` `month` `year`: of what is known"),
        (f"{name}_source", STRING, True, "`json-ld` `meta` `time-element` `url` `text-timestamp` `dateline` `weekday` `input` …"),
        (f"{name}_raw", STRING, True, "as printed"),
        (f"{name}_timezone", STRING, True, "IANA name or offset; null where the zone is unknown"),
    )


ARTICLES: tuple[Column, ...] = (
    *KEYS,
    *SOURCE,
    ("source_length", LONG, False, "length of the source text in code points"),
    ("source_text_sha256", STRING, False, "SHA-256 of the source text's UTF-8"),
    ("fetched_at", INSTANT, True, "when the document was fetched, as given"),
    ("identity", STRING, False, "what identifies the document: its URL, the bundle's id, its place in the bundle, or its content"),
    ("previous_version", STRING, True, "`document_id` of the version before, if it is still the same story"),
    ("source_sha256", STRING, False, "SHA-256 of the document as it came"),
    ("media_type", STRING, True, "media type of the document as it came"),
    ("charset", STRING, True, "charset of the document as it came"),
    ("url", STRING, True, "as given or found"),
    ("canonical_url", STRING, True, "normalised, no tracking parameters"),
    ("headline", STRING, True, "the title without the outlet's suffix"),
    ("alternative_headline", STRING, True, "kicker or standfirst (a standfirst stays in `body` too)"),
    ("body", STRING, False, "the story's paragraphs in order, a blank line between; the wording as printed"),
    ("captions", CAPTIONS, False, "photo captions with their credit"),
    ("language", STRING, True, "BCP 47"),
    ("word_count", pa.int32(), False, "words of `body`; scripts without spaces by characters"),
    ("body_confidence", pa.float32(), True, "share of the source text's words whose decision, kept or removed, was not close"),
    ("section", STRING, True, "as the outlet gives it"),
    ("keywords", STRINGS, False, "as the outlet gives them"),
    *_stamp("published", "publication"),
    ("published_earliest", DAY, True, "provable lower bound of the day of publication, also where the day is unknown"),
    ("published_latest", DAY, True, "provable upper bound of the day of publication, also where the day is unknown"),
    *_stamp("modified", "the last update"),
    ("outlet_id", STRING, True, "the registry's key, the outlet's main domain; null where the registry does not vouch for it"),
    ("outlet_name", STRING, True, "the outlet's name"),
    ("outlet_domain", STRING, True, "the registrable domain it came from, or the registry's where only the name is known"),
    ("outlet_country", STRING, True, "ISO 3166 code of the outlet's country"),
    ("outlet_source", STRING, True, "by which evidence the outlet is known"),
    ("agency_id", STRING, True, "the wire agency whose text it is (`ap` `reuters` `afp` `dpa` …)"),
    ("agency_source", STRING, True, "by which evidence the agency is known"),
    ("syndicated_via", STRING, True, "the intermediary that passed it on, where the text names one"),
    ("authors", AUTHORS, False, "people only, with role and the byline as printed"),
    ("dateline_place", STRING, True, "place of the dateline (`Beijing`)"),
    ("dateline_country", STRING, True, "ISO 3166 code of the dateline's country (`CN`)"),
    ("flags", STRINGS, False, "`paywalled` `truncated` `live_blog` `teaser` …"),
    ("story_id", STRING, False, "`document_id` of the article that stands for the group"),
)

COPIES: tuple[Column, ...] = (
    *ARTICLES,
    ("copy_of", STRING, False, "`document_id` of its article (equals `story_id`)"),
    ("relation", STRING, False, "`version` `exact` `near` `excerpt` `extended`"),
    ("similarity", pa.float32(), True, "Jaccard index of the two texts' shingles"),
    ("containment", pa.float32(), True, "share of the smaller text's shingles found in the other"),
    ("reason", STRING, True, "why the other one stands for the group"),
)

REMOVED: tuple[Column, ...] = (
    *KEYS,
    ("start_offset", LONG, False, "first code point of the span in the source text"),
    ("end_offset", LONG, False, "end of the span in the source text, exclusive, in code points"),
    ("text", STRING, False, "the span"),
    ("class", STRING, False, "what it is: `navigation` `headline` `timestamp` `byline` `caption` `credit` `share` … `whitespace`"),
    ("rule", STRING, False, "id of the rule or model that decided"),
)

EVIDENCE: tuple[Column, ...] = (
    *KEYS,
    ("field", STRING, False, "a column of `articles`"),
    ("value", STRING, True, "the candidate's value"),
    ("raw", STRING, True, "as it stood in the document"),
    ("source", STRING, True, "the kind of place it stood in"),
    ("rule", STRING, True, "id of the rule that read it"),
    ("rank", pa.int32(), False, "0 is the one that was taken"),
    ("reason", STRING, True, "why it lost"),
)

REJECTS: tuple[Column, ...] = (
    *KEYS,
    *SOURCE,
    ("source_length", LONG, True, "length of the source text in code points, where it was read"),
    ("source_text_sha256", STRING, True, "SHA-256 of the source text's UTF-8, where it was read"),
    ("source_sha256", STRING, True, "SHA-256 of the document as it came, where it could be read"),
    ("identity", STRING, False, "what identifies the document"),
    ("url", STRING, True, "as given"),
    ("media_type", STRING, True, "media type of the document as it came"),
    ("stage", STRING, False, "where it was rejected: `split` `parse` `strip` `normalize`"),
    ("reason", STRING, False, "`empty` `undecodable` `binary` `too-large` `timeout` `no-article` `too-short` …"),
    ("detail", STRING, True, "the reason in a sentence"),
    ("size", LONG, True, "bytes of the document as it came"),
    ("head", STRING, True, "the first 1,000 characters that can be shown"),
)

RUNS: tuple[Column, ...] = (
    ("run_id", STRING, False, "a digest of inputs, configuration, version and prior state"),
    ("number", LONG, False, "1 for the output's first run, counted on from there"),
    ("started_at", INSTANT, False, "wall clock at the start"),
    ("finished_at", INSTANT, False, "wall clock just before publishing"),
    ("bundles", BUNDLES, False, "what was read: location and digest"),
    ("documents", LONG, False, "every input, plus one for each damaged or refused container"),
    ("articles", LONG, False, "rows added to `articles`"),
    ("copies", LONG, False, "rows added to `copies`"),
    ("rejects", LONG, False, "rows added to `rejects`"),
    ("unchanged", LONG, False, "inputs without a new row: the same document, withdrawn, provisional rejects that fail again"),
    ("removed_characters", BY_CLASS, False, "removed characters by class"),
    ("rejects_by_reason", BY_REASON, False, "rows added to `rejects` by reason"),
    ("configuration_digest", STRING, False, "digest of every file of the configuration"),
    ("versions", VERSIONS, False, "versions of Copydesk and of the libraries that shape the output"),
    ("expectations", EXPECTATIONS, False, "what was expected of the run and what came (`outcome`: `ok` `warned` `failed`)"),
)

WITHDRAWN: tuple[Column, ...] = (
    ("document_id", STRING, False, "the document that was taken out"),
    ("identity", STRING, False, "what identifies it"),
    ("source_text_sha256", STRING, True, "SHA-256 of its source text's UTF-8"),
    ("withdrawn_at", INSTANT, False, "wall clock at the withdrawal"),
    ("reason", STRING, False, "why it was taken out"),
)

DATASETS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "articles": ("one row for each distinct story text", ARTICLES),
    "copies": ("the other accepted documents", COPIES),
    "removed": ("what was stripped", REMOVED),
    "evidence": ("where the values come from", EVIDENCE),
    "rejects": ("what did not become an article", REJECTS),
    "runs": ("one row for each run that published something", RUNS),
    "withdrawn": ("one row for each document taken out", WITHDRAWN),
}


def schema_for(dataset: str) -> pa.Schema:
    """The Arrow schema of a dataset, descriptions on the fields, the schema version in the metadata."""
    _, columns = DATASETS[dataset]
    fields = [pa.field(name, kind, nullable=null, metadata={"description": text}) for name, kind, null, text in columns]
    return pa.schema(fields, metadata={DATASET_KEY: dataset.encode(), VERSION_KEY: str(SCHEMA_VERSION).encode()})


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'{f.name}: {_type_name(f.type)}' for f in kind)}>"
    return TYPE_NAMES.get(str(kind), str(kind))


def data_dictionary() -> str:
    """All datasets as a Markdown page: the content of `docs/schema.md` and the answer of `copydesk schema`."""
    lines = ["# What comes out", "", f"Generated from `tasks/write/schema.py`, schema version {SCHEMA_VERSION}; do not edit by hand.", ""]
    lines += ["A `?` after the type marks a column that may be null. Offsets and lengths are code points.", ""]
    for name, (about, columns) in DATASETS.items():
        lines += [f"## `{name}`: {about}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | {_type_name(kind)}{'?' if null else ''} | {text} |" for column, kind, null, text in columns]
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"
