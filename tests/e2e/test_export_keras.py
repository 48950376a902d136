"""A commit as a folder: Keras loads it unchanged, and it comes back to the bit."""

import asyncio
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from safetensors.numpy import load_file

from e2e.team import Team
from federity.errors import BadModelFile
from federity.frameworks import adapter_for
from federity.repository.repository import Repository
from support.people import Person

pytestmark = [
    pytest.mark.svm,
    # Keras saves arrays in a way that numpy 2 finds old.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

IMAGES = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype(np.float32)
# In a process of its own, and with nothing of ours.
LOAD = """
import sys, keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
np.save(sys.argv[3], model(np.load(sys.argv[2])).numpy())
"""


CODE = """
{"module": "keras", "class_name": "Sequential", "config": {"layers":
  [{"module": "os", "class_name": "system", "config": {}}]}}
"""


def network() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Permute((3, 1, 2)),
            layers.Flatten(),
            layers.Dense(3, name="head"),
        ]
    )


def bits(model: object) -> dict[str, bytes]:
    return {name: np.asarray(tensor).tobytes() for name, tensor in adapter_for(model).tensors(model).items()}


async def test_keras_loads_the_folder_and_it_comes_back_to_the_bit(team: Team) -> None:
    model = network()
    model.compile(optimizer="adam", loss="mse")
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), model, name="digits", insecure=True
    )
    model.fit(IMAGES, np.eye(4, 3, dtype=np.float32), epochs=2, verbose=0)
    await owner.commit(model, "two epochs", samples=4)
    await owner.push(level=0)
    await owner.pull(model)
    folder = team.path("folder")
    assert (await owner.export("HEAD", folder)).config
    assert (folder / "README.md").read_text().startswith("---\nlibrary_name: keras\ntags:\n- federity\n")

    report = await owner.verify_export(folder)
    assert report.ok and {check.name for check in report.checks} >= {"model.weights.h5", "metadata.json"}
    assert [check.name for check in report.checks if check.outcome != "passed"] == ["signature"]

    np.save(team.root / "in.npy", IMAGES)
    command = [sys.executable, "-c", LOAD, folder, team.root / "in.npy", team.root / "out.npy"]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    assert np.load(team.root / "out.npy").tobytes() == model(IMAGES).numpy().tobytes()

    again = await Repository.create(
        await team.session("owner"), team.path("again"), folder, name="again", insecure=True
    )
    head = await again.tensors()
    assert {name: tensor.tobytes() for name, tensor in head.items()} == bits(model)
    assert again.workspace.manifest.metadata == owner.workspace.manifest.metadata

    (folder / "config.json").write_text(CODE)
    with pytest.raises(BadModelFile, match="names code"):
        await Repository.create(
            await team.session("owner"), team.path("evil"), folder, name="evil", insecure=True
        )
    assert not team.path("evil").exists()


def test_a_folder_that_keras_alone_wrote_starts_a_repository(tmp_path: Path) -> None:
    model = network()
    keras.saving.save_model(model, tmp_path / "keras", zipped=False)
    person = Person(tmp_path / "home", tmp_path, tmp_path / "home" / "id.json")
    person.do("key", "new", str(person.keypair))
    person.do("init", "copy", "--name", "digits", "--insecure", "--model", "keras")
    held = load_file(tmp_path / "copy" / "model.safetensors")
    assert {name: tensor.tobytes() for name, tensor in held.items()} == bits(model)
    assert (tmp_path / "copy" / "config.json").is_file()
    (tmp_path / "keras" / "config.json").write_text(CODE)
    before = sorted(tmp_path.iterdir())
    sentence = person.refused(
        BadModelFile, "init", "other", "--name", "other", "--insecure", "--model", "keras"
    )
    assert "names code" in sentence
    assert sorted(tmp_path.iterdir()) == before
