from __future__ import annotations

from typing import Any

import logs
import pytest

from studio_conformance.events import Event
from studio_conformance.reports.escaping import code, one_line, prose, visible, xml
from studio_conformance.reports.facts import gather
from studio_conformance.reports.markdown import render


def markdown(*events: Event, **fields: Any) -> str:
    log = logs.a_log(*events, **fields)
    return "".join(render(log, gather(log)))


@pytest.fixture
def parse() -> Any:
    """A Markdown parser with tables, raw HTML and links found in text, as GitHub has them."""
    library = pytest.importorskip("markdown_it", reason="reads Markdown")
    pytest.importorskip("linkify_it", reason="finds links in Markdown")
    return library.MarkdownIt("gfm-like", {"html": True}).parse


def tokens(parsed: list[Any]) -> list[Any]:
    return [token for each in parsed for token in (each, *(each.children or []))]


def test_nothing_a_pack_says_is_markup(parse: Any) -> None:
    text = markdown(*logs.hostile())
    found = tokens(parse(text))
    kinds = {token.type for token in found}
    assert not kinds & {"link_open", "image", "html_block", "fence", "code_block"}
    assert {token.content for token in found if token.type == "html_inline"} == {"<sub>", "</sub>"}
    said = [token.content for token in found if token.type == "code_inline"]
    assert "<script>alert(1)</script>" in said
    outside = [token.content for token in found if token.type == "text"]
    assert not any("evil" in each or "@everyone" in each for each in outside)


def test_the_parser_would_find_markup(parse: Any) -> None:
    text = "\n\n".join(logs.HOSTILE[:6])
    assert {t.type for t in tokens(parse(text))} >= {"link_open", "image", "html_block"}


def test_the_verdict_and_the_totals_come_first() -> None:
    lines = markdown(*logs.every_outcome(), complete=False).splitlines()
    assert "the environment broke; not everything planned was run" in lines[0]
    assert lines[4] == "| `tones 1.2.0` | 1 of 2 | 1 | 1 | 1 | 2 | 9 |"


def test_what_is_not_judged_comes_before_errors_and_warnings() -> None:
    text = markdown(*logs.every_outcome())
    places = [text.index(slug) for slug in ("same\\-over", "outputs\\-named", "image\\-range")]
    assert places == sorted(places)
    assert "EXEC\\-015" not in text  # waived: counted only
    assert "`nodes.py:12`" in text
    assert "Fix SCHEMA\\-001\\." in text


def test_what_is_not_judged_comes_first_whatever_its_level() -> None:
    rows = [
        logs.a_result("SCHEMA-001", "Blur", "failed"),
        logs.a_result("RPC-001", "Blur", "errored", level="warning"),
    ]
    text = markdown(logs.a_pack_event(), *rows)
    assert text.index("RPC\\-001") < text.index("SCHEMA\\-001")


def test_many_findings_are_cut_and_counted() -> None:
    rows = [logs.a_result("SCHEMA-001", f"N{i}", "failed") for i in range(40)]
    text = markdown(logs.a_pack_event(), *rows)
    assert text.count("SCHEMA\\-001 ") == 10
    assert "... and 30 more in the full report." in text
    assert len(text) < 10_000
    assert "... and 1 more" in markdown(logs.a_pack_event(), *rows[:11])
    assert "more in the full report" not in markdown(logs.a_pack_event(), *rows[:10])


def test_changes_are_cut_and_counted_the_gravest_first() -> None:
    mild = [logs.a_change(node=f"N{n}", bump="minor") for n in range(10)]
    text = markdown(*logs.every_outcome(), logs.a_release(), *mild, logs.a_change())
    assert "... and 1 more.\n" in text
    assert text.index("- major `Blur`") < text.index("- minor `N0`")
    assert "`N9`" not in text
    assert "... and" not in markdown(*logs.every_outcome(), logs.a_release(), *mild)


def test_a_run_that_was_not_confined_or_not_one_says_so() -> None:
    refused = {"event": "refused", "argument": "x", "message": "no pack"}
    text = markdown(logs.a_pack_event(confinement="not enforced: no Landlock"), refused)
    assert "The sandbox was `not enforced: no Landlock`" in text
    assert "Not judged: `no pack`" in text
    assert "sandbox" not in markdown(logs.a_pack_event())


def test_the_release_is_told() -> None:
    text = markdown(*logs.every_outcome(), logs.a_release(), logs.a_change())
    assert "### Changes since `tones 1.1.0`" in text
    assert "minor bump, major needed: ❌ too small" in text
    assert "- major `Blur`: `input 'x' is gone`" in text
    assert "✅ enough" in markdown(
        *logs.every_outcome(), logs.a_release(bump="major"), logs.a_change()
    )
    first = logs.a_release(baseline=None, outcome="no-earlier-release")
    assert "No earlier release" in markdown(*logs.every_outcome(), first)


@pytest.mark.parametrize("text", [*logs.HOSTILE, "`", "``a`", "a|b", "\\"])
def test_a_code_span_holds_its_text(text: str, parse: Any) -> None:
    (token,) = (t for t in tokens(parse(f"x {code(text)} y")) if t.type == "code_inline")
    assert token.content == one_line(text)
    assert len(code(text)) < 320


def test_prose_reads_as_it_was_written(parse: Any) -> None:
    text = "Use *clone()*, not [x](y); ask @you or see https://a.example #1, `b` <i> www.a.example"
    found = tokens(parse(prose(text)))
    assert {t.type for t in found} <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
    }
    shown = "".join(t.content for t in found if t.type.startswith("text"))
    assert shown.replace("\u200b", "") == text
    assert "@you" not in shown


def test_what_cannot_be_seen_is_spelt_out() -> None:
    assert visible("a\u202eb\x00\ud800\n\u200d") == "a\\u202eb\\u0000\\ud800\n\\u200d"
    assert xml('<a b="\'">&\n') == "&lt;a b=&quot;&#39;&quot;&gt;&amp;&#10;"
