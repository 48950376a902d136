"""A chain that takes programs: the runtime alone, or the validator that FEDERITY_TEST_RPC names."""

import os
from collections.abc import AsyncIterator

import pytest

from support.loader_cluster import AnyCluster, Cluster, RealCluster


@pytest.fixture(params=["runtime", pytest.param("validator", marks=pytest.mark.network)])
async def cluster(request: pytest.FixtureRequest) -> AsyncIterator[AnyCluster]:
    if request.param == "runtime":
        yield Cluster()
        return
    url = os.environ.get("FEDERITY_TEST_RPC")
    if not url:
        pytest.skip("FEDERITY_TEST_RPC names no cluster")
    async with RealCluster.opened(url) as real:
        yield real
