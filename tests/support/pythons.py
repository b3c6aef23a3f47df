"""`python -m tests.support.pythons`: fetch two further versions of CPython, so that what citizens run is tried on three.

They are CPython compiled to WebAssembly, from the npm registry by a lock with hashes, and run in node: a machine with one
Python has others this way, on every system. Only this command uses the network; the tests take what is there.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from pbplatform.assets import AssetError, node_commands, run

HOME = Path(__file__).parents[1] / "pythons"
MODULES = HOME / "node_modules"
PACKAGES = ("pyodide-older", "pyodide")


@dataclass(frozen=True)
class OtherPython:
    """One further CPython: how to have it run the verify.py of a folder."""

    name: str

    def command(self, folder: Path) -> list[str]:
        """For a shell."""
        node, _ = node_commands()
        return [*node, str(HOME / "verify.mjs"), str(MODULES / self.name), str(folder)]


def _wanted() -> str:
    return hashlib.sha256((HOME / "package-lock.json").read_bytes()).hexdigest()


def others() -> list[OtherPython]:
    """Those that are there as the lock wants them; none before they were fetched."""
    stamp = MODULES / ".lock-sha256"
    if not stamp.exists() or stamp.read_text() != _wanted():
        return []
    return [OtherPython(name) for name in PACKAGES]


def main() -> int:
    """Fetch them, unless they are there; a machine without network goes on and its tests say what they lack."""
    if others():
        return 0
    try:
        _, npm = node_commands()
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HOME)
    except AssetError as problem:
        sys.stderr.write(f"other Pythons: not fetched, verify.py is tried on one only\n{problem}\n")
        return 0
    (MODULES / ".lock-sha256").write_text(_wanted())
    return 0


if __name__ == "__main__":
    sys.exit(main())
