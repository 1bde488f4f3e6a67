"""Text of packs as text: what it may not do, sign by sign."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from studio_conformance.reports.escaping import code, one_line, visible, xml

HIDING = [
    0x00, 0x08, 0x0B, 0x1B, 0x1F, 0x7F, 0x85, 0x9F, 0x61C, 0x200B, 0x200D, 0x200E, 0x200F,
    0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0xD800, 0xDFFF, 0xFEFF, 0xFFFE, 0xFFFF,
]  # fmt: skip
"""Signs that take no room, turn the direction of text, end lines, or are none."""


@pytest.mark.parametrize("sign", HIDING, ids=hex)
def test_a_sign_that_hides_is_spelt_out(sign: int) -> None:
    assert visible(f"a{chr(sign)}b") == f"a\\u{sign:04x}b"


@pytest.mark.parametrize("text", ["a", "\t", "\n", " ", "é", "\u2026", "\u206a", "\U0001f600"])
def test_other_text_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\tb", "'", '"', "<&>"])
def test_an_attribute_holds_its_text(text: str) -> None:
    """A parser makes blanks of line ends that stand in an attribute as they are."""
    assert ElementTree.fromstring(f'<a b="{xml(text)}"/>').get("b") == text
    assert ElementTree.fromstring(f"<a b='{xml(text)}'/>").get("b") == text
    assert ElementTree.fromstring(f"<a>{xml(text)}</a>").text == text


@pytest.mark.parametrize(("length", "kept"), [(9, 9), (10, 10), (11, 10), (1000, 10)])
def test_a_line_is_no_longer_than_asked(length: int, kept: int) -> None:
    text = one_line("x" * length, 10)
    assert len(text) == kept
    assert text.endswith("…") == (length > 10)


def test_what_is_cut_far_behind_is_marked_as_cut() -> None:
    assert one_line(f"ab{' ' * 50}c", 10) == "ab…"


def test_a_bar_ends_no_cell_of_a_table() -> None:
    assert code("a|b", in_table=True) == "`a\\|b`"
    assert code("a|b") == "`a|b`"
