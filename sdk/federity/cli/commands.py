"""The commands of the program. The module of one is imported when that command is asked for, not before."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from federity.cli.parser import Parser

# In the order in which a newcomer meets them: the module of `federity.cli` that registers it, what it does.
COMMANDS = {
    "init": ("init", "make a repository of a model, on this machine only"),
    "clone": ("clone", "fetch a repository into a new folder, checked against the chain"),
    "fork": ("fork", "make a repository of your own that begins where another one is"),
    "remote": ("remote", "list and change what other repositories are called here"),
    "status": ("status", "say where the working copy stands and what is not pushed"),
    "commit": ("commit", "record what training changed since the weights were loaded, on this machine only"),
    "push": ("push", "upload, prove and send the local commits; resumes where it stopped"),
    "pull": ("pull", "fetch the branch's head, check it against the chain and load it"),
    "fetch": ("fetch", "fetch the history of the branches, to be read without a chain; HEAD stays"),
    "log": ("log", "list commits from newest to the genesis"),
    "show": ("log", "show one commit, its reviews and what it is the sum of"),
    "reflog": ("reflog", "list where HEAD has been in this working copy"),
    "diff": ("diff", "compare the weights of two commits, or a commit and a file"),
    "blame": ("blame", "say what share of each tensor's change came from whom"),
    "bisect": ("bisect", "find the commit with which the weights turned bad"),
    "checkout": ("checkout", "load a commit's weights, or switch to a branch"),
    "switch": ("switch", "go to another branch, or to a new one"),
    "restore": ("restore", "put a commit's weights into the model file; HEAD stays"),
    "reset": ("restore", "take local commits back, down to a commit"),
    "stash": ("stash", "put trained weights aside, and HEAD's in their place"),
    "branch": ("branch", "list, create and protect branches"),
    "tag": ("tag", "name what is or was a head; list, move and delete names"),
    "review": ("review", "approve, reject or comment on a proposed commit"),
    "merge": ("merge", "merge the current round, or other branches; resumes"),
    "revert": ("revert", "take a commit's change out of the head"),
    "cherry-pick": ("revert", "add a commit's change to the head"),
    "queue": ("queue", "list what was asked for offline and waits for a push; take it back"),
    "operation": ("operation", "list, approve, finish and close proposed merges, picks and reverts"),
    "pr": ("pr", "propose, discuss and merge changes of protected branches"),
    "verify": ("verify", "recheck a commit, its blobs and proofs down to the genesis"),
    "mirror": ("mirror", "copy all blobs to another storage and post where they are"),
    "fsck": ("fsck", "check this working copy's blobs against their names"),
    "gc": ("fsck", "delete this working copy's blobs that nothing here needs"),
    "member": ("member", "list, add and remove members"),
    "repository": ("repository", "hand a repository over, claim it, or archive it"),
    "nft": ("nft", "make, hold, give away and recheck NFTs"),
    "contact": ("contact", "name other people's wallets, for this machine alone"),
    "round": ("round", "open, list, show, lock, expire and close rounds"),
    "rent": ("rent", "list the rent that you hold, and get it back"),
    "key": ("key", "list, pin and repeal verifying keys; make and fund a wallet; sign exports"),
    "address": ("wallet", "say the address of your wallet"),
    "balance": ("wallet", "say what a wallet has"),
    "airdrop": ("wallet", "ask a chain without real money for SOL"),
    "config": ("config", "show settings, or set one for all repositories"),
    "whoami": ("whoami", "say which wallet acts, who pays, on which chain, and with how much"),
    "browse": ("browse", "show the repository at hand in a browser, until stopped with Ctrl-C"),
    "node": ("node", "serve the embedded chain as a Solana node, and the store, until stopped"),
    "demo": ("demo", "three contributors train on digits, prove, and merge for three rounds"),
    "help": ("help", "say what a command does and which options it takes"),
    "version": ("help", "say which version this is"),
    "completion": ("completion", "print what lets a shell complete commands and options"),
}


class Commands(argparse._SubParsersAction):  # type: ignore[type-arg]
    """Parsers of commands that are made when they are looked at; the list of them needs none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """List all commands."""
        super().__init__(*args, **kwargs)
        self._name_parser_map = _Made(self)
        self.choices = _Known(self._name_parser_map)  # type: ignore[assignment]
        for name, (_, summary) in COMMANDS.items():
            self._choices_actions.append(self._ChoicesPseudoAction(name, (), summary))

    def add_parser(self, name: str, **kwargs: Any) -> Any:
        """Make the parser of a command, which is in the list already."""
        kwargs.pop("help")
        return super().add_parser(name, **kwargs)


class _Made(dict[str, Parser]):
    """The parsers that were asked for, by their commands' names."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands

    def __missing__(self, name: str) -> Parser:
        module, _ = COMMANDS[name]
        import_module(f"federity.cli.{module}").register(self._commands)
        return self[name]


class _Known(Mapping[str, Parser]):
    """All commands by name, whether they were asked for or not."""

    def __init__(self, made: _Made) -> None:
        self._made = made

    def __getitem__(self, name: str) -> Parser:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)
