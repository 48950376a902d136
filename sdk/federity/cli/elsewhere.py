"""Verbs and options that people bring from git and Hugging Face, and Federity's way to the same end."""

from __future__ import annotations

# The verb as it is typed there: one sentence.
VERBS = {
    "add": "nothing is staged here: `federity commit` records the whole model",
    "am": "changes travel through the chain: `federity push` sends them, `federity pull` fetches them",
    "apply": "changes travel through the chain: `federity push` sends them, `federity pull` fetches them",
    "archive": "`federity checkout COMMIT --export DIR` writes a commit to a folder of its own",
    "clean": "a working copy has one model file: `federity restore` puts it back",
    "download": "`federity clone OWNER/NAME` fetches a repository, "
    "`federity checkout COMMIT --export DIR` writes a folder that other libraries load",
    "login": "there is no account: a wallet signs, and `federity key new` makes one",
    "logout": "there is no account: a wallet signs, and -k names another one",
    "ls-files": "`federity show COMMIT` shows what a commit is; its tensors are in the model file",
    "mv": "a model's tensors keep their names: federity.Named in Python maps others to them",
    "rebase": "`federity pull --rebase` puts the local commits on top of the new head",
    "repo": "`federity init --model FILE` makes a repository and `federity push` puts it on the chain",
    "rm": "nothing is staged here: `federity commit` records the whole model",
    "shortlog": "`federity log` lists the commits with their authors",
    "upload": "`federity commit` and `federity push` send weights; "
    "`federity checkout COMMIT --export DIR` makes a folder that `hf upload` takes",
    "worktree": "`federity clone OWNER/NAME DIR` makes another working copy",
}

# The command and the option as they are typed there: one sentence.
_ALL = "every commit records the whole model: leave it out"
_FORWARD = (
    "`federity pull`, then push; `federity branch reset NAME COMMIT` takes a branch back to an earlier head"
)
_GONE = "a branch stays on the chain: it cannot be deleted or renamed"
_OTHERS = "`federity branch` lists this repository's; `federity fetch upstream` names those of another one"
OPTIONS = {
    ("branch", "-a"): _OTHERS,
    ("branch", "-r"): _OTHERS,
    ("branch", "-d"): _GONE,
    ("branch", "-D"): _GONE,
    ("branch", "-m"): _GONE,
    ("clone", "--depth"): "a clone fetches the head alone; `federity verify` walks the history",
    ("commit", "--all"): _ALL,
    ("commit", "-a"): _ALL,
    ("commit", "-am"): f"{_ALL}, `federity commit -m TEXT`",
    ("push", "--force"): _FORWARD,
    ("push", "-f"): _FORWARD,
}
