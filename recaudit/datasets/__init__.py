"""What systems are audited on: users with attributes, items, training interactions and held-out truth.

`audit_data` makes it from files or frames, `load_dataset` from a named public dataset, `apply_split` holds truth
out; `world` and `planted_lists` make data and lists whose unfairness is known.
"""

from recaudit.datasets.assets import Archive, Asset, Member, Wheel, fetch
from recaudit.datasets.build import audit_data
from recaudit.datasets.data import AuditData
from recaudit.datasets.frames import read_frame
from recaudit.datasets.named import DATASETS, DatasetLoader, load_dataset
from recaudit.datasets.samples import first_users
from recaudit.datasets.splits import apply_split, split_given, split_last, split_random
from recaudit.datasets.titles import NormalTitle, normal_form
from recaudit.datasets.worlds import planted_lists, world

__all__ = [
    "DATASETS",
    "Archive",
    "Asset",
    "AuditData",
    "DatasetLoader",
    "Member",
    "NormalTitle",
    "Wheel",
    "apply_split",
    "audit_data",
    "fetch",
    "first_users",
    "load_dataset",
    "normal_form",
    "planted_lists",
    "read_frame",
    "split_given",
    "split_last",
    "split_random",
    "world",
]
