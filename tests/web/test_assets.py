"""The built assets: whole, small, readable without colour sight, and from nowhere but here."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.web.assets import Assets, AssetsNotBuiltError, resource_dir

ROOT = Path(__file__).resolve().parents[2]
DIST = resource_dir("static/dist")
UNSAFE = ("eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "localStorage")
SERVED = ["insyn.css", "insyn.js", "upload.js", "ikon.svg", "kommun-logotyp.svg"]
# kB of 1000 bytes, gzip (UX.md sections 5 and 8).
CSS_LIMIT = 20_000
JS_LIMIT = 18_500
FIRST_VISIT_LIMIT = 45_000
# What is left of a first visit for the page itself and the headers of all answers.
PAGE_LIMIT = 6_000


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets(DIST)


def _size(assets: Assets, name: str) -> int:
    return (DIST / f"{assets.names[name]}.gz").stat().st_size


def test_what_the_layouts_ask_for_is_built(assets: Assets) -> None:
    assert set(SERVED) <= set(assets.names)
    for name in SERVED:
        stem, _, extension = name.rpartition(".")
        assert re.fullmatch(rf"/static/{re.escape(stem)}\.[0-9a-f]{{12}}\.{extension}", assets.url(name))


def test_every_file_has_its_compressed_forms(assets: Assets) -> None:
    for hashed in assets.names.values():
        assert gzip.decompress((DIST / f"{hashed}.gz").read_bytes()) == (DIST / hashed).read_bytes()
        assert (DIST / f"{hashed}.br").stat().st_size > 0
    expected = {f"{name}{form}" for name in assets.names.values() for form in ("", ".br", ".gz")}
    assert {path.name for path in DIST.iterdir()} == expected | {"manifest.json"}


def test_brotli_holds_the_same_bytes(assets: Assets) -> None:
    node = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv" / "bin"))
    assert node, "node built the assets, so it must be there"
    code = (
        "const fs=require('fs'),z=require('zlib');for(const f of process.argv.slice(1))"
        "if(!z.brotliDecompressSync(fs.readFileSync(f+'.br')).equals(fs.readFileSync(f)))process.exit(1)"
    )
    files = [str(DIST / hashed) for hashed in assets.names.values()]
    subprocess.run([node, "-e", code, *files], check=True, timeout=60)


def test_the_budget_is_kept(assets: Assets) -> None:
    assert _size(assets, "insyn.css") <= CSS_LIMIT
    assert _size(assets, "insyn.js") <= JS_LIMIT
    # Not on a first visit: the scripts of the pages where files are chosen, and of the parts of an application.
    everything = sum(_size(assets, name) for name in assets.names if name not in {"upload.js", "draft.js"})
    assert everything + PAGE_LIMIT <= FIRST_VISIT_LIMIT


def test_nothing_is_fetched_from_elsewhere_or_from_the_text_itself(assets: Assets) -> None:
    style = (DIST / assets.names["insyn.css"]).read_text(encoding="utf-8")
    targets = set(re.findall(r"url\(\s*[\"']?([^)\"']+)", style))
    assert targets <= set(assets.names.values())
    assert "@import" not in style
    assert "@font-face" not in style


def test_our_script_evaluates_and_writes_no_markup() -> None:
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        code = path.read_text(encoding="utf-8")
        for word in (
            "eval(",
            "Function(",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "localStorage",
        ):
            assert word not in code, f"{path.name}: {word}"


def test_lock_files_hold_no_address() -> None:
    lock = ROOT / "static" / "package-lock.json"
    assert "://" not in lock.read_text(encoding="utf-8")
    versions = {name: entry["version"] for name, entry in json.loads(lock.read_text())["packages"].items() if name}
    wanted = json.loads((ROOT / "static" / "package.json").read_text())
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert versions[f"node_modules/{name}"] == version


def test_a_missing_build_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetsNotBuiltError, match="make assets"):
        Assets(tmp_path)
    (tmp_path / "manifest.json").write_text('{"insyn.css": "insyn.0.css"}')
    with pytest.raises(AssetsNotBuiltError, match=r"lacks insyn\.0\.css"):
        Assets(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(AssetsNotBuiltError, match="names no files"):
        Assets(tmp_path)


def test_an_unknown_asset_is_an_error(assets: Assets) -> None:
    with pytest.raises(KeyError):
        assets.url("okand.css")


# --- Contrast: WCAG 2.2, 1.4.3 (text) and 1.4.11 (borders of controls) ---

Tokens = dict[str, str]
SCALES = ("accent", "neutral", "info", "success", "warning", "danger")


def _tokens(scheme: str) -> Tokens:
    light, dark = _schemes()
    return light | dark if scheme == "dark" else light


def _schemes() -> tuple[Tokens, Tokens]:
    """Return the colours of the theme, and those that it gives anew where it is dark."""
    theme = (ROOT / "static" / "css" / "theme.css").read_text(encoding="utf-8")
    before, _, rest = theme.partition("@media (prefers-color-scheme: dark) {")
    dark, _, after = rest.partition("\n  }\n")
    return _colours(before + after), _colours(dark)


def _colours(style: str) -> Tokens:
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})\b", style))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _text_pairs() -> list[tuple[str, str]]:
    papers = ["neutral-background-tinted", "neutral-surface-default", "neutral-surface-tinted"]
    pairs = [(f"neutral-text-{kind}", paper) for kind in ("default", "subtle") for paper in papers]
    pairs += [("accent-text-subtle", paper) for paper in [*papers, "accent-surface-tinted", "accent-background-tinted"]]
    pairs += [("danger-text-subtle", paper) for paper in papers]
    for scale in SCALES:
        pairs += [(f"{scale}-text-{kind}", f"{scale}-surface-tinted") for kind in ("default", "subtle")]
        pairs += [(f"{scale}-base-contrast-default", f"{scale}-base-default")]
    return pairs


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    tokens = _tokens(scheme)
    pairs = [(f"--ds-color-{text}", f"--ds-color-{ground}") for text, ground in _text_pairs()]
    for text, ground in [*pairs, ("--i-hero-text", "--i-hero")]:
        assert _contrast(tokens[text], tokens[ground]) >= 4.5, (scheme, text, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_of_controls_can_be_seen(scheme: str) -> None:
    tokens = _tokens(scheme)
    for scale in ("neutral", "accent", "danger"):
        for ground in ("neutral-background-tinted", "neutral-surface-default"):
            pair = (f"--ds-color-{scale}-border-default", f"--ds-color-{ground}")
            assert _contrast(tokens[pair[0]], tokens[pair[1]]) >= 3, (scheme, *pair)


def test_dark_gives_every_colour_anew_but_the_hero() -> None:
    light, dark = _schemes()
    assert set(light) - set(dark) == {"--i-hero", "--i-hero-text"}
    assert set(dark) <= set(light)


def test_what_is_taken_out_of_the_style_sheet_is_on_no_page() -> None:
    listed = re.search(r"const unused = \[([^\]]+)\]", (ROOT / "static" / "build.mjs").read_text(encoding="utf-8"))
    assert listed
    names = re.findall(r'"([\w-]+)"', listed.group(1))
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    sources += (ROOT / "portal").rglob("*.py")
    word = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])")
    assert {str(path) for path in sources if word.search(path.read_text(encoding="utf-8"))} == set()
