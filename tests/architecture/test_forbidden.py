"""What must not stand in the sources: data that becomes code, and calls to other machines beside the few that are named."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "pbplatform"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CODE_FROM_DATA = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle"}
REACHING_OUT = {
    "requests",
    "httpx",
    "urllib.request",
    "http.client",
    "aiohttp",
    "ftplib",
    "smtplib",
    "socket",
}
MAY_REACH_OUT = {
    "foundation/mail.py": "the municipality's own mail server, from the configuration",
    "roll/delivery.py": "the gateway for messages to telephones, from the configuration",
    "roll/eid.py": "the identity provider, from the configuration",
    "uploads/scanner.py": "the virus scanner, from the configuration",
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(path: Path) -> set[str]:
    """Names of built-in functions that a file calls."""
    return {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_no_data_becomes_code() -> None:
    assert len(SOURCES) > 100
    for path in SOURCES:
        assert not imports(path) & CODE_FROM_DATA, path
        assert not calls(path) & {"eval", "exec"}, path


def test_only_named_modules_speak_with_other_machines_and_only_with_configured_ones() -> None:
    reaching = {str(path.relative_to(PACKAGE)) for path in SOURCES if imports(path) & REACHING_OUT}
    assert reaching == set(MAY_REACH_OUT)
