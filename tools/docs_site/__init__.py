"""What the documentation site adds to the pages of docs/: an extension of Sphinx (docs/conf.py).

| | |
|---|---|
| `contents` | the sidebar, from the lists of links in docs/index.md |
| `made` | what changes with every rule, option and docstring: commands, rules, formats, the API reference |
| `docstrings` | docstrings, which are Markdown, as the reStructuredText that autodoc reads |
| `links` | links to folders, names in signatures, the way from / to docs/ |
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from tools.docs_site import contents, docstrings, links, made


def setup(app: Sphinx) -> ExtensionMetadata:
    """Called by Sphinx."""
    app.add_config_value("repository_folders", "", "env", str)
    app.connect("source-read", contents.add)
    app.connect("source-read", made.add)
    app.connect("autodoc-process-docstring", docstrings.convert)
    app.connect("autodoc-process-signature", docstrings.shorten)
    app.connect("doctree-read", links.folders)
    app.connect("missing-reference", links.public_name)
    app.connect("build-finished", links.front_door)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
