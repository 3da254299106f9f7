"""No sockets, by the kernel: whatever a library would load for a template, it cannot ask anybody.

A seccomp filter (seccomp(2)) that answers socket(2), and io_uring, which could do the same, with "permission denied".
It holds for this process and all it starts, cannot be taken off, and needs no privileges. What was open before, the
pipe to the worker, stays open.
"""

import ctypes
import errno
import os
import struct
from typing import Final

# linux/audit.h, and the numbers of the calls in arch/…/syscall tables.
_ARCHITECTURES: Final[dict[str, tuple[int, int]]] = {
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
}
_IO_URING_SETUP: Final = 425
_X32: Final = 0x40000000

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES

# linux/bpf_common.h: load a word; jump if equal; jump if greater or equal; return.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse_network() -> bool:
    """Refuses this process all sockets from now on; whether that worked."""
    known = _ARCHITECTURES.get(os.uname().machine)
    if known is None:
        return False
    architecture, socket_call = known
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 0, 5, architecture),  # another way to call the kernel: refuse
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 3, 0, _X32),
        (_EQUAL, 2, 0, socket_call),
        (_EQUAL, 1, 0, _IO_URING_SETUP),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0) != 0:
        return False
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program), 0, 0) == 0)
