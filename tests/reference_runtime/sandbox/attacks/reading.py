"""Reading files outside, through Python and common libraries."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from types import SimpleNamespace

from attacks.catalogue import At, attack


def text(path: str) -> str:
    with open(path) as file:
        return file.read()


@attack("token")
def r_open(at: At) -> object:
    return text(at.outside + "/secret.txt")


@attack("token")
def r_os_open(at: At) -> object:
    return os.read(os.open(at.outside + "/secret.json", os.O_RDONLY), 1000)


@attack("token")
def r_dirfd(at: At) -> object:
    folder = os.open(at.outside, os.O_PATH | os.O_DIRECTORY)
    return os.read(os.open("secret.txt", os.O_RDONLY, dir_fd=folder), 1000)


@attack("token")
def r_dotdot(at: At) -> object:
    return text(at.inside + "/deep/../../outside/secret.txt")


@attack("token", target="sibling")
def r_prefix_sibling(at: At) -> object:
    """A check by startswith lets this pass: inside-too begins with inside."""
    path = os.path.realpath(at.sibling + "/secret.txt")
    assert path.startswith(os.path.realpath(at.inside))
    return text(path)


@attack("token")
def r_chdir_rel(at: At) -> object:
    os.chdir(at.inside)
    os.chdir("..")
    return text("outside/secret.txt")


@attack("token", "mmap")
def r_mmap(at: At) -> object:
    import mmap

    with open(at.outside + "/secret.txt", "rb") as file:
        return mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:]


def output(*command: str) -> bytes:
    """What a command prints. Raises OSError with what it complained of."""
    done = subprocess.run(command, capture_output=True, timeout=10, check=False)
    if done.returncode:
        raise OSError(done.stderr.decode(errors="replace").strip()[-300:])
    return done.stdout


@attack("token")
def r_subprocess_cat(at: At) -> object:
    return output("cat", at.outside + "/secret.txt")


@attack("token")
def r_subprocess_py(at: At) -> object:
    code = "import sys; print(open(sys.argv[1]).read())"
    return output(sys.executable, "-I", "-S", "-c", code, at.outside + "/secret.txt")


@attack("token")
def r_os_system(at: At) -> object:
    copy = at.inside + "/copy"
    status = os.system(f"cat {at.outside}/secret.txt > {copy} 2> {copy}.err")
    if status:
        raise OSError(text(copy + ".err"))
    return text(copy)


@attack("token")
def r_fork_exec_raw(at: At) -> object:
    """Without the event that starting a program gives."""
    quiet = SimpleNamespace(**vars(sys))
    quiet.audit = lambda *event: None
    subprocess.sys = quiet  # type: ignore[attr-defined]
    return output("/bin/cat", at.outside + "/secret.txt")


@attack("token", "numpy")
def r_np_fromfile(at: At) -> object:
    import numpy as np

    return np.fromfile(at.outside + "/secret.txt", dtype="u1").tobytes()


@attack("token", "numpy")
def r_np_memmap(at: At) -> object:
    import numpy as np

    return np.load(at.outside + "/secret.npy", mmap_mode="r").tobytes()


@attack("token", "numpy")
def r_np_loadtxt(at: At) -> object:
    import numpy as np

    return np.loadtxt(at.outside + "/secret.csv", dtype=str, delimiter=",").tolist()


@attack("token", "torch")
def r_torch_load(at: At) -> object:
    import torch

    return torch.load(at.outside + "/secret.pt", weights_only=True)


@attack("token", "torch")
def r_torch_load_mmap(at: At) -> object:
    import torch

    return torch.load(at.outside + "/secret.pt", weights_only=True, mmap=True)


@attack("token", "torch")
def r_torch_from_file(at: At) -> object:
    import torch

    size = 16
    tensor = torch.from_file(at.outside + "/secret.txt", size=size, dtype=torch.uint8)
    return bytes(tensor.tolist())


@attack("token", "torch")
def r_torch_cpp_reader(at: At) -> object:
    import torch

    return torch._C.PyTorchFileReader(at.outside + "/secret.pt").get_record("data.pkl")


@attack("token", "PIL.Image", "PIL.PngImagePlugin")
def r_pil(at: At) -> object:
    from PIL import Image

    return Image.open(at.outside + "/secret.png").tobytes()


@attack("token", "sqlite3")
def r_sqlite(at: At) -> object:
    import sqlite3

    return sqlite3.connect(at.outside + "/secret.db").execute("select * from secret").fetchall()


@attack("token", "sqlite3")
def r_sqlite_attach(at: At) -> object:
    import sqlite3

    here = sqlite3.connect(":memory:")
    here.execute(f"attach '{at.outside}/secret.db' as other")
    return here.execute("select * from other.secret").fetchall()


@attack("token", "safetensors", "numpy")
def r_safetensors(at: At) -> object:
    from safetensors import safe_open

    with safe_open(at.outside + "/secret.safetensors", framework="np") as file:
        return file.get_tensor("secret").tobytes()


@attack("token", "av")
def r_av(at: At) -> object:
    import av

    with av.open(at.outside + "/secret.wav") as container:
        return b"".join(bytes(packet) for packet in container.demux())


@attack("token", "av")
def r_av_concat(at: At) -> object:
    """A list of files inside that names one outside: the library opens it."""
    import av

    with open(at.inside + "/list.txt", "w") as file:
        file.write(f"ffconcat version 1.0\nfile '{at.outside}/secret.wav'\n")
    options = {"safe": "0"}
    with av.open(at.inside + "/list.txt", format="concat", options=options) as container:
        return b"".join(bytes(packet) for packet in container.demux())


@attack("token")
def r_symlink_planted(at: At) -> object:
    return text(at.inside + "/planted-link")


@attack("token")
def r_symlink_dir_planted(at: At) -> object:
    return text(at.inside + "/planted-folder/secret.txt")


@attack("token")
def r_symlink_made(at: At) -> object:
    os.symlink(at.outside + "/secret.txt", at.inside + "/made")
    return text(at.inside + "/made")


@attack("token", target="hard")
def r_hardlink_planted(at: At) -> object:
    return text(at.inside + "/planted-hard-link")


@attack("token")
def r_hardlink_made(at: At) -> object:
    os.link(at.outside + "/secret.txt", at.inside + "/made")
    return text(at.inside + "/made")


@attack("token")
def r_rename_in(at: At) -> object:
    os.rename(at.outside + "/secret.csv", at.inside + "/moved")
    return text(at.inside + "/moved")


@attack("token")
def r_toctou_swap(at: At) -> object:
    """A path that is checked, then swapped for a link, then opened."""
    path = at.inside + "/checked"
    with open(path, "w") as file:
        file.write("harmless")
    assert os.path.realpath(path).startswith(os.path.realpath(at.inside) + "/")
    os.symlink(at.outside + "/secret.txt", path + ".new")
    os.replace(path + ".new", path)
    return text(path)


@attack("token")
def r_proc_self_root(at: At) -> object:
    return text(f"/proc/self/root{at.outside}/secret.txt")


@attack("token")
def r_proc_self_cwd(at: At) -> object:
    os.chdir(at.inside)
    return text("/proc/self/cwd/../outside/secret.txt")


@attack("token", target="proc")
def r_proc_ppid_root(at: At) -> object:
    return text(f"{at.proc}/root{at.outside}/secret.txt")


@attack("token", "ptrace", target="proc")
def r_proc_ppid_environ(at: At) -> object:
    return text(at.proc + "/environ")


@attack("token", "ptrace", target="proc")
def r_proc_ppid_fd(at: At) -> object:
    return text(f"{at.proc}/fd/{at.held}")


@attack("token", target="proc")
def r_proc_ppid_cmdline(at: At) -> object:
    return text(at.proc + "/cmdline")


@attack("token", target="inherited")
def r_inherited_fd(at: At) -> object:
    with io.FileIO(at.inherited, closefd=False) as file:
        return file.read(1000)
