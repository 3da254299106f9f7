"""What finish removes: staged files that nobody will commit any more and, when asked, the rows' data."""

import re
from typing import Final

from pdfbatch_api.errors import ObjectMissingError
from pdfbatch_api.plan import PLAN_NAME, RETRIES_PREFIX, SEALED_NAME, Plan
from pdfbatch_api.protocols import Store
from pdfbatch_renderer.workfolder import WorkFolder

OURS: Final = ".pdfbatch/"
STAGING: Final = ".pdfbatch/staging/"
_REMOVED_NAME: Final = "removed"
_RETRY: Final = re.compile(rf"(?P<folder>.+)/{RETRIES_PREFIX}(?P<generation>\d{{4}})\.json")
_PLAN_FOLDER: Final = re.compile(r"plan-[0-9a-f]{12}")


def remove_staging(work: WorkFolder, output: Store) -> None:
    """Removes what killed attempts staged in a folder, unless another batch with the same output is still open.

    Its attempts stage in the same folder, and nothing there says whose is whose.
    """
    for store in {output.uri: output, work.store.uri: work.store}.values():
        # Only folders stage; an object store's writes are whole by themselves.
        if store.uri.startswith(("file:", "pvc:")) and not _another_is_open(work, store):
            store.delete_prefix(STAGING)


def _another_is_open(work: WorkFolder, store: Store) -> bool:
    planned: set[str] = set()
    sealed: set[str] = set()
    retried: dict[str, int] = {}
    for info in store.list(OURS):
        folder, _, name = info.name.rpartition("/")
        if name == PLAN_NAME:
            planned.add(folder)
        elif name == SEALED_NAME:
            sealed.add(folder)
        elif found := _RETRY.fullmatch(info.name):
            retried[found["folder"]] = max(retried.get(found["folder"], 0), int(found["generation"]))
    # A seal says nothing of a retry that came after it.
    reopened = {folder for folder, last in retried.items() if not WorkFolder(store, folder).sealed(last)}
    return any(store.uri + folder + "/" != work.uri for folder in planned - (sealed - reopened))


def is_removed(work: WorkFolder) -> bool:
    """Whether an earlier finish removed the batch's input and records."""
    try:
        work.store.stat(work.prefix + _REMOVED_NAME)
    except ObjectMissingError:
        return False
    return True


def remove_first(uid: str, work: WorkFolder, output: Store) -> None:
    """Removes what decided between attempts, where it is not in the work folder: once no attempt can still write."""
    folder = f"{OURS}{uid}/"
    # Only folders have it (see stores/files/first.py), and it lies beside the documents, wherever the work folder is.
    if output.uri.startswith(("file:", "pvc:")) and output.uri + folder != work.uri:
        output.delete_prefix(folder)


def remove_work(plan: Plan, work: WorkFolder, output: Store) -> None:
    """Removes the frozen rows, the template and the records; plan.json stays and says what the batch was."""
    remove_first(plan.batch, work, output)
    # The mark comes first: a finish that runs again must not take half of the records for all of them.
    work.store.put(work.prefix + _REMOVED_NAME, b"")
    # A plan pod that was killed left its folder, too: the same rows, under another name.
    folders = {info.name.removeprefix(work.prefix).partition("/")[0] for info in work.store.list(work.prefix)}
    for folder in {plan.folder, *filter(_PLAN_FOLDER.fullmatch, folders)}:
        work.store.delete_prefix(f"{work.prefix}{folder}/")
    work.store.delete_prefix(f"{work.prefix}records/")
