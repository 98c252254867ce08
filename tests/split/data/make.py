"""How the captures in this folder were made, with warcio 1.8.1, which the tests do not need: `python -m tests.split.data.make`."""

import io
import json
import zipfile
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-not-found]
from warcio.warcwriter import WARCWriter  # type: ignore[import-not-found]

from tests.split.conftest import page

HERE = Path(__file__).parent


def captures(path: Path, gzipped: bool, version: str, kind: str = "response") -> Path:
    """Three pages after a warcinfo record."""
    with path.open("wb") as handle:
        writer = WARCWriter(handle, gzip=gzipped, warc_version=version)
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "warcio"}))
        for number in (1, 2, 3):
            body, url = io.BytesIO(page(number).encode()), f"https://news.example/{number}"
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            if kind == "response":
                record = writer.create_warc_record(url, kind, payload=body, http_headers=http)
            else:
                record = writer.create_warc_record(url, kind, payload=body, warc_content_type="text/html")
            writer.write_record(record)
    return path


def main() -> None:
    """Write all of them anew."""
    captures(HERE / "plain10.warc", False, "WARC/1.0")
    captures(HERE / "plain11.warc", False, "WARC/1.1")
    captures(HERE / "resources.warc.gz", True, "WARC/1.1", "resource")
    inner = captures(HERE / "records.warc.gz", True, "WARC/1.0")
    with zipfile.ZipFile(HERE / "pages.wacz", "w") as archive:
        archive.write(inner, "archive/data.warc.gz")
        archive.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0", "id": "pages"}\n')
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": [{"path": "archive/data.warc.gz"}]}))


if __name__ == "__main__":
    main()
