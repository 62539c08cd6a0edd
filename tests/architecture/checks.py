"""The checkers of the house rules: each takes a file's text, or a listing, and yields one line for each fault."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.page_check import NOT_IN_TITLES, TITLE_END

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 350
LONGEST_FUNCTION = 45

# Where another source of now or of identifiers is the point.
CLOCKS = {"portal/core/clock.py"}
IDENTIFIERS = {"portal/core/ids.py"}
AMBIENT = {
    "datetime.now": CLOCKS,
    "datetime.utcnow": CLOCKS,
    "datetime.today": CLOCKS,
    "date.today": CLOCKS,
    "time.time": CLOCKS,
    "uuid.uuid1": IDENTIFIERS,
    "uuid.uuid4": IDENTIFIERS,
    "uuid4": IDENTIFIERS,
}
TOP_LEVEL = {
    *(".ci", ".gitattributes", ".gitignore", ".github", ".editorconfig", ".dockerignore"),
    *("Dockerfile", "LICENSE", "Makefile", "README.md", "README.sv.md", "CONTRIBUTING.md", "SECURITY.md", "docs"),
    *("portal", "templates", "static", "translations", "tests", "pyproject.toml"),
    *("requirements.lock", "requirements-dev.lock", "requirements-node.lock"),
}
NEVER_COMMITTED = re.compile(
    r"(^|/)(node_modules|static/dist|__pycache__)/|(^|/)(uv\.lock|pylock\.toml|\.env)$|\.(mo|pyc|db|sqlite|key)$"
)
ROUTE = re.compile(r"^/[a-z0-9./-]*$")
CONVERTER = re.compile(r"<[^>]*>")


def docstrings(text: str) -> Iterator[str]:
    """A module, and every public class and function in it, says in a sentence what it is."""
    tree = ast.parse(text)
    if text.strip() and not ast.get_docstring(tree) and set(map(type, tree.body)) != {ast.Expr}:
        yield "1: the module has no docstring"
    for node, private in _definitions(tree, private=False):
        if not private and not ast.get_docstring(node):
            yield f"{node.lineno}: {node.name} has no docstring"


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(parent: ast.AST, *, private: bool) -> Iterator[tuple[Definition, bool]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition):
            hidden = private or node.name.startswith("_")
            yield node, hidden
            if isinstance(node, ast.ClassDef):
                yield from _definitions(node, private=hidden)


def ambient_sources(path: str, text: str) -> Iterator[str]:
    """Now comes from core.clock and identifiers from core.ids, so that tests can travel and ids are of one kind."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        for forbidden, allowed in AMBIENT.items():
            if (name == forbidden or name.endswith(f".{forbidden}")) and path not in allowed:
                yield f"{node.lineno}: {name}() outside {' and '.join(sorted(allowed))}"
                break


def swallowed(text: str) -> Iterator[str]:
    """No error is swallowed: a handler of Exception does something."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.ExceptHandler)
            and (node.type is None or ast.unparse(node.type) in _BROAD)
            and all(isinstance(line, ast.Pass) for line in node.body)
        ):
            yield f"{node.lineno}: an error is swallowed"


_BROAD = {"Exception", "BaseException"}


def routes(text: str) -> Iterator[str]:
    """Addresses are lower-case ASCII (Swedish words without dots over them), with hyphens, and ids are UUIDs."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "route":
            rule = node.args[0] if node.args else None
            if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                if not ROUTE.match(CONVERTER.sub("", rule.value)):
                    yield f"{node.lineno}: {rule.value} is not lower-case ASCII with hyphens"
                for converter in CONVERTER.findall(rule.value):
                    if re.match(r"<(int:|float:)", converter):
                        yield f"{node.lineno}: {converter} in {rule.value}: ids in addresses are UUIDs"


def sizes(text: str) -> Iterator[str]:
    """A file or function that grows long usually holds two things; these limits are where that gets urgent."""
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{lines} lines, more than {LONGEST_FILE}: make it a package"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{node.lineno}: {node.name} has {length} lines, more than {LONGEST_FUNCTION}"


JINJA = re.compile(r"\{#.*?#\}", re.DOTALL)
TITLE_BLOCK = re.compile(r"\{%-?\s*block\s+title\s*-?%\}(.*?)\{%-?\s*endblock", re.DOTALL)
TITLE_TAG = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def template(text: str) -> Iterator[str]:
    """A template escapes everything, holds no style, script or handler, and loads nothing from elsewhere."""
    text = JINJA.sub(lambda comment: "\n" * comment.group().count("\n"), text)
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, fault in _IN_TEMPLATES:
            if pattern.search(line):
                yield f"{number}: {fault}"
        for address in re.findall(r'(?:src|href|action|hx-\w+)="([^"{]+)', line):
            parts = urlsplit(address)
            if parts.netloc or parts.scheme in {"http", "https", "data", "javascript"}:
                yield f"{number}: an address elsewhere"
    for title in (*TITLE_BLOCK.findall(text), *TITLE_TAG.findall(text)):
        if NOT_IN_TITLES.search(title):
            yield f"the title {' '.join(title.split())!r} is not neutral"


_IN_TEMPLATES = (
    (re.compile(r"\|\s*safe\b"), "|safe"),
    (re.compile(r"\{%-?\s*autoescape\s+false"), "autoescape false"),
    (re.compile(r"\sstyle=", re.IGNORECASE), "inline style"),
    (re.compile(r"<style\b", re.IGNORECASE), "inline style"),
    (re.compile(r"\s(on[a-z]+|hx-on[\w:-]*)=", re.IGNORECASE), "inline handler"),
    (re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE), "inline script"),
)


def titles_end(layouts: Iterable[str]) -> Iterator[str]:
    """One of the layouts gives every page the portal's name at the end of its title."""
    if not any(TITLE_END in title for layout in layouts for title in TITLE_TAG.findall(layout)):
        yield f"no layout has a <title> that ends with {TITLE_END!r}"


def committed(paths: Iterable[str]) -> Iterator[str]:
    """Only what belongs to the repository is in it, and each top-level entry is a known one."""
    for path in paths:
        if path.partition("/")[0] not in TOP_LEVEL:
            yield f"{path}: not a known entry of the repository"
        if NEVER_COMMITTED.search(path):
            yield f"{path}: is made or secret, never committed"


def lock(text: str) -> Iterator[str]:
    """A lock file tells no registry's address."""
    for number, line in enumerate(text.splitlines(), 1):
        if "://" in line and not re.search(r'"(url|license|funding)":', line):
            yield f"{number}: an address"
