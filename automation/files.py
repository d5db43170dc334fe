"""Private files: folders 0700, files 0600 whatever the umask, written through to the disk."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from automation.errors import SettingsStop
from automation.failpoint import reached

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 64 * 2**20
"""A longer file is none of ours."""


def private_folder(path: Path) -> Path:
    """Make a folder that only the user can open; a settings stop names the one that can't be made."""
    try:
        for missing in [each for each in reversed(path.parents) if not each.exists()]:
            missing.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise SettingsStop(
            f"The folder {path} can't be used: {error.strerror}. Choose another or mend its rights.",
            kind="folder",
        ) from error
    return path


def open_private(path: Path, flags: int) -> int:
    """A file descriptor of a 0600 file, made when missing."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def write_private(path: Path, content: bytes) -> None:
    """Write a whole 0600 file: complete or not there at all."""
    partial = path.with_name(path.name + ".part")
    with os.fdopen(open_private(partial, os.O_WRONLY | os.O_TRUNC), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def append_line(descriptor: int, line: bytes) -> None:
    """Append one line and see it on the disk before going on; a disk that has no room for it all keeps none of it."""
    reached("before a line", descriptor, line)
    size = os.fstat(descriptor).st_size
    view = memoryview(line + b"\n")
    try:
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise
    reached("after a line", descriptor, line)


def sync_folder(path: Path) -> None:
    """See a new file's name on the disk too."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> list[bytes]:
    """The lines of a file; none when it does not exist, an OSError when it is longer than any of ours."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    if len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content.splitlines()
