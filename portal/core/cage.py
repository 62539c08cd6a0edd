"""The cage: a process gives up memory, time, files and the network before it looks at anything hostile.

Landlock (Linux 5.13 and newer) takes the file system away, where the system has it; the limits hold everywhere.
Source: landlock(7), prctl(2), setrlimit(2).
"""

import ctypes
import os
import resource

_SYS_CREATE_RULESET, _SYS_RESTRICT_SELF = 444, 446  # the same on every architecture
_VERSION_FLAG = 1
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
# Every right that a version of Landlock knows, to be given up: files in its low bits, the network from version 4 on.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS = 16
_FIRST_WITH_NETWORK = 4
_NETWORK_RIGHTS = 0b11


def lock(memory: int, seconds: int) -> None:
    """Give up what isn't needed any more, for good; everything that will be used has been imported."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _lock_files(libc)
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (value, value))


class _Rules(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


def _lock_files(libc: ctypes.CDLL) -> None:
    version = libc.syscall(_SYS_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if version < 1:
        return
    rules = _Rules((1 << _FILE_RIGHTS.get(version, _NEWEST_FILE_RIGHTS)) - 1, _NETWORK_RIGHTS)
    size = ctypes.sizeof(rules) if version >= _FIRST_WITH_NETWORK else ctypes.sizeof(ctypes.c_uint64)
    handle = libc.syscall(_SYS_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if handle < 0 or libc.syscall(_SYS_RESTRICT_SELF, handle, ctypes.c_uint32(0)) != 0:
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(handle)
