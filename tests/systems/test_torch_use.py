from __future__ import annotations

import sys
from pathlib import Path

import pytest

from recaudit.errors import InputError, PrerequisiteError
from recaudit.systems.torch_use import digest_of_files, one_thread, repeatable, require, weights_folder


def test_a_missing_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    told = r"the system 'thing' needs the package numpy.*pip install 'recaudit\[local\]'"
    with pytest.raises(PrerequisiteError, match=told):
        require("thing", "pandas", "numpy")
    require("thing", "pandas")


def test_threads_and_random_state_are_restored() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra 'local'")
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    drawn = []
    for _ in range(2):
        with repeatable(3):
            assert torch.get_num_threads() == 1
            drawn.append(torch.rand(4))
    with pytest.raises(RuntimeError, match="no"), one_thread():
        raise RuntimeError("no")
    assert torch.equal(*drawn)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model at nowhere"):
        weights_folder("nowhere")
    with pytest.raises(InputError, match="made by save_pretrained"):
        weights_folder(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    assert weights_folder(str(tmp_path)) == tmp_path


def test_the_digest_follows_names_and_contents(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (folder / "inner").mkdir(parents=True)
        for name, content in files.items():
            (folder / name.replace("_", ".")).write_text(content)
        return digest_of_files(folder)

    first = digest(a="1", b="2")
    assert digest(a="1", b="2", _hidden="3") == first
    assert len({first, digest(a="1", b="3"), digest(a="1", c="2"), digest(a="12", b=""), digest(a="1")}) == 5
    single = tmp_path / "single"
    single.write_text("1")
    assert digest_of_files(single) == digest_of_files(single)
    before = digest_of_files(single)
    single.write_text("2")
    assert digest_of_files(single) != before
