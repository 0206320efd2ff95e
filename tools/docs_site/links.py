"""Links that only the site has to mend."""

from __future__ import annotations

import posixpath
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_DOOR = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>dsnparse</title>
<meta http-equiv="refresh" content="0; url=docs/index.html">
<p><a href="docs/index.html">The documentation of dsnparse</a>
"""


def folders(app: Sphinx, doctree: nodes.document) -> None:
    """Make a link to a folder of the repository plain text, or lead it to the repository where one is known."""
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
    _app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.Node | None:
    """Find a class by the name that the public module gives it, where a signature names its home."""
    if node.get("refdomain") != "py":
        return None
    name = node["reftarget"].rpartition(".")[2]
    objects = env.domains.python_domain.objects
    found = [full for full in objects if full.endswith(f".{name}") and objects[full].objtype != "method"]
    if not found:
        return None
    entry = objects[min(found, key=len)]
    from sphinx.util.nodes import make_refnode

    return make_refnode(_app.builder, node["refdoc"], entry.docname, entry.node_id, contnode)


def front_door(app: Sphinx, exception: Exception | None) -> None:
    """Write the page at /, which leads to docs/."""
    if exception is None and app.builder.format == "html":
        (Path(app.outdir) / "index.html").write_text(_DOOR, "utf-8")
