"""The short burst of every test run: workers are killed while people vote; nothing acknowledged is lost."""

import threading
from pathlib import Path

from tests.faults.burst import Log, Server, Try, Verdict, burst, judge
from tests.faults.scene import Scene
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


def test_the_checker_finds_what_is_lost_and_what_nobody_posted(tmp_path: Path) -> None:
    """A checker that cannot fail proves nothing: a forged log is found out."""
    scene = Scene(tmp_path, f"sqlite:///{tmp_path / 'pb.sqlite'}", voters=1)
    server = Server(scene.env, free_port(), workers=1)
    server.start()
    try:
        log, _through = burst(server.port, scene.base, scene.cookies, 1, lambda _over: None)
    finally:
        server.stop()
    forged = Log([*log.tries, Try(7, "nobody-posted-this", 200, "A" * 16, 1e12, 0.1)])
    assert judge(scene.house, scene.round_id, forged).lost == 1
    assert judge(scene.house, scene.round_id, Log()).phantom == 1
    scene.house.database.dispose()
