"""The lines of a pod's log: a JSON object each, with the batch, shard and attempt that it is about."""

import datetime as dt
import json
import logging
import os
from collections.abc import Mapping
from typing import Any, Final

from pdfbatch_api.pods import ATTEMPT_VARIABLE, INDEX_VARIABLE, LOG_FORMAT_VARIABLE, NAME_VARIABLE, UID_VARIABLE

# Ours: its records are events, with fields. All others' are a library's word.
LOGGER: Final = "pdfbatch"


def logs_json() -> bool:
    """Whether the log is for a collector of logs, and not for a person."""
    return os.environ.get(LOG_FORMAT_VARIABLE) == "json"


def fields_of_pod() -> dict[str, Any]:
    """What a pod knows of itself: the batch's name and uid, the attempt, and the shard where its Job has indexes."""
    known = {"batch": NAME_VARIABLE, "uid": UID_VARIABLE, "attempt": ATTEMPT_VARIABLE}
    fields: dict[str, Any] = {key: os.environ[name] for key, name in known.items() if os.environ.get(name)}
    index = os.environ.get(INDEX_VARIABLE, "")
    return {**fields, "shard": int(index)} if index.isdecimal() else fields


class JsonLines(logging.Formatter):
    """A record as a JSON object: time (RFC 3339), level, event, and fields.

    Args:
        fields: in every line: the batch, the attempt. What is put into it later is in the lines after that.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__()
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": moment.replace("+00:00", "Z"), "level": record.levelname.lower()}
        if record.name == LOGGER:
            line |= {"event": record.msg, **self._fields, **getattr(record, "fields", {})}
        else:
            line |= {"event": "log", **self._fields, "logger": record.name, "message": record.getMessage()}
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(handler: logging.Handler) -> None:
    """Sets the process's logging up: what libraries warn of, and all of ours."""
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
