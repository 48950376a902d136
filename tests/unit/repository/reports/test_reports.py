import json

from federity.repository.reports import Check, Cost, PushedCommit, PushReport, VerifiedCommit
from federity.repository.reports.readable import Listing


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


COST = Cost(transactions=2, fees=10_000, rent=2_000_000)
PUSHED = PushedCommit("id", "A" * 44, "", "", 1, 3, 44, 0.02, 1.5, COST)


def test_a_report_reads_as_fields_and_tables() -> None:
    text = str(PushReport("repo", "main", (PUSHED,), 0, True, False, COST))
    assert text.splitlines() == [
        "repository: repo",
        "branch:     main",
        "remaining:  0",
        "created:    yes",
        "dry run:    no",
        "cost:       2 transactions, 0.00001 SOL fees, 0.002 SOL rent",
        "",
        "commits:",
        "ID  ADDRESS       LEVEL  UNITS  DELTA BYTES  RATIO  PROOF SECONDS  COST",
        "id  AAAAAAAAAAAA      1      3           44   0.02            1.5  " + str(COST),
    ]
    assert repr(PUSHED).startswith("PushedCommit(id='id', address='AAAA")


def test_a_notebook_gets_tables_in_which_nothing_is_markup() -> None:
    hostile = PushReport("<script>\x1b[2J", "main", (PUSHED,), 0, True, False, COST)
    page = hostile._repr_html_()
    assert "<script>" not in page and "\x1b" not in page
    assert "<td>&lt;script&gt;" in page
    assert "<th>address</th>" in page and "<td>AAAAAAAAAAAA</td>" in page


def test_a_list_of_reports_is_a_table() -> None:
    checks = Listing([Check("blob", "passed", ""), Check("proofs", "failed", "unit 3")])
    assert str(checks).splitlines() == [
        "NAME    OUTCOME  DETAIL",
        "blob    passed",
        "proofs  failed   unit 3",
    ]
    assert checks == [Check("blob", "passed", ""), Check("proofs", "failed", "unit 3")]
    assert "<td>unit 3</td>" in checks._repr_html_()
    assert str(Listing([])) == "none"
