"""What systems are audited on: users with attributes, items, training interactions and held-out truth.

`audit_data` makes it from files or frames, `load_dataset` from a named public dataset, `apply_split` holds truth out.
"""

from recaudit.datasets.assets import Archive, Asset, Wheel, fetch
from recaudit.datasets.build import audit_data
from recaudit.datasets.data import AuditData
from recaudit.datasets.frames import read_frame
from recaudit.datasets.named import DATASETS, DatasetLoader, load_dataset
from recaudit.datasets.splits import apply_split, split_given, split_last, split_random

__all__ = [
    "DATASETS",
    "Archive",
    "Asset",
    "AuditData",
    "DatasetLoader",
    "Wheel",
    "apply_split",
    "audit_data",
    "fetch",
    "load_dataset",
    "read_frame",
    "split_given",
    "split_last",
    "split_random",
]
