"""Text of packs as text, wherever it is shown: it can neither mark up nor hide what it says."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, those that turn the direction of text or take no room, and halves of pairs:
what XML does not allow, and what makes a name look like another."""
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$:\"'])")


def visible(text: str) -> str:
    """``text`` with what can't be seen spelt out, e.g. ``\\u202e``; tabs and line ends stay."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str, limit: int = 300) -> str:
    """``visible`` text without line ends, cut where it is longer than ``limit``."""
    flat = " ".join(visible(text[: 2 * limit]).split())
    return flat if len(flat) <= limit and len(text) <= 2 * limit else f"{flat[: limit - 1]}…"


def xml(text: str) -> str:
    """For an attribute's value or an element's content of XML 1.0; line ends are kept."""
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace('"', "&quot;").replace("'", "&#39;").replace("\r", "&#13;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")


def code(text: str, limit: int = 300, *, in_table: bool = False) -> str:
    """A code span of Markdown: nothing in it is markup, a link or a mention. Empty for no text."""
    flat = one_line(text, limit)
    if not flat:
        return ""
    if in_table:
        flat = flat.replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    room = " " if flat[:1] == "`" or flat[-1:] == "`" else ""
    return f"{fence}{room}{flat}{room}{fence}"


def prose(text: str, limit: int = 600) -> str:
    """A sentence for Markdown that reads on: its signs are escaped, mentions and links broken."""
    flat = PUNCTUATION.sub(r"\\\1", one_line(text, limit))
    return re.sub(r"(@|www(?=\\)|\\#|https?(?=\\:))", "\\1\u200b", flat)
