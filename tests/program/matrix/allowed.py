"""Changed calls that go through, and why each may. What is not here must be refused by name.

An entry that no case needs is stale and fails the test, and so does a range of integers that is wider than
what goes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from federity._generated import constants as c
from program.matrix.mutations import Case

__all__ = ["ALLOWED", "Allowed"]


@dataclass(frozen=True)
class Allowed:
    """Patterns of a call (or its instruction), a kind, a place; what is put there: a pattern, or integers."""

    call: str
    kind: str
    where: str
    what: str | range
    reason: str

    def covers(self, case: Case) -> bool:
        """Whether the case is one of these."""
        good = case.subject.good
        if not (fnmatchcase(good.instruction, self.call) or fnmatchcase(good.name, self.call)):
            return False
        if not fnmatchcase(case.kind, self.kind) or not fnmatchcase(case.where, self.where):
            return False
        if isinstance(self.what, range):
            return int(case.what) in self.what
        return fnmatchcase(case.what, self.what)


_ANYWHERE = [
    Allowed("*", "flag", "*", "signer", "A signature that nobody asked for gives nothing."),
    Allowed("*", "flag", "*", "writable", "A place that may be written, and is not, stays as it is."),
    Allowed(
        "*", "further", "*", "foreign *", "Accounts after the named ones are read where they are asked for."
    ),
    Allowed("*", "data", "data", "one byte more", "Nobody reads what comes after the arguments."),
    Allowed("*", "account", "payer", "wallet: *", "Anybody may pay; what returns goes to who paid."),
    Allowed("*", "alias", "payer", "authority", "Whoever signs may pay as well."),
    # Elsewhere the runtime misses it, as the program calls itself with the event.
    Allowed(
        "*", "account", "program", "*", "The name of an absent account is the program's, so it is there."
    ),
    Allowed("*", "alias", "program", "*", "The name of an absent account is the program's, so it is there."),
]

_ANYBODY = "Anybody may do it."
_NAMELESS = "Without a blob no role is asked for."
_AUTHORITIES = [
    Allowed("operation_finish/by_anybody*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("operation_finish/with_a_vote", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("operation_finish/by_anybody*", "account", "member", "Member: *", _NAMELESS),
    Allowed("operation_finish/with_a_vote", "account", "member", "Member: *", _NAMELESS),
    Allowed("operation_finish/by_anybody*", "alias", "member", "author", _NAMELESS),
    Allowed("operation_finish/with_a_vote", "alias", "member", "*", _NAMELESS),
    Allowed("operation_close/a_stale*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("operation_close/a_stale*", "alias", "authority", "payer", _ANYBODY),
    Allowed("round_lock/a_late_round_by_anybody", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("round_lock/a_solo_round*", "account", "authority", "wallet: *", "Its author signed the commit."),
    Allowed("commit_close/a_rejected_one*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("*_close/*", "alias", "authority", "payer", "Who paid gives it up at any time."),
    Allowed("*_close/*", "account", "authority", "wallet: payer", "Who paid gives it up at any time."),
    Allowed("review_void/*of_who_has_left", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("round_cancel/*of_an_opener*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("record_close/*that_is_*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("sale_cancel/that_is_past*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("sale_cancel/that_is_past*", "alias", "authority", "refund", _ANYBODY),
    Allowed("sale_buy", "alias", "payer", "seller", "Anybody may pay, the seller too."),
    Allowed("merge_begin", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("merge_begin", "alias", "authority", "payer", _ANYBODY),
    Allowed("merge_finish/by_anybody*", "account", "authority", "wallet: *", _ANYBODY),
    Allowed("merge_finish/by_anybody*", "account", "member", "Member: *", _NAMELESS),
]

_NONE_IN_PROGRESS = "Where no round is in progress none is read."
_AGAIN = "What is in already is passed over."
_ANYBODYS = "Anybody forks any repository, and begins at any head of it."
_LINEAGE = "Any head of a lineage that the repository has a branch of is named."
_OWN_HEAD = "Where the head is of this repository no branch is read."
_ACCOUNTS = [
    Allowed(
        "branch_create", "account", "commit", "Commit: mine, *", "A fork begins at any commit of the source."
    ),
    Allowed("branch_create/*another*", "twin", "some", "*", _ANYBODYS),
    Allowed("repository_fork", "account", "ancestor", "Repository: *", _ANYBODYS),
    Allowed("repository_fork", "twin", "some", "*", _ANYBODYS),
    Allowed("tag_*", "account", "commit", "Commit: mine, *", "A maintainer names any head."),
    Allowed("tag_create/*another*", "account", "commit", "Commit: twin, *", _LINEAGE),
    Allowed("tag_move/*another*", "account", "commit", "Commit: twin, *", _LINEAGE),
    Allowed("tag_*/*another*", "twin", "some", "*", _LINEAGE),
    Allowed("tag_create/of_a_head", "account", "branch", "Branch: *", _OWN_HEAD),
    Allowed("tag_move/to_a_later_head", "account", "branch", "Branch: *", _OWN_HEAD),
    Allowed("tag_close", "account", "tag", "Tag: mine, *", "A maintainer closes any tag."),
    Allowed("key_repeal", "account", "key_pin", "KeyPin: mine, *", "The owner repeals any pin."),
    Allowed(
        "branch_protect", "account", "branch", "Branch: mine, *", "The owner sets the rules of any branch."
    ),
    Allowed(
        "genesis_create", "account", "ancestor", "Commit: mine, *", "Any commit of a history is an ancestor."
    ),
    Allowed("genesis_create", "a*", "ancestor", "absent", "A first base has no ancestor."),
    Allowed("genesis_create", "a*", "ancestor", "program*", "The program's name says that it is absent."),
    Allowed("member_role/*by_the_owner", "account", "member", "Member: mine, *", "The owner gives any role."),
    *(
        Allowed(call, "account", "repository", "Repository: mine, *", "Another one of the owner's.")
        for call in ("repository_offer", "repository_archive")
    ),
    Allowed("member_remove", "account", "member", "Member: mine, *", "The owner removes any member."),
    Allowed("commit_create", "account", "key_pin", "KeyPin: mine, *", "Any pinned key proves."),
    Allowed(
        "commit_declare/the_first*", "account", "commit", "Commit: mine, *", "Another open commit of hers."
    ),
    Allowed(
        "round_close",
        "account",
        "round",
        "Round: *",
        "Any expired round, of any repository, is closed by anybody.",
    ),
    Allowed("operation_add/all*", "further", "further ?", "dropped", "One of both, then the other."),
    Allowed("operation_add/*", "further", "further ?", "again at *", _AGAIN),
    Allowed("operation_add/all*", "account", "further 1", "*: mine, *", _AGAIN),
    Allowed("operation_add/all*", "alias", "further 1", "further 0", _AGAIN),
    Allowed("merge_add/both_commits", "further", "further ?", "dropped", "One of both, then the other."),
    Allowed("merge_add/*", "further", "further ?", "again at *", _AGAIN),
    Allowed("merge_add/both_commits", "account", "further 1", "Commit: mine, *", _AGAIN),
    Allowed("merge_add/both_commits", "alias", "further 1", "further 0", _AGAIN),
    Allowed("points_close/of_an_expired*", "alias", "current", "round", _NONE_IN_PROGRESS),
    *(
        Allowed(call, "account", "current", "Round: *", _NONE_IN_PROGRESS)
        for call in (
            "commit_close/a_rejected_one*",
            "commit_close/one_s_own*",
            "operation_finish/*_a_blob",
            "operation_finish/with_a_vote",
            "points_close/of_an_expired*",
            "round_lock/a_late_round*",
            "round_lock/a_server_round*",
            "round_lock/a_solo_round_with*",
            "round_lock/an_open_round*",
        )
    ),
]

_U32 = range(1 << 32)
_ANY = "Any value is valid."
_RULES = {
    "protected": (range(2), "Truth values."),
    "allow_server": (range(2), "Truth values."),
    "min_level": (range(2), "Levels that can be reached."),
    "weighting": (range(3), "Three weightings."),
    "allow_sealed": (range(2), "Truth values."),
    "approvals": (range(c.MAX_APPROVALS + 1), "As many as may be asked for."),
    "merge_approvals": (range(c.MAX_APPROVALS + 1), "As many as may be asked for."),
    "operate_role": (range(c.ROLE_CONTRIBUTOR, c.ROLE_OWNER + 1), "Roles from contributor up."),
    "max_staleness": (_U32, _ANY),
    "max_weight": (range(1, c.WEIGHT_ONE + 1), "Above zero, at most one."),
    "max_samples": (range(1, 1 << 32), "Above zero."),
    "norm_bound": (range(1 << 64), _ANY),
    "*_slots": (range(1, c.MAX_PHASE_SLOTS + 1), "Each phase has a slot, and an end."),
}
_INTEGERS = [
    *(
        Allowed(call, "integer", f"rules.{name}", values, reason)
        for call in ("branch_create", "branch_protect", "genesis_create")
        for name, (values, reason) in _RULES.items()
    ),
    *(
        Allowed(call, "integer", "rules.rules_role", range(4, 6), "The owner hands the rules to maintainers.")
        for call in ("branch_protect", "genesis_create", "branch_create/*another*")
    ),
    Allowed("*", "integer", "location.tag", range(4), "Four kinds of places."),
    Allowed("commit_create", "integer", "loss", range(-(1 << 31), 1 << 31), _ANY),
    Allowed("commit_create", "integer", "accuracy", range(-(1 << 31), 1 << 31), _ANY),
    Allowed("commit_create", "integer", "epsilon", _U32, _ANY),
    Allowed("commit_create", "integer", "samples", _U32, _ANY),
    Allowed("commit_create", "integer", "shift", range(c.MAX_SHIFT + 1), "Shifts 0 to 8."),
    Allowed("commit_create/to_be_proved", "integer", "flags", range(2), "Sealed or not."),
    Allowed(
        "commit_create/to_be_proved", "integer", "parts", range(1, c.CHUNK_UNITS + 1), "Units of a chunk."
    ),
    Allowed("genesis_create", "integer", "chunks", range(1, c.MAX_CHUNKS + 1), "Chunks of a vector."),
    Allowed("member_delegate", "integer", "role", range(1, 5), "All but the owner's."),
    *(
        Allowed(call, "integer", "expires", range((1 << 14) - 1, 1 << 64), "A slot to come.")
        for call in ("member_delegate", "repository_offer", "sale_list")
    ),
    Allowed("sale_list", "integer", "price", range(1, c.MAX_PRICE + 1), "Above zero, exact everywhere."),
    Allowed("sale_buy", "integer", "max_price", range(5 * 10**9, 1 << 64), "The price, or more."),
    Allowed("member_role/*by_the_owner", "integer", "role", range(1, 5), "What the owner grants."),
    Allowed("member_role/one_s_own_down", "integer", "role", range(1, 4), "Below a maintainer's."),
    Allowed("repository_archive", "integer", "archived", range(2), "Truth values."),
    Allowed("member_add", "integer", "role", range(1, 4), "What a maintainer grants, and the owner."),
    Allowed("member_add/*by_the_owner", "integer", "role", range(1, 5), "What the owner grants."),
    Allowed("remark_create", "integer", "verdict", range(1, 4), "Three verdicts."),
    Allowed("review_create", "integer", "verdict", range(1, 4), "Three verdicts."),
    Allowed("round_open", "integer", "kind", range(1, 4), "Three kinds."),
    Allowed("weights_write", "integer", "restart", range(2), "Truth values."),
    Allowed("weights_write", "integer", "weights[[]]", range(1 << 16), "At most one in all."),
    *(
        Allowed("key_pin", "integer", "n", range(1 << bits, (1 << bits) + 1), "Units that tile a chunk.")
        for bits in (2, 3, 7, 8, 14, 16, 22)
    ),
]

ALLOWED = [*_ANYWHERE, *_AUTHORITIES, *_ACCOUNTS, *_INTEGERS]
