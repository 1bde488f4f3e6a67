"""Ninety-eight attacks from inside a confined process: none gets out where the sandbox says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks.arena import Arena
from attacks.catalogue import TRUTHS, attacks
from attacks.judging import tainted
from attacks.running import USERS, VARIANTS, Machine, Result, Started, machine, warm

from reference_runtime.sandbox import bubblewrap

COUNTS = {"r": 43, "w": 24, "m": 5, "l": 6, "n": 8, "p": 10, "x": 2}
METADATA, LINKS = "metadata of files outside", "hard links planted inside"
HOLES = {
    "l_stat": METADATA, "l_exists": METADATA, "l_readlink": METADATA, "l_getxattr": METADATA,
    "m_chmod": METADATA, "m_chmod_ctypes": METADATA, "m_utime": METADATA, "m_setxattr": METADATA,
    "r_hardlink_planted": LINKS, "p_signal_host": "signals to other processes",
}  # fmt: skip
"""What may have an effect where the sandbox's line says so."""
MOST = {"plain": 9, "wrapped": 1}
"""How many attacks may have an effect on a machine that enforces all it can."""


@pytest.fixture(scope="module")
def here() -> Iterator[Machine]:
    with machine() as found:
        yield found


def outcome(here: Machine, user: str, variant: str) -> dict[str, Result]:
    """Results of all attacks; skips where the machine can't show them."""
    if variant == "wrapped" and bubblewrap.refusal() is not None:
        pytest.skip(str(bubblewrap.refusal()))
    try:
        here.host(user)
    except LookupError as reason:
        pytest.skip(str(reason))
    warm(here, [(each, variant) for each in USERS])
    results = here.results(user, variant)
    reasons = {r["skipped"] for r in results.values()}
    if all(reason.startswith("not enforced") for reason in reasons):
        pytest.skip(reasons.pop())
    return results


def any_host(here: Machine) -> Started:
    """Of an ordinary user, where there can be one."""
    try:
        return here.host("user")
    except LookupError:
        return here.host("root")


def test_all_attacks_are_there() -> None:
    assert Counter(name[0] for name in attacks()) == COUNTS
    assert sum(COUNTS.values()) == 98
    assert {attack.truth for attack in attacks().values()} == set(TRUTHS)


def test_every_attack_works_without_a_sandbox(here: Machine) -> None:
    """Else its failure would prove nothing. By an ordinary user, but for what takes root."""
    warm(here, [("user", "none"), ("root", "plain")])
    results = here.results("user", "none")
    tried = {name: r for name, r in results.items() if not r["skipped"]}
    failed = {
        name: (r["effects"], r["outcome"], r["text"])
        for name, r in tried.items()
        if attacks()[name].truth not in r["effects"]
    }
    assert not failed
    for name in sorted({*results} - {*tried}):
        print(f"{name}: not tried ({results[name]['skipped']})")
    assert len(tried) >= 60


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("user", USERS)
def test_only_holes_that_are_named_are_open(here: Machine, user: str, variant: str) -> None:
    results = outcome(here, user, variant)
    effects = {name: r for name, r in results.items() if r.get("effects")}
    unnamed = {
        name: (r["effects"], r["line"])
        for name, r in effects.items()
        if name not in HOLES or HOLES[name] not in r["line"].partition("; open: ")[2]
    }
    assert not unnamed
    signals = any(HOLES["p_signal_host"] in r.get("line", "") for r in results.values())
    assert len(effects) <= MOST[variant] + signals, sorted(effects)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("user", USERS)
def test_every_attack_is_caught_by_a_layer(here: Machine, user: str, variant: str) -> None:
    results = outcome(here, user, variant)
    caught = here.caught(user, variant)
    assert {*caught} == {name for name, r in results.items() if not r["skipped"]}
    assert [name for name, layers in caught.items() if not layers] == []


def test_an_existence_is_caught_by_taking_the_file_away(here: Machine) -> None:
    """Without a sandbox what is said depends on the file; and only then."""
    host = any_host(here)
    assert host.differs("l_exists", "none")
    assert host.differs("l_stat", "none")
    assert not host.differs("l_glob", "plain")
    assert not host.differs("x_print_stdout", "none")


def test_nothing_runs_where_the_sandbox_does_not_hold(here: Machine) -> None:
    result = any_host(here).order(["w_open"], "plain", abi=0)[0]
    assert result["skipped"].startswith("not enforced: files")
    assert "outcome" not in result


@pytest.mark.parametrize("hidden", [b"%s", b"x%sx"])
def test_a_token_is_found_in_many_guises(hidden: bytes) -> None:
    import base64

    token = "0123456789abcdef"
    plain = token.encode()
    for form in (plain, plain[::-1], plain.hex().encode(), b"\0".join(bytes([b]) for b in plain)):
        assert tainted(hidden % form, token)
    for shift in range(3):
        assert tainted(base64.b64encode(b"y" * shift + hidden % plain), token)
    assert not tainted(hidden % plain[:-1], token)


def test_a_snapshot_notices_every_kind_of_change(tmp_path: Path) -> None:
    arena = Arena(tmp_path / "arena", "0123456789abcdef", "nonce")
    arena.build()
    try:
        secret, before = arena.outside / "secret.txt", arena.snapshot()
        assert arena.snapshot() == before
        secret.chmod(0o700)
        changed = arena.snapshot()
        assert changed != before
        secret.write_text("x")
        assert arena.snapshot() != changed
        changed = arena.snapshot()
        (arena.inside / "another").hardlink_to(secret)
        assert arena.snapshot() != changed
        assert not arena.heard()
    finally:
        arena.close()
