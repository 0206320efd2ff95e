"""Links that only the site has to mend."""

from __future__ import annotations

import posixpath
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

_DOOR = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>dsnparse</title>
<meta http-equiv="refresh" content="0; url=docs/index.html">
<p><a href="docs/index.html">The documentation of dsnparse</a>
"""


def folders(app: Sphinx, doctree: nodes.document) -> None:
    """Make a link to a folder plain text, or lead it to the public repository where one is known."""
    docname = app.env.docname
    for node in list(doctree.findall(pending_xref)):
        if node["reftype"] != "myst":
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(docname), node["reftarget"]))
        if path.startswith("..") or not (Path(app.srcdir) / path).is_dir():
            continue
        address: str = app.config.repository_folders
        shown: nodes.Element = nodes.inline()
        if address:
            shown = nodes.reference(refuri=address.replace("{path}", path))
        shown += node.children
        node.replace_self(shown)


def public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.Node | None:
    """Find what a docstring or a signature names by another module than the public one, or by none."""
    if node.get("refdomain") != "py":
        return None
    target: str = node["reftarget"]
    objects = env.domains.python_domain.objects
    last = target.rpartition(".")[2]
    # A small name alone may be anybody's; a class has a capital.
    for name in (target, last if last[:1].isupper() else target):
        found = [full for full in objects if full.endswith(f".{name}")]
        if found:
            entry = objects[min(found, key=len)]
            return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode)
    return None


def front_door(app: Sphinx, exception: Exception | None) -> None:
    """Write the page at /, which leads to docs/."""
    if exception is None and app.builder.format == "html":
        (Path(app.outdir) / "index.html").write_text(_DOOR, "utf-8")
