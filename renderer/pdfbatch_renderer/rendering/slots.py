"""Which documents a worker has in hand, in memory that outlives it.

A worker that is killed, or stuck in an endless loop, cannot say what it was doing. So it notes the row of each
stage in shared memory before it begins: two stores of eight bytes, no system call.
"""

import mmap
import os
import struct
import time
from typing import Final, Literal

Stage = Literal["template", "engine", "postprocessing"]
_INDEX: Final[dict[Stage, int]] = {"template": 0, "engine": 1, "postprocessing": 2}
_ROW: Final = struct.Struct("q")
_SINCE: Final = struct.Struct("d")
_BUSY_AT: Final = _ROW.size * len(_INDEX)
_SIZE: Final = _BUSY_AT + _SINCE.size


class Slots:
    """The rows in hand, one a stage (0: none), and since when Python code is running without a pause.

    Args:
        descriptor: of the shared memory; `create` makes one.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, _SIZE)

    @classmethod
    def create(cls) -> "Slots":
        """Fresh slots, to be handed to a child process by their descriptor."""
        descriptor = os.memfd_create("pdfbatch-slots", 0)
        os.ftruncate(descriptor, _SIZE)
        return cls(descriptor)

    def enter(self, stage: Stage, row: int) -> None:
        """A stage has this row in hand from now on; 0 when it has none."""
        _ROW.pack_into(self._memory, _INDEX[stage] * _ROW.size, row)

    def busy(self) -> None:
        """Python code begins that does not pause: a template, a post-processing step."""
        _SINCE.pack_into(self._memory, _BUSY_AT, time.monotonic())

    def idle(self) -> None:
        """It has come to its end."""
        _SINCE.pack_into(self._memory, _BUSY_AT, 0.0)

    def in_hand(self) -> set[int]:
        """The rows that the stages have in hand."""
        rows = {int(_ROW.unpack_from(self._memory, index * _ROW.size)[0]) for index in _INDEX.values()}
        return rows - {0}

    def busy_seconds(self) -> float:
        """For how long Python code has been running without a pause; 0.0 if it is not."""
        since = float(_SINCE.unpack_from(self._memory, _BUSY_AT)[0])
        return time.monotonic() - since if since else 0.0

    def close(self) -> None:
        """Lets go of the memory."""
        self._memory.close()
        os.close(self.descriptor)
