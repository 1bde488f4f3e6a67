"""``studio-conformance verify``: every kind of change is found, and the first one named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, an_input, make_folder
from inner_runs import InnerRuns

from studio_conformance.certificate.build import digest_of, sha256
from studio_conformance.cli import main

Verify = Callable[..., tuple[int, str, str]]
CERTIFICATE, LOG = "studio-certificate.json", "studio-certificate.events.jsonl"


@pytest.fixture
def place(
    pytester: pytest.Pytester,
    plugin_args: tuple[str, ...],
    rules: object,
    inspections: dict[str, object],
) -> Path:
    """A folder with a certified pack, its certificate and its log."""
    inspections["mypack"] = a_pack(a_node("Sound", inputs=[an_input("image")]))
    make_folder(pytester.path, pyproject='[project]\nname = "my-pack"\nversion = "1.2"\n')
    (pytester.path / "mypack" / "nodes.py").write_text("A = 1\n")
    run = InnerRuns(pytester, plugin_args)
    assert run("--studio-pack=mypack", "--studio-certify").ret == 0
    return pytester.path


@pytest.fixture
def verify(place: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    def run(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["verify", CERTIFICATE, *args])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def _edit(place: Path, change: Callable[[dict[str, Any]], None], *, sealed: bool = False) -> None:
    """Change the certificate; ``sealed``: as one who knows how the digest is made."""
    certificate = json.loads((place / CERTIFICATE).read_text())
    change(certificate)
    if sealed:
        certificate["digest"] = digest_of(certificate)
    (place / CERTIFICATE).write_text(json.dumps(certificate))


def test_what_was_not_changed_is_verified(verify: Verify) -> None:
    status, out, _ = verify("mypack")
    assert status == 0
    assert out.startswith("my-pack 1.2: clean, ")
    assert "verified: the certificate itself, 3 files of " in out
    assert "NOT compared" not in out


def test_what_was_not_given_is_said(verify: Verify, place: Path) -> None:
    (place / LOG).unlink()
    status, out, _ = verify()
    assert status == 0
    assert out.endswith("NOT compared, because not given: the pack, the log\n")


def test_it_holds_elsewhere_and_for_a_copy(verify: Verify, place: Path) -> None:
    shutil.copytree(place / "mypack", place / "copies" / "renamed")
    shutil.move(place / LOG, place / "copies" / "log")
    assert verify("copies/renamed", "--log", "copies/log")[0] == 0


def test_a_changed_byte_breaks_it(verify: Verify, place: Path) -> None:
    file = place / "mypack" / "nodes.py"
    file.write_bytes(file.read_bytes().replace(b"1", b"2"))
    status, out, err = verify("mypack")
    assert (status, out) == (1, "")
    assert err.endswith("mypack: nodes.py was changed\n")


def test_an_added_file_breaks_it(verify: Verify, place: Path) -> None:
    (place / "mypack" / "extra.bin").write_bytes(b"")
    assert "extra.bin was added" in verify("mypack")[2]
    assert verify("mypack")[0] == 1


def test_a_missing_file_breaks_it(verify: Verify, place: Path) -> None:
    (place / "mypack" / "nodes.py").unlink()
    status, _, err = verify("mypack")
    assert (status, "nodes.py is missing" in err) == (1, True)


def test_the_first_of_several_differences_is_named(verify: Verify, place: Path) -> None:
    for name in ("zebra.py", "able.py"):
        (place / "mypack" / name).write_text("")
    assert verify("mypack")[2].count(".py") == 1
    assert "able.py was added" in verify("mypack")[2]


def test_a_cache_in_the_pack_breaks_nothing(verify: Verify, place: Path) -> None:
    (place / "mypack" / "__pycache__").mkdir()
    (place / "mypack" / "__pycache__" / "nodes.pyc").write_bytes(b"")
    (place / "mypack" / ".git").mkdir()
    status, out, _ = verify("mypack")
    assert status == 0
    told = "__pycache__, .git (Python runs what is in __pycache__)"
    assert f"NOT compared, though there: {told}\n" in out


def test_a_link_in_a_circle_was_added(verify: Verify, place: Path) -> None:
    (place / "mypack" / "loop").symlink_to("loop")
    status, _, err = verify("mypack")
    assert (status, "loop was added" in err) == (1, True)


def test_a_log_of_another_size_or_no_possible_name(verify: Verify, place: Path) -> None:
    _edit(place, lambda c: c["log"].update(bytes=5), sealed=True)
    assert "is not the log of this run" in verify()[2]
    _edit(place, lambda c: c["log"].update(file="a" * 5000), sealed=True)
    status, out, _ = verify()
    assert (status, "not given: the pack, the log" in out) == (0, True)


def test_a_key_that_is_there_twice_is_refused(verify: Verify, place: Path) -> None:
    text = (place / CERTIFICATE).read_text()
    (place / CERTIFICATE).write_text(text.replace("{", '{"verdict": "findings",', 1))
    status, _, err = verify()
    assert (status, "no certificate: a key is there twice" in err) == (4, True)


@pytest.mark.parametrize("named", [(), ("--log", LOG)])
def test_an_edited_log_breaks_it(verify: Verify, place: Path, named: tuple[str, ...]) -> None:
    log = place / LOG
    log.write_text(log.read_text().replace('"outcome": "passed"', '"outcome": "passed" ', 1))
    status, _, err = verify("mypack", *named)
    assert status == 1
    assert f"{LOG} is not the log of this run, or was edited" in err


def test_a_log_that_is_named_must_be_there(verify: Verify) -> None:
    status, _, err = verify("mypack", "--log", "nowhere.jsonl")
    assert (status, "nowhere.jsonl: No such file" in err) == (1, True)


@pytest.mark.parametrize(
    ("key", "value"),
    [("date", "2030-01-01"), ("api_level", "other"), ("mode", "strict"), ("set_aside", ["x"])],
)
def test_an_edited_certificate_breaks_it(
    verify: Verify, place: Path, key: str, value: object
) -> None:
    _edit(place, lambda c: c.update({key: value}))
    status, _, err = verify("mypack")
    assert status == 1
    assert f"{CERTIFICATE} was edited" in err


def test_a_resealed_certificate_is_found_out_by_its_log(verify: Verify, place: Path) -> None:
    _edit(place, lambda c: c["totals"].update(passed=9999), sealed=True)
    status, _, err = verify("mypack")
    assert (status, "the certificate's 'totals' is not what " in err) == (1, True)


def test_the_log_of_a_red_run_certifies_nothing(verify: Verify, place: Path) -> None:
    log = place / LOG
    log.write_text(log.read_text().replace('"exit_status": 0', '"exit_status": 1'))
    _edit(place, lambda c: c["log"].update(sha256=sha256(log.read_bytes())), sealed=True)
    status, _, err = verify("mypack")
    assert (status, "gets no certificate: the run ended with status 1" in err) == (1, True)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}", "[" * 100_000, "\xff"])
def test_a_corrupt_certificate_is_wrong_usage(verify: Verify, place: Path, text: str) -> None:
    (place / CERTIFICATE).write_bytes(text.encode("latin-1"))
    status, out, err = verify("mypack")
    assert (status, out, err.count("\n")) == (4, "", 1)
    assert f"{CERTIFICATE} is no certificate: " in err


@pytest.mark.parametrize("key", ["digest", "contents", "log", "totals", "verdict"])
def test_a_certificate_that_lacks_something_is_corrupt(
    verify: Verify, place: Path, key: str
) -> None:
    _edit(place, lambda c: c.pop(key))
    status, _, err = verify("mypack")
    assert (status, f"'{key}' is a required property" in err) == (4, True)


def test_a_verdict_other_than_clean_is_no_certificate(verify: Verify, place: Path) -> None:
    _edit(place, lambda c: c.update(verdict="findings"), sealed=True)
    assert verify("mypack")[0] == 4


def test_what_is_not_there_is_wrong_usage(verify: Verify, place: Path) -> None:
    assert verify("nowhere")[0] == 4
    (place / CERTIFICATE).unlink()
    status, _, err = verify("mypack")
    assert (status, "can't read" in err) == (4, True)


def test_what_a_certificate_does_not_cover_is_said(verify: Verify, place: Path) -> None:
    (place / "mypack" / "evil.py").write_text("")
    (place / "mypack" / "sub").mkdir()

    def hide(certificate: dict[str, Any]) -> None:
        certificate["contents"]["left_out"].append("evil.py")
        certificate["contents"]["ignored"].append("sub")

    _edit(place, hide, sealed=True)
    status, out, _ = verify("mypack")
    assert status == 0  # Only a signature could tell; a reader is at least told.
    assert "not covered: evil.py\n" in out
    assert "not covered, and unusual: everything called sub\n" in out


def test_texts_of_a_certificate_do_nothing_to_a_terminal(verify: Verify, place: Path) -> None:
    (place / LOG).unlink()
    _edit(place, lambda c: c["pack"].update(name="\x1b[2J"), sealed=True)
    _edit(place, lambda c: c.update(date="\x1b[2J"), sealed=True)
    assert "\x1b" not in verify("mypack")[1]
