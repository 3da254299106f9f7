"""Engines that are Python libraries, each in a process of its own beside the worker.

Such a library could as well be called where the worker is. But a document that takes for ever, or all memory, must be
ended alone and at once, and only a process can be; what a template says must not stand beside the credentials of the
stores, and a process begins without them.
"""

from pdfbatch_renderer.engines.child.engine import ChildEngine, ChildSettings, files_of
from pdfbatch_renderer.engines.child.messages import Begin, Made, Print, RefusedError
from pdfbatch_renderer.engines.child.process import Child

__all__ = ["Begin", "Child", "ChildEngine", "ChildSettings", "Made", "Print", "RefusedError", "files_of"]
