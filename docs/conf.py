"""The documentation site: `make docs-site` builds it from the pages in docs/ (Sphinx, MyST, Furo).

The source folder is the whole repository, since pages link to files beside docs/. A page is plain Markdown,
to be read in the repository as well; what the site adds (contents, docstrings) is in tools/docs_site.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dsnparse.version import VERSION  # noqa: E402

project = "dsnparse"
project_copyright = "the dsnparse authors"
version = release = VERSION

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "tools.docs_site"]
root_doc = "docs/index"
include_patterns = ["docs/**.md", "benchmarks/*.md", "samples/README.md", "CHANGELOG.md"]
include_patterns += ["CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md"]
exclude_patterns = [
    ".*",
    "build",
    "deploy",
    "dist",
    "dsnparse",
    "mutants",
    "out",
    "tests",
    "tools",
    "benchmarks/.venv*",
]
#: Where links to folders lead: the address of a listing in the public repository, with {path} in it. Empty as
#: long as there is none: then they are plain text. Files that pages link to come with the site.
repository_folders = ""

nitpicky = True
# Types of arguments that are no public names have no page.
nitpick_ignore_regex = [("py:.*", ".*")]
suppress_warnings = ["config.cache"]

myst_heading_anchors = 6
# "--option" stays as it is.
smartquotes = False
highlight_language = "text"
pygments_style = "friendly"
pygments_dark_style = "native"

add_module_names = False
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "dsnparse"
html_baseurl = ""
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"sidebar_hide_name": False, "navigation_with_keys": True}
