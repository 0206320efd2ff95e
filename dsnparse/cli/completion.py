"""`dsnparse completion`: what completes commands and options in a shell, by click."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dsnparse.cli.choice import Choice

_VARIABLE = "_DSNPARSE_COMPLETE"


@click.command()
@click.argument("shell", type=Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print the script for SHELL.

    \b
    bash  dsnparse completion bash > /etc/bash_completion.d/dsnparse
    zsh   dsnparse completion zsh > /usr/local/share/zsh/site-functions/_dsnparse
    fish  dsnparse completion fish > ~/.config/fish/completions/dsnparse.fish
    """
    from dsnparse.cli import group

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(group, {}, "dsnparse", _VARIABLE)
    click.echo((script.source_template % script.source_vars()).strip())
