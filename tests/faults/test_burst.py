"""The short bursts of every test run: kills, crashes and cut wires while people vote; nothing acknowledged is lost."""

import threading
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from tests.faults import troubles
from tests.faults.__main__ import Report
from tests.faults.burst import Log, Server, Try, Verdict, burst, judge, judge_count
from tests.faults.proxy import cutting
from tests.faults.scene import Scene
from tests.support import postgres
from tests.support.marks import missing
from tests.support.postgres import free_port


def test_killed_workers_lose_nothing(tmp_path: Path) -> None:
    """27: lost = phantom = duplicate = 0 when workers are killed in the middle of ballots."""
    scene = Scene(tmp_path, f"sqlite:///{tmp_path / 'pb.sqlite'}", voters=60)
    server = Server(scene.env, free_port(), workers=2)
    server.start()

    def disturb(over: threading.Event) -> None:
        for turn in range(4):
            if over.wait(0.6):
                return
            server.kill_worker(turn)

    try:
        log, through = burst(server.port, scene.base, scene.cookies, 6, disturb)
    finally:
        server.stop()
    assert judge(scene.house, scene.round_id, log) == Verdict(0, 0, 0)
    assert through == 60
    assert set(log.statuses()) <= {0, 200, 503}
    scene.house.database.dispose()


def test_cut_connections_lose_and_double_nothing(tmp_path: Path) -> None:
    """27: three of ten answers never arrive; the same submission is sent again and gives the same tracker."""
    scene = Scene(tmp_path, f"sqlite:///{tmp_path / 'pb.sqlite'}", voters=40)
    server = Server(scene.env, free_port(), workers=2)
    server.start()
    try:
        with cutting(server.port, 0.3) as port:
            log, through = burst(port, scene.base, scene.cookies, 6, lambda _over: None, tries=30)
    finally:
        server.stop()
    assert log.statuses()[0] > 4, "no answer was cut off"
    assert judge(scene.house, scene.round_id, log) == Verdict(0, 0, 0)
    assert through == judge_count(scene.house, scene.round_id) == 40
    scene.house.database.dispose()


@pytest.mark.postgres
def test_a_crash_of_postgresql_loses_nothing(tmp_path: Path) -> None:
    """27: the database is killed in the middle of ballots; voters get 503 and no other error, and come through."""
    folder = Path(mkdtemp(prefix="pb-crash-"))
    folder.chmod(0o755)
    try:
        with postgres.server_in(folder, durable=True) as url:
            scene = Scene(tmp_path, f"{url}/postgres", voters=60)
            server = Server(scene.env, free_port(), workers=2)
            server.start()
            crash = troubles.crash_postgres(folder, times=1)
            try:
                log, through = burst(
                    server.port,
                    scene.base,
                    scene.cookies,
                    6,
                    lambda over: crash(scene, server, over),
                    tries=60,
                )
            finally:
                server.stop()
            assert judge(scene.house, scene.round_id, log) == Verdict(0, 0, 0)
            assert through == 60
            assert set(log.statuses()) <= {0, 200, 503}
            scene.house.database.dispose()
    except FileNotFoundError as reason:
        missing(str(reason))
    finally:
        rmtree(folder, ignore_errors=True)


def test_the_checker_finds_what_is_lost_and_what_nobody_posted(tmp_path: Path) -> None:
    """A checker that cannot fail proves nothing: a forged log is found out."""
    scene = Scene(tmp_path, f"sqlite:///{tmp_path / 'pb.sqlite'}", voters=1)
    server = Server(scene.env, free_port(), workers=1)
    server.start()
    try:
        log, _through = burst(server.port, scene.base, scene.cookies, 1, lambda _over: None)
    finally:
        server.stop()
    forged = Log([*log.tries, Try(0, "nobody-posted-this", 200, "A" * 16, 1e12, 0.1)])
    assert judge(scene.house, scene.round_id, forged).lost == 1
    assert judge(scene.house, scene.round_id, Log()).phantom == 1
    scene.house.database.dispose()


def test_the_sum_is_not_good_while_anything_is_broken_or_nothing_was_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One trouble that breaks is not hidden by the many that held."""
    report = Report("")
    assert report.sum() == 1
    report.line(True, "a quiet day", "")
    report.verdicts.append(Verdict(0, 0, 0))
    report.line(None, "a disk that cannot be mounted", "")
    assert report.sum() == 0
    report.line(False, "a bad day", "")
    report.verdicts.append(Verdict(2, 0, 1))
    assert report.sum() == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert "held 1, broken 1, not tried 1; in 2 bursts lost 2 phantom 0 duplicate 1;" in last
