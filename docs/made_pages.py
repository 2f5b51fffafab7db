"""Renew the parts of the pages that are made from the tables of the package.

A page holds such a part between the lines `<!-- made: NAME -->` and `<!-- end -->`; all else is written by hand. NAME
is a key of PARTS, or one of PARTS_OF with what it is of: `method` with the name of a page of docs/methods, `defaults`
with that of a table of the benchmark of defaults.

    PYTHONPATH=scripts python docs/made_pages.py           writes the pages that are out of date
"""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import Field
from pathlib import Path

import cubeclust
from benchmarks import defaults_pages, history
from cubeclust import quality
from cubeclust.io.cubes.layouts import LAYOUTS
from cubeclust.methods import DEFAULT_METHOD, METHODS, Method
from cubeclust.methods.protocol import Starting
from cubeclust.settings import declaration, kind, option_fields, option_name
from cubeclust.velocities import flags

PAGES = Path(__file__).parent
_PART = re.compile(r"(<!-- made: ([\w -]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(page: str) -> str:
    """The page with every made part as the package has it now."""
    return _PART.sub(lambda match: f"{match[1]}\n{_made(match[2])}\n\n{match[3]}", page)


def pages() -> list[Path]:
    """All pages written in Markdown."""
    return [path for path in sorted(PAGES.rglob("*.md")) if not {"_build", "auto_gallery"} & {*path.parts}]


def method_page(name: str) -> str:
    """Name of the page of a method: OvA and OvO, which differ in the pairs alone, have one page."""
    return name.rpartition("-")[0] if "pairs" in METHODS[name].presets else name


def _made(name: str) -> str:
    part, _, of = name.partition(" ")
    return PARTS_OF[part](of) if part in PARTS_OF else PARTS[name]()


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    cells = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _code(values: Iterable[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _method(page: str) -> str:
    """Names, paper and options of the methods of a page."""
    methods = {name: method for name, method in METHODS.items() if method_page(name) == page}
    method = next(iter(methods.values()))
    record = method.load()
    facts = {
        "paper": record.paper,
        "scaling by default": f"`{record.default_scale}`",
        "computes on": "CPU or GPU" if record.uses_gpu else "CPU",
        "starts from a class map": "with `--start-map`" if isinstance(method.create(), Starting) else "no",
        "information criteria": "AIC, BIC, ICL" if method.mixture else "none",
        "figures of its own": _code(f"..._{ending}" for ending in record.figures) or "none",
    }
    names = _table(["name", "method"], ((f"`{name}`", each.summary) for name, each in methods.items()))
    options = _table(["option", "default", "values", "meaning"], map(_option, option_fields(record)))
    return "\n\n".join([names, _table(["property", "value"], facts.items()), "Options of the method:", options])


def _option(field: Field) -> tuple[str, str, str, str]:
    """Cells of a setting: option, default, what it takes, help."""
    declared = declaration(field)
    short = declared.short or ("-k" if field.name == "n_clusters" else "")
    spelled = [f"--{option_name(field)}", *([short] if short else [])]
    default = declared.shown or ("off" if field.default is False else f"`{field.default}`")
    return _code(spelled), default, _values(field), _flags_in(declared.help)


def _flags_in(text: str) -> str:
    """Text with the options in it as code."""
    return re.sub(r"(?<![\w`-])(--[a-z][\w-]*)", r"`\1`", text)


def _values(field: Field) -> str:
    """What a setting takes: words, or a number within bounds."""
    declared = declaration(field)
    if declared.choices:
        return _code(declared.choices)
    signs = {"minimum": "≥", "above": ">", "maximum": "≤"}
    bounds = [f"{sign} {limit:g}" for name, sign in signs.items() if (limit := getattr(declared, name)) is not None]
    kinds = {bool: "flag", int: "integer", float: "number"}
    return ", ".join([kinds.get(kind(field), "text"), *bounds])


def _methods() -> str:
    """All methods with their pages."""
    rows = (
        (f"[`{name}`]({method_page(name)}.md)", f"{method.summary}{_default(name)}", method.load().paper)
        for name, method in METHODS.items()
    )
    return _table(["method", "what it is", "paper"], rows)


def _default(name: str) -> str:
    return " **(default)**" if name == DEFAULT_METHOD else ""


def _layouts() -> str:
    """Names of the HDUs of each layout, in the order in which they are tried."""
    rows = (
        (
            f"[{layout.name}](#{_anchor(layout.name)})",
            _hdu(layout.flux),
            _hdu(layout.variance),
            _hdu(layout.quality),
            _code(layout.rejecting) or ("every bit" if layout.quality else ""),
            _hdu(layout.mask),
        )
        for layout in LAYOUTS
    )
    return _table(["layout", "flux", "uncertainty", "flags (3-D)", "rejected where", "mask (2-D)"], rows)


def _anchor(heading: str) -> str:
    """Anchor of a heading, as GitHub and MyST make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _hdu(name: str) -> str:
    return {"": "", "HDU0": "the primary"}.get(name, f"`{name}`")


def _bits(meaning: dict) -> str:
    """Value, name and meaning of each bit."""
    rows = (
        (str(bit.bit_length() - 1), str(bit.value), f"`{bit.name}`", _flags_in(words)) for bit, words in meaning.items()
    )
    return _table(["bit", "value", "name", "meaning"], rows)


def _api() -> str:
    """Public names, and the directives that document them."""
    names = sorted(cubeclust.__all__, key=str.lower)
    rows = ((f"`{name}`", _first_line(getattr(cubeclust, name))) for name in names)
    directives = "\n\n".join(_directive(name, getattr(cubeclust, name)) for name in names if name != "METHODS")
    return f"{_table(['name', 'what it is'], rows)}\n\n```{{eval-rst}}\n{directives}\n```"


def _first_line(item: object) -> str:
    if isinstance(item, dict):
        return f"Table from a method's name to its `{Method.__name__}`: summary, class, presets."
    return (inspect.getdoc(item) or "").split("\n\n")[0].replace("\n", " ")


def _directive(name: str, item: object) -> str:
    if inspect.isclass(item):
        return f".. autoclass:: cubeclust.{name}\n   :members:"
    return f".. autofunction:: cubeclust.{name}"


PARTS: dict[str, Callable[[], str]] = {
    "methods": _methods,
    "recorded runs": lambda: history.page(history.read()) or "None yet.",
    "layouts": _layouts,
    "quality bits": lambda: _bits(quality.MEANING),
    "velocity flags": lambda: _bits(flags.MEANING),
    "api": _api,
}

PARTS_OF: dict[str, Callable[[str], str]] = {
    "method": _method,
    "defaults": lambda name: defaults_pages.part(name, defaults_pages.published()),
}

if __name__ == "__main__":
    for path in pages():
        if (text := path.read_text()) != (new := renewed(text)):
            path.write_text(new)
