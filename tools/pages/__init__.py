"""Pages of the documentation that are made from what the program goes by.

`policy`, `json_schema` and `table_schema` are written into docs/ by `python -m tools.write_docs`. The others
change with every rule, option and docstring, and are made while the site is built (`tools.docs_site`), where
a page of docs/ says so.
"""

MADE = "<!-- Made by `make docs`. Do not edit: change the data and run it again. -->"


def cell(text: str) -> str:
    """A text as it stands in a cell of a table in Markdown."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").split())


def code(text: str) -> str:
    """A text as code in a cell of a table in Markdown."""
    text = " ".join(text.replace("|", "\\|").split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"
