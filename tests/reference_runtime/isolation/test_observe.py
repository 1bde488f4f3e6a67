"""What importing a pack does is noted with its line; what others do is not put down to the pack."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tiny_packs import V1_PACK, effects, inspect_source, keys, kinds

from reference_runtime.isolation.confining import Sandbox


def seen(found: object, *wanted: str) -> list[tuple[str, str, bool, int | None]]:
    """(kind, detail, refused, line) of each side effect."""
    return [
        (e["kind"], e["detail"], e["refused"], e["line"])
        for e in effects(found, *wanted)  # type: ignore[arg-type]
    ]


def test_a_quiet_pack_has_no_side_effect(tmp_path: Path) -> None:
    source = """
import os, sys, tempfile, threading, platform, ctypes.util, logging, sqlite3
cwd, path, environ = os.getcwd(), list(sys.path), dict(os.environ)
os.chdir(tempfile.gettempdir()); os.chdir(cwd)
sys.path.insert(0, "/x"); sys.path.remove("/x")
os.environ["X"] = "1"; del os.environ["X"]
with tempfile.NamedTemporaryFile("w") as file: file.write("x")
with open(os.devnull, "w") as file: file.write("x")
os.makedirs(os.path.expanduser("~/.cache/mypack"), exist_ok=True)
os.makedirs(os.path.dirname(__file__), exist_ok=True)
for absent in ("remove", "rmdir"):
    try: getattr(os, absent)("/nowhere/at/all")
    except OSError: pass
done = threading.Thread(target=len, args=("",)); done.start(); done.join()
platform.platform(), platform.processor(), ctypes.util.find_library("c")
sqlite3.connect(":memory:").execute("create table t (x)")
import socket; socket.getaddrinfo("127.0.0.1", 80); socket.socketpair()
"""
    found = inspect_source(tmp_path, source + V1_PACK)
    assert kinds(found) == []
    assert seen(found) == []


def test_every_file_change_is_noted_where_it_happens(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "old").write_text("kept")
    source = f"""import os, folder_paths
base = {str(outside)!r}
def attempt(function, *arguments):
    try: function(*arguments)
    except OSError as error: print(type(error).__name__, error.errno)
attempt(open, base + "/new", "w")
attempt(open, base + "/old", "a")
attempt(os.mkdir, base + "/folder")
attempt(os.remove, base + "/old")
attempt(os.rename, base + "/old", base + "/moved")
attempt(os.symlink, "/etc", base + "/link")
attempt(os.truncate, base + "/old", 0)
os.makedirs(os.path.join(folder_paths.models_dir, "mine"))
open("relative.txt", "w").close()
{V1_PACK}"""
    found = inspect_source(tmp_path, source)
    where = str(outside)
    assert seen(found, "write", "delete") == [
        ("write", f"{where}/new", True, 4),
        ("write", f"{where}/old", True, 4),
        ("write", f"{where}/folder (folder)", True, 4),
        ("delete", f"{where}/old", True, 4),
        ("delete", f"{where}/old -> {where}/moved", True, 4),
        ("write", f"{where}/link (link)", True, 4),
        ("write", "<host>/models/mine (folder)", False, 13),
        ("write", "<host>/relative.txt", False, 14),
    ]
    assert (outside / "old").read_text() == "kept"
    assert [path.name for path in outside.iterdir()] == ["old"]
    assert set(found.output.split("\n")) == {"PermissionError 13", ""}


def test_processes_are_noted_and_network_is_refused(tmp_path: Path) -> None:
    source = f"""import os, socket, subprocess, urllib.request, threading
subprocess.run(["echo", "a b"])
os.system("true")
def attempt(function):
    try: function()
    except OSError as error: print(type(error).__name__, error)
attempt(lambda: urllib.request.urlopen("http://example.org/x"))
attempt(lambda: socket.create_connection(("127.0.0.1", 9)))
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
attempt(lambda: socket.socket().bind(("127.0.0.1", 0)))
attempt(lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"))
worker = threading.Thread(target=attempt, args=(lambda: socket.gethostbyname("example.com"),))
worker.start(); worker.join()
{V1_PACK}"""
    found = inspect_source(tmp_path, source)
    assert seen(found, "process", "network") == [
        ("process", "echo 'a b'", False, 2),
        ("process", "true", False, 3),
        ("network", "look up example.org", True, 7),
        ("network", "connect to 127.0.0.1:9", True, 8),
        ("network", "send to 127.0.0.1:9", True, 9),
        ("network", "listen on 127.0.0.1:0", True, 10),
        ("network", "connect to the socket /var/run/docker.sock", True, 11),
        ("network", "look up example.com", True, 12),
    ]


def test_lasting_state_is_noted_with_its_line(tmp_path: Path) -> None:
    source = f"""import os, signal, sys, threading, time
os.chdir("/")
sys.path.append("/some/folder")
sys.path[:0] = ["/first"]
os.environ["SOME_SETTING"] = "1"
os.environ.pop("LANG", None); os.environ["PATH"] = os.environ["PATH"]
signal.signal(signal.SIGUSR1, lambda *a: None)
threading.Thread(target=time.sleep, args=(30,), name="poller", daemon=True).start()
{V1_PACK}"""
    found = inspect_source(tmp_path, source)
    noted = [each for each in seen(found) if not each[1].startswith("LANG")]
    assert noted == [
        ("cwd", "now /", False, 2),
        ("environment", "SOME_SETTING=1", False, 5),
        ("sys.path", "added /first", False, 4),
        ("sys.path", "added /some/folder", False, 3),
        ("signal", "SIGUSR1", False, 7),
        ("thread", "poller (daemon)", False, 8),
    ]


def test_replaced_path_list_and_patched_host_are_noted(tmp_path: Path) -> None:
    source = f"""import sys, folder_paths
sys.path = ["/mine", *sys.path]
def patched(name): return []
folder_paths.get_filename_list = patched
{V1_PACK}"""
    found = inspect_source(tmp_path, source)
    assert seen(found) == [
        ("sys.path", "added /mine", False, 2),
        ("host-patched", "folder_paths.get_filename_list", False, 3),
    ]


LIBRARY = """
import os, signal, subprocess, sys, threading, time
os.environ["LIBRARY"] = "1"
sys.path.append("/library")
subprocess.run(["true"])
signal.signal(signal.SIGUSR2, lambda *a: None)
threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
try: open("/library-was-here", "w")
except OSError: pass
import socket
try: socket.socket(socket.AF_INET6).bind(("::1", 0))
except OSError: pass
try: socket.gethostbyname("library.example.org")
except OSError: pass
def start(): subprocess.run(["echo", "called"])
"""


def test_what_a_library_does_while_imported_is_not_the_packs_doing(tmp_path: Path) -> None:
    """Except for network use: the host then talks to a server because it was started."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "some_library.py").write_text(LIBRARY)
    source = f"""import sys; sys.path.insert(0, {str(site)!r})
import some_library
sys.path.pop(0)
some_library.start()
{V1_PACK}"""
    found = inspect_source(tmp_path, source, sandbox=Sandbox(read=(str(site),)))
    assert seen(found) == [
        ("network", "look up library.example.org", True, 2),
        ("process", "echo called", False, 4),
    ]


def test_a_pack_that_must_write_into_its_own_folder_gets_a_copy(tmp_path: Path) -> None:
    source = (
        V1_PACK
        + """
import os, folder_paths
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "settings.json"), "w") as file: file.write("{}")
os.makedirs(os.path.join(here, "..", "..", "web", "mypack"))
Invert.DESCRIPTION = here
"""
    )
    found = inspect_source(tmp_path, source)
    folder = tmp_path / "mypack"
    assert keys(found) == ["Invert"]
    assert found.description["load"]["loaded"] is True
    assert [path.name for path in folder.iterdir()] == ["__init__.py"]
    assert seen(found, "write") == [
        ("write", f"{folder}/settings.json", True, 15),
        ("write", "<host>/web (folder)", False, 16),
        ("write", "<host>/web/mypack (folder)", False, 16),
    ]
    (node,) = found.description["nodes"]
    assert node["file"] == str(folder / "__init__.py")
    assert node["line"] == 2
    assert node["attributes"]["DESCRIPTION"]["value"] == str(folder)


def test_two_runs_give_one_description(tmp_path: Path) -> None:
    source = (
        V1_PACK
        + """
import folder_paths
class Paths(Invert):
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"folder": ("STRING", {"default": folder_paths.get_output_directory()}),
                             "mode": ([*{"b", "a", "c"}],), "odd": ("X", {"default": object()})}}
NODE_CLASS_MAPPINGS["Paths"] = Paths
"""
    )
    first, second = (inspect_source(tmp_path, source).description for _ in range(2))
    for description in (first, second):
        for measured in ("seconds", "peak_bytes"):
            del description["load"][measured]  # type: ignore[misc]
    assert first == second
    assert first["nodes"][1]["inputs"][0]["spec"]["default"] == "<host>/output"


def test_the_worker_is_this_interpreter(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, V1_PACK)
    assert found.description["python"] == ".".join(map(str, sys.version_info[:3]))


def test_torchs_global_state_is_noted_with_its_line(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    source = f"""import torch
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.set_default_device("meta")
{V1_PACK}"""
    found = inspect_source(tmp_path, source, timeout=120)
    assert seen(found) == [
        ("default-dtype", "now torch.float64", False, 2),
        ("grad-mode", "gradients are off", False, 3),
        ("default-device", "now meta", False, 4),
    ]
    assert found.description["torch"] is not None


def test_importing_torch_changes_nothing(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    found = inspect_source(tmp_path, "import torch\n" + V1_PACK, timeout=120)
    assert seen(found) == []
    assert found.description["load"]["peak_bytes"] > 100 << 20
