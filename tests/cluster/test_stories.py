"""Stories that are told on the embedded chain elsewhere, word for word on a real cluster."""

import pytest

from e2e.test_combining import (
    test_a_branch_goes_back_to_a_head_and_forward_again,
    test_a_pick_brings_one_change_and_nothing_before_it,
    test_a_revert_of_an_older_commit_takes_out_its_change_and_nothing_else,
    test_on_a_protected_branch_maintainers_approve_exactly_what_was_proposed,
    test_two_branches_merge_to_both_changes_and_later_ones_to_what_is_new,
)
from e2e.test_operations import test_a_head_that_is_a_sum_of_heads_is_that_sum_everywhere
from e2e.test_round import (
    test_a_merge_is_the_weighted_sum_and_everybody_pulls_it,
    test_two_mergers_at_once_make_one_merge,
    test_weights_of_a_keeper_are_written_checked_and_capped,
)
from e2e.test_solo import (
    test_a_pushed_change_reaches_a_clone_bit_exactly,
    test_a_stale_push_says_pull_and_then_goes_through,
    test_the_price_named_before_is_the_price_paid,
)
from e2e.test_verify import test_an_honest_history_verifies_and_says_what_it_does_not_show

__all__ = [
    "test_a_branch_goes_back_to_a_head_and_forward_again",
    "test_a_head_that_is_a_sum_of_heads_is_that_sum_everywhere",
    "test_a_merge_is_the_weighted_sum_and_everybody_pulls_it",
    "test_a_pick_brings_one_change_and_nothing_before_it",
    "test_a_pushed_change_reaches_a_clone_bit_exactly",
    "test_a_revert_of_an_older_commit_takes_out_its_change_and_nothing_else",
    "test_a_stale_push_says_pull_and_then_goes_through",
    "test_an_honest_history_verifies_and_says_what_it_does_not_show",
    "test_on_a_protected_branch_maintainers_approve_exactly_what_was_proposed",
    "test_the_price_named_before_is_the_price_paid",
    "test_two_branches_merge_to_both_changes_and_later_ones_to_what_is_new",
    "test_two_mergers_at_once_make_one_merge",
    "test_weights_of_a_keeper_are_written_checked_and_capped",
]

pytestmark = pytest.mark.network
