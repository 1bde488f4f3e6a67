"""What a shell reads in a text, and what a program takes for an option."""

from __future__ import annotations

import shlex

import pytest

from reference_runtime.escapes.shell import is_option, is_read, script_of


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("echo x;touch y", "x;touch y"),
        ('echo "$(touch y)"', "$(touch y)"),
        ('echo "`touch y`"', "`touch y`"),
        ("echo '';touch y;''", "';touch y;'"),
        ('echo "";touch y;""', '";touch y;"'),
        ("echo x\ntouch y", "x\ntouch y"),
        ("convert $HOME", "$HOME"),
    ],
)
def test_read_by_the_shell(script: str, text: str) -> None:
    assert is_read(script, text)


@pytest.mark.parametrize("text", ["x;y", "$(y)", "`y`", "';y;'", '";y;"', "a|b", "x\ny"])
def test_quoted_text_is_a_word(text: str) -> None:
    assert not is_read(f"echo {shlex.quote(text)}", text)


def test_a_text_that_quotes_itself_is_a_word() -> None:
    assert not is_read("echo ';touch y;'", "';touch y;'")


def test_a_dollar_alone_is_a_word() -> None:
    assert not is_read("echo CONIN$", "CONIN$")
    assert not is_read("echo", "x;y")


def test_script_of_commands() -> None:
    assert script_of(("echo a",), "os.system") == "echo a"
    assert script_of(("/bin/sh", "-c", "echo a"), "subprocess.Popen") == "echo a"
    assert script_of(("echo", "a"), "subprocess.Popen") is None
    assert script_of(("echo",), "subprocess.Popen") is None


def test_options() -> None:
    assert is_option(("tool", "-o/x"), "-o/x")
    assert not is_option(("tool", "--", "-o/x"), "-o/x")
    assert not is_option(("tool", "./-o/x"), "-o/x")
