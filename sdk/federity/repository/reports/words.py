"""Codes of the program's accounts in words, and the numbers that stand for fractions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import constants

if TYPE_CHECKING:
    pass


KINDS = {
    constants.KIND_GENESIS: "genesis",
    constants.KIND_UPDATE: "update",
    constants.KIND_MERGE: "merge",
    constants.KIND_SERVER: "server",
    constants.KIND_OPERATION: "operation",
}


STATES = {
    constants.COMMIT_STATE_OPEN: "open",
    constants.COMMIT_STATE_COMPLETE: "complete",
    constants.COMMIT_STATE_ACCEPTED: "accepted",
    constants.COMMIT_STATE_HISTORY: "history",
    constants.COMMIT_STATE_ABANDONED: "abandoned",
}


ROUND_KINDS = {
    constants.ROUND_OPEN: "open",
    constants.ROUND_SOLO: "solo",
    constants.ROUND_SERVER: "server",
}


ROUND_STATES = {
    constants.ROUND_STATE_OPEN: "open",
    constants.ROUND_STATE_LOCKED: "locked",
    constants.ROUND_STATE_MERGED: "merged",
    constants.ROUND_STATE_EXPIRED: "expired",
}


VERDICTS = {
    constants.VERDICT_APPROVE: "approve",
    constants.VERDICT_REJECT: "reject",
    constants.VERDICT_COMMENT: "comment",
}


MILLIONTHS = 1_000_000
