# ruff: noqa: E501  # one line of commands a scenario
"""What git's manual says, as lines that are done on both sides and compared after each.

`train N` changes number N; `!` before a line says that both must refuse it and change nothing.
"""

SCENARIOS: dict[str, str] = {
    # --- commit
    "commit: what was trained": "train 1; commit -m one",
    "commit: one after another": "train 1; commit -m one; train 2; commit -m two",
    "commit: nothing changed": "!commit -m none",
    "commit: nothing changed since the last": "train 1; commit -m one; !commit -m none",
    "commit --amend: what was trained since": "train 1; commit -m one; train 2; commit --amend -m both",
    "commit --amend: a new message alone": "train 1; commit -m wrong; commit --amend -m right",
    "commit --amend: twice": "train 1; commit -m a; train 2; commit --amend -m b; train 3; commit --amend -m c",
    "commit --amend: only the newest": "train 1; commit -m one; train 2; commit -m two; train 3; commit --amend -m 2",
    # --- push, pull
    "push: one commit": "train 1; commit -m one; push",
    "push: two at once": "train 1; commit -m one; train 2; commit -m two; push",
    "push: again and again": "train 1; commit -m one; push; train 2; commit -m two; push",
    "push: what was amended before": "train 1; commit -m one; train 2; commit --amend -m both; push",
    "pull: nothing new": "train 1; commit -m one; push; pull",
    # --- restore
    "restore: drops what was trained": "train 1; restore",
    "restore: commits stay": "train 1; commit -m one; train 2; restore",
    "restore --source: older weights": "train 1; commit -m one; train 2; commit -m two; restore --source HEAD~1",
    "restore --source: HEAD^": "train 1; commit -m one; push; restore --source HEAD^",
    "restore --source: and back": "train 1; commit -m one; restore --source HEAD~1; restore",
    "restore --source: a branch": "switch-c side; train 1; commit -m one; push; switch main; restore --source side",
    "restore --source: no such commit": "train 1; !restore --source nowhere",
    "restore --source: before the first": "!restore --source HEAD~1",
    # --- reset
    "reset --hard: drops what was trained": "train 1; reset --hard",
    "reset --hard: a commit": "train 1; commit -m one; reset --hard HEAD~1",
    "reset --hard: two commits": "train 1; commit -m one; train 2; commit -m two; reset --hard HEAD~2",
    "reset --hard: one of two": "train 1; commit -m one; train 2; commit -m two; reset --hard HEAD^",
    "reset --soft: keeps the weights": "train 1; commit -m one; reset --soft HEAD~1",
    "reset --soft: and commit again": "train 1; commit -m one; train 2; commit -m two; reset --soft HEAD~2; commit -m both",
    "reset: keeps the weights": "train 1; commit -m one; reset HEAD~1",
    "reset: what was trained since stays": "train 1; commit -m one; train 2; reset HEAD~1",
    "reset: no such commit": "train 1; commit -m one; !reset HEAD~9",
    "reset: then push nothing of it": "train 1; commit -m one; reset --hard HEAD~1; train 2; commit -m two; push",
    # --- stash
    "stash: puts aside": "train 1; stash push",
    "stash pop: brings back": "train 1; stash push; stash pop",
    "stash: nothing to put aside": "!stash push",
    "stash pop: nothing there": "!stash pop",
    "stash drop": "train 1; stash push; stash drop",
    "stash: two, the newest first": "train 1; stash push; train 2; stash push; stash pop",
    "stash: onto another branch": "train 1; stash push; switch-c side; stash pop",
    # --- branch, switch, checkout
    "switch -c: from the head": "switch-c side",
    "switch -c: the trained weights come along": "train 1; switch-c side",
    "switch -c: and commit there": "switch-c side; train 1; commit -m one",
    "switch -c: main stays": "switch-c side; train 1; commit -m one; push; switch main",
    "switch -c: from an older commit": "train 1; commit -m one; push; switch-c old HEAD~1",
    "switch -c: a name that is taken": "!switch-c main",
    "switch: no such branch": "!switch nowhere",
    "switch -: to and fro": "switch-c side; switch -; switch -",
    "switch: onto the branch one is on": "switch main",
    "switch: local commits wait on their branch": "switch-c side; train 1; commit -m one; switch main; switch side",
    "switch: trained weights are not overwritten": (
        "switch-c side; train 1; commit -m one; push; train 1; !switch main"
    ),
    "checkout -b": "checkout-b side; train 1; commit -m one; push",
    "checkout: a branch": "checkout-b side; train 1; commit -m one; push; checkout main",
    "checkout -: the branch before": "checkout-b side; checkout -",
    "branch: made, not gone to": "branch-create side; train 1; commit -m one; push",
    "branch: at an older commit": "train 1; commit -m one; push; branch-create old HEAD~1; switch old",
    "branch: a name that is taken": "!branch-create main",
    "branch: no such start": "!branch-create side nowhere",
    "branches: each its own": (
        "switch-c a; train 1; commit -m a; push; switch main; switch-c b; train 2; commit -m b; push; switch a"
    ),
    # --- revert
    "revert: the newest": "train 1; commit -m one; push; revert HEAD",
    "revert: an older one": "train 1; commit -m one; train 2; commit -m two; push; revert HEAD~1",
    "revert: by its branch's name": "train 1; commit -m one; push; revert main",
    "revert: a revert": "train 1; commit -m one; push; revert HEAD; revert HEAD",
    "revert: one, then the other": "train 1; commit -m one; train 2; commit -m two; push; revert HEAD~1; revert HEAD~1",
    "revert: and train on": "train 1; commit -m one; push; revert HEAD; train 2; commit -m two; push",
    "revert: what was reverted already": "train 1; commit -m one; push; revert HEAD; !revert HEAD~1",
    "revert: no such commit": "!revert nowhere",
    "revert: on a side branch": "train 1; commit -m one; push; switch-c side; revert HEAD; switch main",
    # --- cherry-pick
    "cherry-pick: of another branch": (
        "switch-c side; train 1; commit -m one; push; switch main; cherry-pick side"
    ),
    "cherry-pick: not the newest": (
        "switch-c side; train 1; commit -m one; train 2; commit -m two; push; switch main; cherry-pick side~1"
    ),
    "cherry-pick: the newest alone": (
        "switch-c side; train 1; commit -m one; train 2; commit -m two; push; switch main; cherry-pick side"
    ),
    "cherry-pick: onto a branch that went on": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; cherry-pick side"
    ),
    "cherry-pick: what was reverted": "train 1; commit -m one; push; revert HEAD; cherry-pick HEAD~1",
    "cherry-pick: what the head has": "train 1; commit -m one; push; !cherry-pick HEAD",
    "cherry-pick: no such commit": "!cherry-pick nowhere",
    "cherry-pick: a pick": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; cherry-pick side; "
        "switch-c third HEAD~2; cherry-pick main"
    ),
    # --- merge
    "merge: fast-forward": "switch-c side; train 1; commit -m one; push; switch main; merge side",
    "merge: both sides": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; merge side"
    ),
    "merge: several commits a side": (
        "switch-c side; train 1; commit -m one; train 2; commit -m two; push; "
        "switch main; train 3; commit -m three; train 4; commit -m four; push; merge side"
    ),
    "merge: what is in the past": "train 1; commit -m one; push; branch-create old HEAD~1; !merge old",
    "merge: itself": "!merge main",
    "merge: no such branch": "!merge nowhere",
    "merge: twice": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; merge side; "
        "switch side; train 3; commit -m three; push; switch main; merge side"
    ),
    "merge: to and fro": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; merge side; "
        "switch side; merge main; train 3; commit -m three; push; switch main; merge side"
    ),
    "merge: crossed": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; "
        "branch-create before; merge side; switch side; merge before; train 3; commit -m three; push; "
        "switch main; merge side"
    ),
    "merge: after one of its commits was picked": (
        "switch-c side; train 1; commit -m one; train 2; commit -m two; push; switch main; train 3; "
        "commit -m three; push; cherry-pick side~1; merge side"
    ),
    "merge: a side that was reverted stays reverted": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; merge side; "
        "revert HEAD; switch side; train 3; commit -m three; push; switch main; merge side"
    ),
    "merge: a revert on the side comes along": (
        "train 1; commit -m one; push; switch-c side; revert HEAD; switch main; train 2; commit -m two; push; "
        "merge side"
    ),
    "merge: and revert a commit of the side": (
        "switch-c side; train 1; commit -m one; train 2; commit -m two; push; switch main; train 3; "
        "commit -m three; push; merge side; revert side~1"
    ),
    "merge: a branch of a branch": (
        "switch-c a; train 1; commit -m a; push; switch-c b; train 2; commit -m b; push; switch main; merge b; "
        "!merge a"
    ),
    "merge: three branches, one after the other": (
        "switch-c a; train 1; commit -m a; push; switch main; switch-c b; train 2; commit -m b; push; switch main; "
        "switch-c c; train 3; commit -m c; push; switch main; merge a; merge b; merge c"
    ),
    "merge: then everything back": (
        "switch-c side; train 1; commit -m one; push; switch main; train 2; commit -m two; push; merge side; "
        "restore --source HEAD~2; restore"
    ),
    # --- tag
    "tag: names the head": "train 1; commit -m one; push; tag v1; train 2; commit -m two; push; restore --source v1",
    "tag: an older commit": "train 1; commit -m one; push; tag old HEAD~1; switch-c side old",
    "tag: a name that is taken": "tag v1; !tag v1",
    "tag -f: moves it": "tag v1; train 1; commit -m one; push; tag -f v1; train 1; restore --source v1",
    "tag -d: and the name is gone": "tag v1; tag -d v1; !restore --source v1",
    # --- names of commits
    "names: @": "train 1; commit -m one; push; revert @",
    "names: @~1": "train 1; commit -m one; train 2; commit -m two; push; revert @~1",
    "names: HEAD^^": "train 1; commit -m one; train 2; commit -m two; push; restore --source HEAD^^",
    "names: BRANCH^": "switch-c side; train 1; commit -m one; push; restore --source side^",
    "names: origin/main": "train 1; commit -m one; push; train 2; commit -m two; restore --source origin/main",
    "names: tags/NAME": "train 1; commit -m one; push; tag v1 HEAD~1; restore --source tags/v1",
    "names: HEAD@{1}": "train 1; commit -m one; reset --hard HEAD~1; restore --source HEAD@{1}",
    "names: main@{1}": "train 1; commit -m one; push; restore --source main@{1}",
}
