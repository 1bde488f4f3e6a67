"""Learning that files outside exist, and changing what is known about them."""

from __future__ import annotations

import glob
import os

from attacks.catalogue import At, attack
from attacks.reading_natively import checked, libc


@attack("token")
def l_listdir(at: At) -> object:
    return os.listdir(at.outside)


@attack("value")
def l_stat(at: At) -> object:
    found = os.stat(at.outside + "/secret.txt")
    return f"{found.st_size} {found.st_mtime_ns}"


@attack("value")
def l_exists(at: At) -> object:
    return f"{os.path.exists(at.outside + '/secret.txt')} {os.path.exists(at.outside + '/no')}"


@attack("token")
def l_readlink(at: At) -> object:
    return os.readlink(at.outside + "/link")


@attack("token", "xattr")
def l_getxattr(at: At) -> object:
    return os.getxattr(at.outside + "/secret.txt", "user.secret")


@attack("token")
def l_glob(at: At) -> object:
    found = glob.glob(at.outside + "/*")
    if not found:  # glob says nothing of what it could not list
        os.scandir(at.outside)
    return found


@attack("tree")
def m_chmod(at: At) -> object:
    return os.chmod(at.outside + "/secret.txt", 0o777)


@attack("tree")
def m_chmod_ctypes(at: At) -> object:
    return checked(libc().chmod((at.outside + "/secret.txt").encode(), 0o777))


@attack("tree", "root")
def m_chown(at: At) -> object:
    return os.chown(at.outside + "/secret.txt", 12345, -1)


@attack("tree")
def m_utime(at: At) -> object:
    return os.utime(at.outside + "/secret.txt", (1, 1))


@attack("tree", "xattr")
def m_setxattr(at: At) -> object:
    return os.setxattr(at.outside + "/secret.txt", "user.new", at.nonce.encode())
