"""What is read or made by parts: the same values as in memory, and no more of them at once than asked for."""

import errno
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import BadBlob, CommitmentMismatch, FileUnavailable, RangeError
from federity.objects import (
    CHUNK_ELEMENTS,
    VALUE_LIMIT,
    WEIGHT_ONE,
    Accumulator,
    Delta,
    DeltaInfo,
    accumulator_parts,
    decode_accumulator,
    decode_delta,
    encode_accumulator,
    encode_delta,
    manifest_of,
)
from federity.objects.blob import PIECE, BlobFile, pieces
from federity.objects.chunks import ahead, chunked
from federity.objects.container import read, stream, write
from federity.objects.slices import within_chunks
from federity.objects.tensors import PART_ELEMENTS, LazyTensor, part_of, parts_of
from tests.strategies import manifest_with, models

N = 2 * CHUNK_ELEMENTS + 5


def file_of(path: Path, data: bytes) -> BlobFile:
    path.write_bytes(data)
    return BlobFile(path)


@given(st.binary(max_size=40), st.slices(40))
def test_a_file_has_the_slices_of_its_bytes(tmp_path_factory, data, part):
    part = slice(part.start, part.stop)
    blob = file_of(tmp_path_factory.mktemp("blob") / "file", data)
    assert (len(blob), bytes(blob), blob[part]) == (len(data), data, data[part])


def test_a_file_stays_what_it_was_when_it_is_replaced_or_deleted(tmp_path):
    blob = file_of(tmp_path / "file", b"before")
    (tmp_path / "other").write_bytes(b"after")
    (tmp_path / "other").replace(tmp_path / "file")
    assert bytes(blob) == b"before"
    (tmp_path / "file").unlink()
    assert bytes(blob) == b"before"


def test_a_file_cut_short_while_it_is_read_is_an_error_and_no_crash(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(write({"w": np.arange(1000.0)}, {}))
    tensor = read(BlobFile(path)).tensors["w"]
    os.truncate(path, 500)
    with pytest.raises(FileUnavailable, match="shorter"):
        np.asarray(tensor)


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
def test_a_disk_that_cannot_read_says_nothing_about_the_blob(tmp_path, monkeypatch, number):
    blob = file_of(tmp_path / "file", b"abc")

    def failing(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pread", failing)
    with pytest.raises(FileUnavailable, match="file cannot be read"):
        bytes(blob)
    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(FileUnavailable, match="file cannot be read"):
        BlobFile(tmp_path / "file")


def test_a_folder_is_no_blob_and_files_are_closed(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(FileUnavailable, match="not a plain file"):
            BlobFile(odd)
    before = len(list(Path("/proc/self/fd").iterdir()))
    blob = file_of(tmp_path / "file", b"x")
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    del blob
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_pieces_of_a_blob_are_small_and_those_of_parts_as_they_are(tmp_path):
    data = os.urandom(PIECE + 1)
    assert [len(piece) for piece in pieces(data)] == [PIECE, 1]
    assert b"".join(pieces(file_of(tmp_path / "file", data))) == data
    assert list(pieces([b"a", b"", b"bc"])) == [b"a", b"", b"bc"]


@given(models())
def test_a_file_is_read_as_its_bytes_are(tmp_path_factory, model):
    data = write(model[0], {"a": "b"})
    found = read(file_of(tmp_path_factory.mktemp("model") / "file", data))
    known = read(data)
    assert found.metadata == known.metadata
    assert {n: (t.dtype, t.shape, np.asarray(t).tobytes()) for n, t in found.tensors.items()} == {
        n: (t.dtype, t.shape, np.asarray(t).tobytes()) for n, t in known.tensors.items()
    }
    assert write(found.tensors, {"a": "b"}) == data


def test_of_a_large_file_only_what_is_used_is_read(tmp_path):
    shape = (1 << 28,)
    head = next(stream({"w": LazyTensor(shape, np.dtype(np.float32), lambda _: np.empty(0))}, {}))
    path = tmp_path / "sparse"
    path.write_bytes(bytes(head))
    os.truncate(path, len(head) + (1 << 30))
    tracemalloc.start()
    tensor = read(BlobFile(path)).tensors["w"]
    assert part_of(tensor, slice(shape[0] - 9, shape[0])).tolist() == [0.0] * 9
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


# Either the chunk alone gives it away, or the file has more bytes than a delta of this model can have.
@pytest.mark.parametrize(("size", "said"), [(1 << 19, "more than any encoding"), (1 << 34, "at most")])
def test_a_chunk_larger_than_any_code_is_refused_unread(tmp_path, size, said):
    manifest = manifest_with(50)
    metadata = read(encode_delta(Delta(np.ones(50, np.int8), 0, manifest.hash), DeltaInfo())).metadata
    head = next(stream({"chunk.0": LazyTensor((size,), np.dtype(np.uint8), lambda _: np.empty(0))}, metadata))
    path = tmp_path / "delta"
    path.write_bytes(bytes(head))
    os.truncate(path, len(head) + size)
    with pytest.raises(BadBlob, match=said):
        decode_delta(BlobFile(path), manifest)


@pytest.mark.parametrize(
    "array",
    [np.arange(24.0).reshape(2, 3, 4), np.arange(24).reshape(4, 6).T, np.array(5.0), np.zeros((0, 3))],
)
def test_parts_are_those_of_the_row_major_elements(array):
    lazy = LazyTensor(array.shape, array.dtype, lambda part: array.reshape(-1)[part].copy())
    for tensor in (array, lazy):
        flat = [part_of(tensor, part) for part in (slice(0, 7), slice(7, 30))]
        assert np.concatenate(flat).tolist() == array.reshape(-1).tolist()
    assert np.asarray(lazy).tolist() == array.tolist()
    assert (lazy.ndim, lazy.size) == (array.ndim, array.size)
    assert np.array(lazy, np.float32).dtype == np.float32


def test_only_flat_tensors_have_slices():
    with pytest.raises(TypeError, match="flat"):
        LazyTensor((2, 2), np.dtype(np.int8), lambda _: np.empty(0))[0:1]
    assert [part.stop for part in parts_of(PART_ELEMENTS + 1)] == [PART_ELEMENTS, PART_ELEMENTS + 1]


@given(st.integers(0, N), st.integers(0, N))
def test_slices_are_cut_at_chunks(a, b):
    whole = slice(min(a, b), max(a, b))
    cut = [(k * CHUNK_ELEMENTS + p.start, k * CHUNK_ELEMENTS + p.stop) for k, p in within_chunks(whole)]
    assert all(start < stop for start, stop in cut)
    edges = [whole.start, *(stop for _, stop in cut)]
    assert edges == [*(start for start, _ in cut), whole.stop]


def test_a_chunk_is_made_when_it_is_used_and_kept_only_for_smaller_parts():
    made: list[int] = []

    def make(number: int) -> np.ndarray:
        made.append(number)
        return np.full(min(CHUNK_ELEMENTS, N - number * CHUNK_ELEMENTS), number, np.int8)

    vector = chunked(N, np.int8, make)
    assert made == []
    for _ in range(2):
        assert vector[0:CHUNK_ELEMENTS].max() == 0
    assert made == [0, 0]
    for start in range(0, 50, 10):
        assert vector[CHUNK_ELEMENTS + start : CHUNK_ELEMENTS + start + 10].tolist() == [1] * 10
    assert made == [0, 0, 1]
    across = vector[CHUNK_ELEMENTS - 2 : CHUNK_ELEMENTS + 2]
    assert across.tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        vector[3:4][0] = 1
    assert np.asarray(vector)[[0, -1]].tolist() == [0, 2]


def test_work_is_not_far_ahead_of_its_results():
    drawn = 0

    def items():
        nonlocal drawn
        for item in range(100):
            drawn += 1
            yield item

    for done, result in enumerate(ahead(lambda item: -item, items())):
        assert result == -done
        assert drawn - done <= 4
    assert drawn == 100


def sparse(rng: np.random.Generator) -> np.ndarray:
    values = np.zeros(N, np.int8)
    values[rng.integers(0, N, 1000)] = rng.integers(-127, 128, 1000)
    values[[0, CHUNK_ELEMENTS - 1, CHUNK_ELEMENTS, N - 1]] = [1, -2, 3, -127]
    return values


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> tuple[Accumulator, list[Delta], np.ndarray, Callable[[bytes], BlobFile]]:
    """A head and two deltas of three chunks, of files; and their sum with weights 3 and 5, by numpy."""
    rng = np.random.default_rng(4)
    manifest = manifest_with(N)
    folder = tmp_path_factory.mktemp("large")

    def stored(data: bytes) -> BlobFile:
        return file_of(folder / str(rng.integers(1 << 62)), data)

    values, (one, two) = rng.integers(-(1 << 40), 1 << 40, N), (sparse(rng), sparse(rng))
    head = decode_accumulator(stored(encode_accumulator(Accumulator(values, 24, manifest.hash))), manifest)
    blobs = [encode_delta(Delta(d, s, manifest.hash), DeltaInfo()) for d, s in ((one, 2), (two, 8))]
    deltas = [decode_delta(stored(blob), manifest)[0] for blob in blobs]
    wanted = values + 3 * 64 * one.astype(np.int64) + 5 * two.astype(np.int64)
    return head, deltas, wanted, stored


def test_a_sum_of_files_is_the_sum_of_vectors(large):
    head, (one, two), wanted, stored = large
    result = head.merged([(one, 3), (two, 5)])
    assert isinstance(result.values, LazyTensor)
    assert np.array_equal(result.values, wanted)
    assert result == head.merged([(one, 3)]).merged([(two, 5)])
    manifest = manifest_with(N)
    data = b"".join(accumulator_parts(result))
    assert data == encode_accumulator(Accumulator(wanted, 24, manifest.hash))
    assert decode_accumulator(stored(data), manifest) == result


def test_local_commits_add_up_as_merges_of_one_do(large):
    head, (one, two), _, _ = large
    alone = head.merged([(one, WEIGHT_ONE)]).merged([(two, WEIGHT_ONE)])
    assert head.advanced([one, two]) == alone


def test_more_deltas_than_are_held_at_once_are_summed_alike(large):
    head, (one, two), _, _ = large
    parts = [(one, 2), (two, 3)] * 20
    assert head.merged(parts) == head.merged([(one, 40), (two, 60)])


def test_norms_and_units_do_not_depend_on_where_values_are(large):
    _, (one, _), _, _ = large
    held = Delta(np.array(one.values), one.shift, one.manifest_hash)
    for n in (1 << 14, 1000, CHUNK_ELEMENTS):
        assert one.nonzero_units(n) == held.nonzero_units(n)
    assert (one.norm, one.nonzero) == (held.norm, held.nonzero)


def test_a_value_out_of_range_in_any_chunk_is_refused(large):
    manifest, stored = manifest_with(N), large[3]
    honest = encode_accumulator(Accumulator.zero(manifest))
    values = np.zeros(N, np.int64)
    values[N - 1] = VALUE_LIMIT
    chunks = {f"chunk.{k}": values[k * CHUNK_ELEMENTS : (k + 1) * CHUNK_ELEMENTS] for k in range(3)}
    with pytest.raises(RangeError, match="2\\^61"):
        decode_accumulator(stored(write(chunks, read(honest).metadata)), manifest)
    values[N - 1] = VALUE_LIMIT - 1
    start = Accumulator(values, 24, manifest.hash)
    step = np.zeros(N, np.int8)
    step[N - 1] = 1
    with pytest.raises(RangeError, match="leaves the range"):
        start.merged([(Delta(step, 8, manifest.hash), 1)])


def test_damage_in_any_chunk_of_a_delta_is_refused(large):
    manifest, stored = manifest_with(N), large[3]
    data = bytearray(encode_delta(Delta(np.array(large[1][0].values), 2, manifest.hash), DeltaInfo()))
    data[-1] ^= 1
    with pytest.raises(BadBlob):
        decode_delta(stored(bytes(data)), manifest)


def test_eleven_chunks_lie_in_the_order_of_their_names_and_come_back_in_their_own():
    n = 10 * CHUNK_ELEMENTS + 1
    manifest = manifest_with(n)
    values = np.zeros(n, np.int8)
    values[::CHUNK_ELEMENTS] = np.arange(1, 12)
    delta = Delta(values, 0, manifest.hash)
    data = encode_delta(delta, DeltaInfo())
    assert list(read(data).tensors)[:4] == ["chunk.0", "chunk.1", "chunk.10", "chunk.2"]
    assert decode_delta(data, manifest)[0] == delta


def test_an_accumulator_is_checked_chunk_by_chunk_while_it_is_written(large):
    head = large[0]
    heard = []

    def check(number: int, chunk: np.ndarray) -> None:
        heard.append((number, len(chunk)))
        if number == 1:
            raise CommitmentMismatch("no")

    with pytest.raises(CommitmentMismatch):
        b"".join(accumulator_parts(head, check))
    assert heard == [(0, CHUNK_ELEMENTS), (1, CHUNK_ELEMENTS)]


def test_weights_made_by_parts_are_those_made_at_once(large):
    rng = np.random.default_rng(0)
    tensors = {"a": rng.standard_normal((1000, 1000)), "b": rng.standard_normal((1 << 21, 5)).astype("f4")}
    manifest = manifest_of(tensors)
    values = rng.integers(-(1 << 40), 1 << 40, manifest.elements)
    head = Accumulator(values, 24, manifest.hash)
    lazy = head.tensors(manifest, tensors)
    for name, whole in head.weights(manifest, tensors).items():
        parts = [part_of(lazy[name], part) for part in (slice(0, 12345), slice(12345, whole.size))]
        assert np.concatenate(parts).tobytes() == whole.tobytes()
