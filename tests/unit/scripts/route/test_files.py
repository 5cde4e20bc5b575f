"""The files a run keeps: written whole or not at all, by one run at a time."""

import json
import threading
from io import StringIO
from pathlib import Path
from typing import IO

import pytest

from scripts.route.files import files_of, held, load, replace
from scripts.route.keeping import keeping
from shared.messages.snapshot import Snapshot
from shared.runtime.errors import InvalidInputError


def test_the_snapshot_is_where_it_always_was_unless_it_is_said() -> None:
    assert str(files_of(None, None).snapshot) == "adaptco-ssot/data/core-orchestrator/events.json"
    assert str(files_of("there", "").snapshot) == "there/data/core-orchestrator/events.json"
    assert str(files_of("there", "all.json").snapshot) == "there/all.json"
    assert str(files_of("there", "/else/all.json").snapshot) == "/else/all.json"
    assert str(files_of("there", "/else/all.json").deliveries) == "/else/all.deliveries.db"


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text("old")

    def fail(out: IO[str]) -> None:
        out.write("half of the n")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        replace(file, fail)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text("old")
    file.chmod(0o640)
    replace(file, lambda out: out.writelines(["new"]))
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o640)


def test_who_comes_second_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = files_of(str(tmp_path), None)
    order: list[str] = []
    is_held, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with held(files):
            is_held.set()
            may_end.wait(5)
            order.append("first")

    def second() -> None:
        with held(files):
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert is_held.wait(5)
    threads[1].start()
    may_end.set()
    for thread in threads:
        thread.join(5)
    assert order == ["first", "second"]


def test_folders_are_made_and_a_new_snapshot_is_written(tmp_path: Path) -> None:
    files = files_of(str(tmp_path / "new" / "repository"), None)
    with keeping(files, live=False) as kept:
        assert kept.snapshot is not None
        kept.snapshot.put([{"key": "discord:message.created:a", "event_id": "message:a:1"}])
    told = json.loads(files.snapshot.read_text())
    assert told["metadata"]["count"] == 1
    assert told["metadata"]["repo_root"] == str(tmp_path / "new" / "repository")
    assert not files.deliveries.exists()


def test_what_is_no_snapshot_is_never_written_over(tmp_path: Path) -> None:
    files = files_of(str(tmp_path), "events.json")
    files.snapshot.write_text("my notes")
    with pytest.raises(InvalidInputError, match="stays as it is"), keeping(files, live=True):
        pass
    assert files.snapshot.read_text() == "my notes"


def test_a_run_that_breaks_off_leaves_the_earlier_snapshot(tmp_path: Path) -> None:
    files = files_of(str(tmp_path), "events.json")
    with keeping(files, live=False):
        pass
    before = files.snapshot.read_text()

    def run() -> None:
        with keeping(files, live=False) as kept:
            assert kept.snapshot is not None
            kept.snapshot.put([{"key": "a"}])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert files.snapshot.read_text() == before


def test_the_records_of_deliveries_outlive_a_run(tmp_path: Path) -> None:
    files = files_of(str(tmp_path), None)
    with keeping(files, live=True) as kept:
        assert kept.earlier is not None
        kept.earlier.tell("a", "1")
    with keeping(files, live=False) as kept:
        assert kept.records is not None
        assert kept.earlier is not None
        assert kept.earlier.look("a", "2").value == "other"


def test_without_files_nothing_is_kept() -> None:
    with keeping(None, live=True) as kept:
        assert kept.snapshot is None
        assert kept.records is None
        assert not kept.is_new


def test_the_first_run_that_delivers_knows_that_it_is_the_first(tmp_path: Path) -> None:
    files = files_of(str(tmp_path), None)
    for live, is_new in ((False, True), (True, True), (True, False), (False, False)):
        with keeping(files, live=live) as kept:
            assert kept.is_new is is_new


@pytest.mark.parametrize("name", ["../all.json", "data/../../x.json", "..", ".", "out/all.json", "../there/../x.json"])
def test_a_path_out_of_the_repository_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "out").symlink_to(tmp_path)
    with pytest.raises(InvalidInputError, match="is not in the repository"):
        files_of(str(tmp_path / "there"), name)


@pytest.mark.parametrize("name", ["all.json", "data/../all.json", "../there/all.json", "..all.json"])
def test_a_path_within_the_repository_is_taken_as_it_is_said(tmp_path: Path, name: str) -> None:
    assert files_of(str(tmp_path / "there"), name).snapshot == tmp_path / "there" / name


def test_nothing_to_load_is_nothing_loaded(tmp_path: Path) -> None:
    with Snapshot(":memory:") as snapshot:
        load(snapshot, tmp_path / "nowhere.json")
        out = StringIO()
        assert len(snapshot) == 0
        assert out.getvalue() == ""
