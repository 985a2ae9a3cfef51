"""A stream sealed under the field keys: AES-256-GCM in chunks, so that gigabytes need no memory.

``gongyitong sealed 1 <key id>\\n``, 16 random bytes that name the stream, then chunks: four bytes of length,
nonce, text. Each chunk is bound to the stream, to its place in it, and to being the last one or not: nothing
can be cut off, moved or mixed.
"""

from __future__ import annotations

import io
import os
import struct
from typing import IO

from cryptography.exceptions import InvalidTag

from core.secrets import KeyMissing, Tampered, key_ring

MAGIC = b"gongyitong sealed 1 "
CHUNK = 1024 * 1024
NONCE, NAME = 12, 16


class Sealer(io.RawIOBase):
    """Write into it; what arrives in the file below is sealed. Close it, or the last chunk is missing."""

    def __init__(self, below: IO[bytes]) -> None:
        self.below = below
        key_id, self.cipher = next(iter(key_ring().items()))
        self.name = os.urandom(NAME)
        self.place = 0
        self.waiting = bytearray()
        below.write(MAGIC + key_id.encode() + b"\n" + self.name)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.waiting += data
        while len(self.waiting) > CHUNK:
            self._seal(bytes(self.waiting[:CHUNK]), last=False)
            del self.waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self.waiting), last=True)
            super().close()

    def _seal(self, text: bytes, *, last: bool) -> None:
        nonce = os.urandom(NONCE)
        sealed = nonce + self.cipher.encrypt(nonce, text, bound(self.name, self.place, last))
        self.below.write(struct.pack(">I", len(sealed)) + sealed)
        self.place += 1


class Opener(io.RawIOBase):
    """Read from it what a Sealer wrote; raises KeyMissing or Tampered."""

    def __init__(self, below: IO[bytes]) -> None:
        self.below = below
        head = below.readline(64)
        if not head.startswith(MAGIC):
            raise Tampered("this stream is not sealed")
        key_id = head[len(MAGIC) :].strip().decode("ascii", "replace")
        cipher = key_ring().get(key_id)
        if cipher is None:
            raise KeyMissing(f"this stream needs the field key {key_id}, which FIELD_KEYS does not hold")
        self.cipher = cipher
        self.name = below.read(NAME)
        self.place = 0
        self.ahead = self._take()
        self.ready = b""
        self.over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self.ready and not self.over:
            self.ready = self._next()
        size = min(len(buffer), len(self.ready))
        buffer[:size], self.ready = self.ready[:size], self.ready[size:]
        return size

    def _take(self) -> bytes:
        size = self.below.read(4)
        if not size:
            return b""
        (wanted,) = struct.unpack(">I", size) if len(size) == 4 else (0,)
        found = self.below.read(wanted) if 0 < wanted <= CHUNK + 64 else b""
        if not wanted or len(found) != wanted:
            raise Tampered("the sealed stream is cut short")
        return found

    def _next(self) -> bytes:
        sealed, self.ahead = self.ahead, self._take() if self.ahead else b""
        if not sealed:
            raise Tampered("the sealed stream is cut short")
        last = not self.ahead
        try:
            text = self.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound(self.name, self.place, last))
        except InvalidTag as error:
            raise Tampered("the sealed stream was changed or cut") from error
        self.place, self.over = self.place + 1, last
        return text


def bound(name: bytes, place: int, last: bool) -> bytes:
    """What a chunk is bound to."""
    return name + struct.pack(">Q?", place, last)
