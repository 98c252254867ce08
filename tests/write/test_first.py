from pathlib import Path

from tasks.write.explain import explain_document
from tasks.write.verify import verify_output

from .strategies import Input, publish, reject, some


def test_publish_verify_explain(tmp_path: Path) -> None:
    out = tmp_path / "out"
    docs = some(0, 20, copies=5)
    summary = publish(out, tmp_path / "w1", Input(docs, tuple(reject(i) for i in range(3)), unchanged=2), cut=3)
    print(summary)
    assert (summary.articles, summary.copies, summary.rejects, summary.unchanged, summary.release) == (15, 5, 3, 2, 1)
    assert [b.line() for b in verify_output(out)] == []
    for made in docs:
        assert explain_document(out, made.article.document_id).source_text == made.source
