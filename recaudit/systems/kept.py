"""What a trained system learnt, kept in the cache so that the next run need not train again.

The folder is named by a digest of everything that decides the result: the data, the options and the code that trains.
Each file is checked by SHA-256 before it is used; a damaged folder is trained again.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from recaudit.datasets import AuditData
from recaudit.datasets.assets import cache_folder
from recaudit.files import write_atomically
from recaudit.records import digest_of

MANIFEST = "files.json"


def kept(
    name: str,
    data: AuditData,
    options: Mapping[str, object],
    code: tuple[ModuleType, ...],
    train: Callable[[Path], None],
) -> Path:
    """Return the folder with what `train` writes, from the cache if it is there and whole.

    Args:
        name: Of the system; part of the folder's name.
        data: What is trained on.
        options: All settings that decide the result, as JSON values.
        code: The modules that train; a change of their source trains anew.
        train: Writes its files into the empty folder that it is given.
    """
    sources = [inspect.getsource(module) for module in code]
    key = digest_of([name, data.digest, dict(sorted(options.items())), sources])[:24]
    folder = cache_folder() / "systems" / f"{name}-{key}"
    if _is_whole(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{name}-"))
    try:
        train(fresh)
        sums = {path.name: _sha256(path) for path in sorted(fresh.iterdir())}
        write_atomically(fresh / MANIFEST, json.dumps(sums, indent=1))
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return folder


def _is_whole(folder: Path) -> bool:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False
    sums = json.loads(manifest.read_text())
    return all(
        (folder / name).is_file() and _sha256(folder / name) == digest for name, digest in sums.items()
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
