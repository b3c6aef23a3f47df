"""The operators' guide names every command and every setting, and what it shows can be used as it stands."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pbplatform.accounts import sessions
from pbplatform.cli.main import COMMANDS, main
from tests.support import servers
from tests.support.marks import missing

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def every_command() -> list[str]:
    """Each command as it is typed, those of groups with their group."""
    found = []
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        inner = sorted(command.commands) if isinstance(command, click.Group) else []
        found += [f"pbplatform {name} {one}" for one in inner] or [f"pbplatform {name}"]
    return found


def test_every_command_is_named() -> None:
    commands = every_command()
    assert len(commands) > 20
    assert [command for command in commands if command not in GUIDE] == []


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"pbplatform ([a-z][a-z-]+)", GUIDE))
    assert named <= set(COMMANDS)


def test_every_setting_is_named_and_no_other() -> None:
    asked: set[str] = set()
    for path in (ROOT / "pbplatform").rglob("*.py"):
        asked |= set(re.findall(r'"(PB_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    assert len(asked) > 15
    assert asked == set(re.findall(r"\bPB_[A-Z_]+", GUIDE))


def test_the_times_of_sessions_are_those_of_the_code() -> None:
    rows = {
        "citizens": (sessions.CITIZEN_IDLE, sessions.CITIZEN_SESSION),
        "officers": (sessions.GUARDED_IDLE, sessions.GUARDED_SESSION),
    }
    for who, (idle, whole) in rows.items():
        line = next(line for line in GUIDE.splitlines() if line.startswith(f"| {who}"))
        assert line.endswith(f"| {in_words(idle)} | {in_words(whole)} |")


def in_words(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} hours"


def test_nginx_takes_the_shown_configuration(tmp_path: Path) -> None:
    program = servers.nginx_program()
    if program is None:
        missing("nginx is not installed")
    shown = re.search(r"```nginx\n(.*?)```", GUIDE, re.DOTALL)
    assert shown is not None
    certificate(tmp_path)
    body = shown[1].replace("/etc/ssl/budget", str(tmp_path / "budget"))
    body = body.replace("listen 443", "listen 127.0.0.1:18443").replace(
        "listen 80;", "listen 127.0.0.1:18080;"
    )
    settings = tmp_path / "nginx.conf"
    settings.write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{ access_log off;\n{body}\n}}\n"
    )
    done = subprocess.run(
        [str(program), "-t", "-c", settings, "-p", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def certificate(folder: Path) -> None:
    """A certificate that nobody trusts, for nginx to read."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "budget.example.org")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "budget.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "budget.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), f"{page.name} points to {target}"
