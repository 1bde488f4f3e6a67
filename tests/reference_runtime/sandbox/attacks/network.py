"""Reaching what listens outside, or being reached."""

from __future__ import annotations

import os
import socket
import struct

from attacks.catalogue import At, attack
from attacks.reading import output
from attacks.reading_natively import checked, libc

SOCK_DIAG, DUMP = 4, 0x301
BY_FAMILY = 20


@attack("listener", target="tcp")
def n_tcp(at: At) -> object:
    with socket.create_connection(("127.0.0.1", at.tcp), 2) as connection:
        connection.sendall(at.nonce.encode())
    return None


@attack("listener", target="udp")
def n_udp(at: At) -> object:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        return sock.sendto(at.nonce.encode(), ("127.0.0.1", at.udp))


@attack("listener", target="tcp")
def n_tcp_ctypes(at: At) -> object:
    address = struct.pack("=HHI8x", socket.AF_INET, socket.htons(at.tcp), 0x0100007F)
    fd = checked(libc().socket(socket.AF_INET, socket.SOCK_STREAM, 0))
    checked(libc().connect(fd, address, len(address)))
    return os.write(fd, at.nonce.encode())


@attack("answer", target="free")
def n_tcp_bind(at: At) -> object:
    with socket.create_server(("127.0.0.1", at.free)) as server:
        server.settimeout(3)
        with server.accept()[0] as connection:
            return connection.sendall(at.nonce.encode())


@attack("listener", target="unix")
def n_unix_path(at: At) -> object:
    return _tell(at.unix, at.nonce)


@attack("listener", target="abstract")
def n_unix_abstract(at: At) -> object:
    return _tell("\0" + at.abstract, at.nonce)


def _tell(address: str, nonce: str) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(address)
        sock.sendall(nonce.encode())


@attack("listener", target="tcp")
def n_subprocess_bash(at: At) -> object:
    return output("bash", "-c", f"echo {at.nonce} > /dev/tcp/127.0.0.1/{at.tcp}")


@attack("value", target="netlink")
def n_netlink(at: At) -> object:
    """All listening ports of the machine, asked of the kernel."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as sock:
        sock.settimeout(2)
        asked = struct.pack("=BBBBI48x", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
        sock.send(struct.pack("=IHHII", 16 + len(asked), BY_FAMILY, DUMP, 1, 0) + asked)
        return " ".join(map(str, _ports(sock.recv(1 << 20))))


def _ports(data: bytes) -> list[int]:
    ports = []
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if kind == BY_FAMILY:
            ports.append(struct.unpack_from(">H", data, 20)[0])
        data = data[max(length + 3 & ~3, 16) :]
    return ports
