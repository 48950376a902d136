import json

from federity.repository.reports import Check, Cost, PushedCommit, PushReport, VerifiedCommit


def test_sums_and_outcomes_are_in_the_json_at_any_depth() -> None:
    cost = Cost(transactions=2, compute_units=7, fees=10_000, rent=5, uploaded_bytes=9, priority=3)
    commit = PushedCommit("id", "address", "round", "merge", 1, 3, 44, 0.02, 1.5, cost)
    report = PushReport("repository", "main", (commit,), 0, False, False, cost + cost)
    document = json.loads(json.dumps(report.to_json()))
    assert document["commits"][0]["cost"]["lamports"] == 10_005
    assert document["cost"]["lamports"] == 20_010
    assert document["cost"]["priority"] == 6
    checks = (Check("blob", "passed", ""), Check("proofs", "failed", "unit 3"))
    verified = VerifiedCommit("address", "update", 1, "L1", "author", 2, checks)
    assert verified.to_json()["ok"] is False
    assert verified.to_json()["checks"][1] == {"name": "proofs", "outcome": "failed", "detail": "unit 3"}
