"""Attacks on a confined process, each from a fresh one; what ordinary work needs goes on."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.sandbox import landlock, seccomp
from reference_runtime.sandbox.applying import Sentinel, confine
from reference_runtime.sandbox.policy import NETWORK_TABLES, Enforced, Layer, SandboxPolicy

ROOT = Path(__file__).parents[3]
ATTACKS = {
    "read": ("files", "open(outside + '/old').read()"),
    "list": ("files", "os.listdir(outside)"),
    "read passwords": ("files", "open('/etc/passwd').read()"),
    "look at the parent": ("files", "open(f'/proc/{os.getppid()}/environ').read()"),
    "list processes": ("files", "os.listdir('/proc')"),
    "create": ("files", "open(outside + '/new', 'w')"),
    "append": ("files", "open(outside + '/old', 'a')"),
    "truncate": ("files", "os.truncate(outside + '/old', 0)"),
    "remove": ("files", "os.remove(outside + '/old')"),
    "rename away": ("files", "os.rename(outside + '/old', inside + '/x')"),
    "rename in": ("files", "os.rename(inside + '/mine', outside + '/x')"),
    "link in": ("files", "os.link(inside + '/mine', outside + '/x')"),
    "make folder": ("files", "os.mkdir(outside + '/x')"),
    "make fifo": ("files", "os.mkfifo(outside + '/x')"),
    "through a link": (
        "files",
        "os.symlink(outside, inside + '/l'); open(inside + '/l/new', 'w')",
    ),
    "in a child": (
        "files",
        "subprocess.run([sys.executable, '-c', 'import sys; open(sys.argv[1], \"w\")', "
        "outside + '/new'], check=True, stderr=-3)",
    ),
    "connect": ("network", "socket.create_connection(('127.0.0.1', port))"),
    "listen": ("network", "socket.socket().bind(('127.0.0.1', 0))"),
    "send a datagram": (
        "network",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
    ),
    "send a message": (
        "network",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', port))",
    ),
    "unix socket": ("network", "socket.socket(socket.AF_UNIX).connect('/run/docker.sock')"),
    "netlink": ("network", "socket.socket(16, socket.SOCK_RAW)"),
    "signal the parent": ("signals", "os.kill(os.getppid(), 0)"),
    "slow the parent down": ("kernel", "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)"),
    "watch a folder": (
        "kernel",
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); "
        "fd = c.inotify_init1(0); e = ctypes.get_errno(); "
        "(fd >= 0) or (_ for _ in ()).throw(OSError(e, os.strerror(e)))",
    ),
    "change the root": ("kernel", "os.chroot(inside)"),
    "limit the parent": (
        "kernel",
        "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (8, 8))",
    ),
    "become another user": ("kernel", "os.setuid(12345 if os.getuid() != 12345 else 12346)"),
}
ALLOWED = {
    "write inside": "open(inside + '/new', 'w').write('x')",
    "read inside": "open(inside + '/mine').read()",
    "folder tree inside": "os.makedirs(inside + '/a/b'); os.rename(inside + '/a/b', inside + '/c')",
    "null": "open('/dev/null', 'w').write('x')",
    "random": "open('/dev/urandom', 'rb').read(8)",
    "run a program": "subprocess.run(['true'], check=True)",
    "run a Python": "subprocess.run([sys.executable, '-c', 'import ctypes, ssl'], check=True)",
    "signal itself": "os.kill(os.getpid(), 0)",
    "itself": "open('/proc/self/status').read()",
    "threads": "import threading; t = threading.Thread(target=print); t.start(); t.join()",
    "event loop": "import asyncio; asyncio.run(asyncio.sleep(0))",
    "a pair of sockets": "a, b = socket.socketpair(); a.sendall(b'x'); assert b.recv(1) == b'x'",
    "make a socket": "socket.socket().close()",
    "time zones": "import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')",
    "mime types": "import mimetypes; mimetypes.init()",
    "who am I": "import getpass; os.environ['USER'] = 'studio'; getpass.getuser()",
}
SCRIPT = """
import json, os, resource, socket, subprocess, sys
from reference_runtime.sandbox.applying import Sentinel, confine
from reference_runtime.sandbox.policy import SandboxPolicy
sys.path[:] = [path for path in sys.path if path != {root!r}]
inside, outside, port = {inside!r}, {outside!r}, {port}
policy = SandboxPolicy(write=(inside,), max_memory=4 << 30)
told = confine(policy, Sentinel(outside + "/old", outside + "/probe"), (), {abi})
try:
    {code}
    outcome = "done"
except Exception as error:
    outcome = type(error).__name__
print(json.dumps([told.to_wire(), outcome]))
"""


def run_confined(folder: Path, code: str, abi: int | None = None) -> tuple[Enforced, str]:
    """What is enforced on a process, and how the code ended in it."""
    inside, outside = folder / "inside", folder / "outside"
    for each in (inside, outside):
        each.mkdir()
    (inside / "mine").write_text("mine")
    (outside / "old").write_text("old")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = SCRIPT.format(
            root=str(ROOT), inside=str(inside), outside=str(outside), port=port, code=code, abi=abi
        )
        done = subprocess.run(
            [sys.executable, "-B", "-c", script],
            capture_output=True, text=True, check=True, cwd="/", env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    told, outcome = json.loads(done.stdout.splitlines()[-1])
    enforced = Enforced.from_wire(told)
    assert sorted(path.name for path in outside.iterdir()) == ["old"] or enforced.files == "none"
    assert (outside / "old").read_text() == "old" or enforced.files == "none"
    return enforced, outcome


@pytest.mark.parametrize(("aspect", "code"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_fails_where_the_facts_say_so(tmp_path: Path, aspect: str, code: str) -> None:
    enforced, outcome = run_confined(tmp_path, code)
    if getattr(enforced, aspect) != "enforced":
        pytest.skip(enforced.line)
    assert outcome in ("PermissionError", "OSError", "CalledProcessError")


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED.keys())
def test_ordinary_work_goes_on(tmp_path: Path, code: str) -> None:
    assert run_confined(tmp_path, code)[1] == "done"


def test_locks_work_in_a_shared_memory_of_their_own(tmp_path: Path) -> None:
    """Where a namespace can be had; and nobody else's shared memory is in it."""
    planted = Path("/dev/shm/studio-conformance-planted")
    planted.write_text("secret")
    try:
        code = (
            "import multiprocessing; multiprocessing.Lock(); "
            "assert os.listdir('/dev/shm') in ([], ['x']), os.listdir('/dev/shm')"
        )
        outcome = run_confined(tmp_path, code)[1]
    finally:
        planted.unlink()
    assert outcome in ("done", "PermissionError")
    if os.getuid() == 0:
        assert outcome == "done"


def test_connections_of_the_machine_are_not_listed(tmp_path: Path) -> None:
    """The kernel lists them for every process, unless it has a network of its own."""
    code = "assert f':{port:04X}' not in open('/proc/self/net/tcp').read()"
    enforced, outcome = run_confined(tmp_path, code)
    assert outcome == (
        "AssertionError" if NETWORK_TABLES in enforced.line.partition("; open: ")[2] else "done"
    )
    if os.getuid() == 0:
        assert outcome == "done"


def test_a_queue_of_another_program_can_be_neither_read_nor_removed(tmp_path: Path) -> None:
    """Their numbers are small, so that nobody has to ask for one by its key."""
    libc = ctypes.CDLL(None)
    queue = libc.msgget(0, 0o1600)
    if queue < 0:
        pytest.skip("no queues on this machine")
    message = ctypes.c_long(1)
    try:
        assert libc.msgsnd(queue, ctypes.byref(message), 0, 0) == 0
        code = (
            "import ctypes; c = ctypes.CDLL(None); got = ctypes.create_string_buffer(64); "
            f"assert c.msgrcv({queue}, got, 8, 0, 0o4000) < 0; assert c.msgctl({queue}, 0, 0) < 0"
        )
        assert run_confined(tmp_path, code)[1] == "done"
        assert libc.msgrcv(queue, ctypes.create_string_buffer(64), 8, 0, 0o4000) == 0
    finally:
        libc.msgctl(queue, 0, 0)


def test_what_is_left_open_is_told() -> None:
    """All that the kernel enforces, by namespaces and without them."""
    rest = {"files": "enforced", "network": "enforced", "signals": "enforced",
            "kernel": "enforced", "memory": "enforced"}  # fmt: skip
    spaces = Layer("own namespaces", (NETWORK_TABLES,))
    hidden = Enforced(**rest, metadata="enforced", layers=(spaces,))
    assert hidden.line == "own namespaces: network tables; open: hard links planted inside"
    seen = Enforced(**rest, layers=(Layer("landlock", ("files",)),))
    assert seen.line.partition("; open: ")[2] == (
        "metadata of files outside, network tables, hard links planted inside"
    )


def test_what_is_open_is_closed(tmp_path: Path) -> None:
    """A file opened before stays usable whatever the rules say, so it must not stay open."""
    opening = "leaked = os.open('/etc/passwd', os.O_RDONLY)"
    script = SCRIPT.replace("policy =", opening + "\npolicy =")
    assert _run(script, tmp_path, "os.read(leaked, 1)") == "OSError"


def _run(script: str, folder: Path, code: str, abi: int | None = None) -> str:
    """How the code ended; what is outside may have changed."""
    inside, outside = folder / "in", folder / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "old").write_text("old")
    text = script.format(
        root=str(ROOT), inside=str(inside), outside=str(outside), port=1, code=code, abi=abi
    )
    return str(json.loads(_output(text).splitlines()[-1])[1])


def _output(script: str) -> str:
    return subprocess.run(
        [sys.executable, "-B", "-c", script],
        capture_output=True, text=True, check=True, cwd="/", env={"PYTHONPATH": str(ROOT)},
    ).stdout  # fmt: skip


OLDER = [
    (0, "none", "none"),
    (1, "partial", "none"),
    (3, "enforced", "none"),
    (6, "enforced", "enforced"),
]


@pytest.mark.parametrize(
    ("abi", "files", "signals"),
    [
        (0, "none", "none"),
        (1, "partial", "none"),
        (3, "enforced", "none"),
        (6, "enforced", "enforced"),
    ],
)
def test_an_older_kernel_enforces_less_and_says_so(
    tmp_path: Path, abi: int, files: str, signals: str
) -> None:
    if landlock.abi() < abi:
        pytest.skip(f"the kernel has abi {landlock.abi()}")
    enforced, _ = run_confined(tmp_path, "pass", abi)
    assert (enforced.files, enforced.signals) == (files, signals)
    assert enforced.holds is (files == "enforced")
    assert enforced.line.startswith("not enforced: files") is not enforced.holds


def test_below_abi_3_a_file_outside_can_be_truncated(tmp_path: Path) -> None:
    """Why less than abi 3 counts as partial: the attack works."""
    assert _run(SCRIPT, tmp_path, "os.truncate(outside + '/old', 0)", abi=2) == "done"
    assert (tmp_path / "out" / "old").read_text() == ""


def test_the_sentinel_decides_not_the_version(tmp_path: Path) -> None:
    """Rules that allow too much are found out: the sentinel lies in a writable folder."""
    (tmp_path / "secret").write_text("x")
    script = f"""
from reference_runtime.sandbox.applying import Sentinel, confine
from reference_runtime.sandbox.policy import SandboxPolicy
folder = {str(tmp_path)!r}
told = confine(SandboxPolicy(write=(folder,)), Sentinel(folder + "/secret", folder + "/probe"))
print(told.files, told.holds, told.line)
"""
    said = _output(script)
    assert said.startswith("none False not enforced: files")
    assert "reading a file outside succeeded" in said
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_with_a_second_thread_nothing_is_claimed(tmp_path: Path) -> None:
    """Rules hold for the calling thread and what it starts: another one would be free."""
    script = """
import threading, time
from reference_runtime.sandbox.applying import Sentinel, confine
from reference_runtime.sandbox.policy import SandboxPolicy
threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
print(confine(SandboxPolicy(), Sentinel("/x", "/x")).line)
"""
    said = _output(script)
    assert said == "not enforced: files, network (another thread exists already)\n"


def test_another_system_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    told = confine(SandboxPolicy(), Sentinel("/x", "/x"))
    assert not told.holds
    assert told.line == "not enforced: files, network (no sandbox on darwin)"


def test_without_landlock_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "syscall", lambda *arguments: -errno.ENOSYS)
    layer = landlock.restrict([], [], False, landlock.abi())
    assert (layer.holds, layer.reason) == (
        (),
        "the kernel has no Landlock (Function not implemented)",
    )


def test_an_unknown_architecture_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = seccomp.restrict(network=False, machine="vax")
    assert (layer.holds, layer.reason) == ((), "no seccomp filter for vax")


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("network", [True, False])
def test_a_filter_is_a_program_whose_jumps_stay_inside(machine: str, network: bool) -> None:
    steps = seccomp.program(machine, network=network)
    assert len(steps) < 4096
    for place, (code, yes, no, _) in enumerate(steps):
        if code & 0x07 == 0x05:
            assert place + 1 + max(yes, no) < len(steps)
            assert max(yes, no) < 256
    assert steps[-1][0] == 0x06


def _filtered(machine: str, number: int, arguments: list[int], network: bool = False) -> int:
    """What the filter answers: an interpreter of the few instructions that it uses."""
    data: dict[int, int] = {0: number, 4: seccomp.AUDIT_ARCH[machine]}
    for index, value in enumerate(arguments):
        data[16 + 8 * index], data[20 + 8 * index] = value & 0xFFFFFFFF, value >> 32
    steps, place, held = seccomp.program(machine, network=network), 0, 0
    while True:
        code, yes, no, value = steps[place]
        if code == 0x20:
            held = data.get(value, 0)
        elif code == 0x06:
            return value
        else:
            hit = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
            place += yes if hit else no
        place += 1


ALLOW = 0x7FFF0000
CALLS: list[tuple[str, list[int], bool]] = [
    ("ptrace", [], False),
    ("msgrcv", [], False),
    ("semop", [], False),
    ("shmctl", [], False),
    ("socket", [2], True),
    ("socket", [10], True),
    ("socket", [1], True),
    ("socket", [16], False),
    ("connect", [], False),
    ("sendto", [3, 0, 0, 0, 0], True),
    ("sendto", [3, 0, 0, 0, 0x7F0000001000], False),
    ("sendto", [3, 0, 0, 0, 0x7F0000000000], False),
    ("clone", [0x11], True),
    ("clone", [0x10000000], False),
    ("clone", [0x00020000], False),
    ("clone3", [], False),
    ("ioctl", [0, 0x5401], True),
    ("ioctl", [0, 0x5412], False),
    ("prlimit64", [0], True),
    ("prlimit64", [1], False),
]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize(("call", "arguments", "allowed"), CALLS)
def test_a_filter_answers_as_it_should(
    machine: str, call: str, arguments: list[int], allowed: bool
) -> None:
    number = seccomp.NUMBERS[machine][call]
    assert (_filtered(machine, number, arguments) == ALLOW) is allowed


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_with_a_network_unix_sockets_are_refused(machine: str) -> None:
    """They lead to services of this machine, which landlock does not hold."""
    numbers = seccomp.NUMBERS[machine]
    assert _filtered(machine, numbers["socket"], [2], network=True) == ALLOW
    assert _filtered(machine, numbers["connect"], [], network=True) == ALLOW
    assert _filtered(machine, numbers["socket"], [1], network=True) != ALLOW


def test_numbers_of_another_kind_are_refused() -> None:
    """x32 calls have numbers of their own on the same architecture."""
    number = seccomp.NUMBERS["x86_64"]["socket"]
    assert _filtered("x86_64", number | 0x40000000, [2]) != ALLOW
    assert _filtered("x86_64", 1, []) == ALLOW  # write


def test_a_policy_is_plain_data() -> None:
    policy = SandboxPolicy(("/a",), ("/b",), max_memory=1 << 30, environment={"A": "b"})
    wire: dict[str, Any] = json.loads(json.dumps(policy.to_wire()))
    assert SandboxPolicy.from_wire(wire) == policy


def test_what_is_enforced_is_plain_data(tmp_path: Path) -> None:
    enforced, _ = run_confined(tmp_path, "pass")
    wire = json.loads(json.dumps(enforced.to_wire()))
    assert wire["line"] == enforced.line
    assert Enforced.from_wire(wire) == enforced


def test_the_environment_is_that_of_the_policy(tmp_path: Path) -> None:
    script = SCRIPT.replace("max_memory=4 << 30", "environment=dict(A='b')")
    code = "assert dict(os.environ) == dict(A='b'), os.environ"
    assert _run(script, tmp_path, code) == "done"


def test_memory_of_a_process_has_a_bound(tmp_path: Path) -> None:
    script = SCRIPT.replace("max_memory=4 << 30", "max_memory=1 << 30")
    assert _run(script, tmp_path, "bytearray(2 << 30)") == "MemoryError"


def test_shared_memory_and_files_have_a_bound(tmp_path: Path) -> None:
    """Anonymous files count as files: memory can't be taken that way either."""
    script = SCRIPT.replace("max_memory=4 << 30", "max_file=1 << 20")
    code = "fd = os.memfd_create('x'); os.pwrite(fd, b'x', 2 << 20)"
    assert _run(script, tmp_path, code) == "OSError"
