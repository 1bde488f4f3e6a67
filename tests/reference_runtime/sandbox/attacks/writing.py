"""Changing files outside."""

from __future__ import annotations

import ctypes
import io
import os
import pickle
import shutil

from attacks.catalogue import At, attack
from attacks.reading import output
from attacks.reading_natively import checked, libc


def write(path: str, content: str, mode: str = "w") -> None:
    with open(path, mode) as file:
        file.write(content)


@attack("tree")
def w_open(at: At) -> object:
    return write(at.outside + "/new", at.nonce)


@attack("tree")
def w_overwrite(at: At) -> object:
    return write(at.outside + "/secret.txt", at.nonce)


@attack("tree")
def w_append(at: At) -> object:
    return write(at.outside + "/secret.txt", at.nonce, "a")


@attack("tree")
def w_dangling_symlink(at: At) -> object:
    os.symlink(at.outside + "/new", at.inside + "/dangling")
    return write(at.inside + "/dangling", at.nonce)


@attack("tree")
def w_rename_out(at: At) -> object:
    return os.rename(at.inside + "/mine", at.outside + "/new")


@attack("tree")
def w_link_out(at: At) -> object:
    return os.link(at.inside + "/mine", at.outside + "/new")


@attack("tree")
def w_unlink(at: At) -> object:
    return os.unlink(at.outside + "/secret.txt")


@attack("tree")
def w_truncate(at: At) -> object:
    return os.truncate(at.outside + "/secret.txt", 0)


@attack("tree")
def w_truncate_ctypes(at: At) -> object:
    path = (at.outside + "/secret.txt").encode()
    return checked(libc().truncate(path, ctypes.c_long(0)))


@attack("tree")
def w_mkdir(at: At) -> object:
    return os.mkdir(at.outside + "/new")


@attack("tree")
def w_symlink_out(at: At) -> object:
    return os.symlink("/nowhere", at.outside + "/new")


@attack("tree")
def w_mkfifo(at: At) -> object:
    return os.mkfifo(at.outside + "/new")


@attack("tree")
def w_rmtree(at: At) -> object:
    return shutil.rmtree(at.outside + "/folder")


@attack("tree", "numpy")
def w_np_tofile(at: At) -> object:
    import numpy as np

    return np.zeros(3).tofile(at.outside + "/new")


@attack("tree", "numpy")
def w_np_save(at: At) -> object:
    import numpy as np

    return np.save(at.outside + "/new", np.zeros(3))


@attack("tree", "torch")
def w_torch_save(at: At) -> object:
    import torch

    return torch.save(torch.zeros(3), at.outside + "/new.pt")


@attack("tree", "PIL.Image", "PIL.PngImagePlugin")
def w_pil(at: At) -> object:
    from PIL import Image

    return Image.new("L", (2, 2)).save(at.outside + "/new.png")


@attack("tree", "sqlite3")
def w_sqlite(at: At) -> object:
    import sqlite3

    return sqlite3.connect(at.outside + "/new.db").execute("create table new (a)").fetchall()


@attack("tree", "safetensors.numpy", "numpy")
def w_safetensors(at: At) -> object:
    import numpy as np
    from safetensors.numpy import save_file

    return save_file({"new": np.zeros(3)}, at.outside + "/new.safetensors")


@attack("tree", "studio_thief")
def w_cext(at: At) -> object:
    import studio_thief  # type: ignore[import-not-found]

    return studio_thief.write(at.outside + "/new")


@attack("tree")
def w_subprocess(at: At) -> object:
    return output("touch", at.outside + "/new")


@attack("tree", "zipfile")
def w_zipslip(at: At) -> object:
    """A name in an archive that leads up, joined to a folder as careless code does."""
    import zipfile

    with zipfile.ZipFile(at.inside + "/a.zip", "w") as archive:
        archive.writestr("../outside/new", at.nonce)
    with zipfile.ZipFile(at.inside + "/a.zip") as archive:
        for name in archive.namelist():
            write(os.path.join(at.inside, name), archive.read(name).decode())
    return None


@attack("tree", "tarfile")
def w_tarslip(at: At) -> object:
    """A link in an archive, then a file through it."""
    import tarfile

    link, file = tarfile.TarInfo("way"), tarfile.TarInfo("way/new")
    link.type, link.linkname, file.size = tarfile.SYMTYPE, at.outside, len(at.nonce)
    with tarfile.open(at.inside + "/a.tar", "w") as archive:
        archive.addfile(link)
        archive.addfile(file, io.BytesIO(at.nonce.encode()))
    with tarfile.open(at.inside + "/a.tar") as archive:
        if hasattr(tarfile, "fully_trusted_filter"):
            return archive.extractall(at.inside, filter="fully_trusted")
        return archive.extractall(at.inside)


class Exploit:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.path,)


@attack("tree")
def w_pickle_exec(at: At) -> object:
    data = pickle.dumps(Exploit(at.outside + "/new"))
    return pickle.loads(data)
