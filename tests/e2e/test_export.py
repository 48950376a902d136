"""A commit as a folder: transformers loads it unchanged, and it comes back to the bit."""

from pathlib import Path

import pytest
import torch
import transformers

from e2e.team import Team, trained, weights
from federity.errors import BadModelFile, WorktreeError
from federity.frameworks import adapter_for
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

GPT2 = transformers.GPT2Config(vocab_size=64, n_positions=16, n_embd=16, n_layer=1, n_head=2)


def bits(model: torch.nn.Module) -> dict[str, bytes]:
    """A module's tensors as they are in memory, by name."""
    return {name: tensor.tobytes() for name, tensor in adapter_for(model).tensors(model).items()}


async def grown(team: Team, model: torch.nn.Module) -> Repository:
    """A repository of the model, one push old."""
    repository = await Repository.create(
        await team.session("owner"), team.path("owner"), model, name="text", insecure=True
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    await repository.commit(model, "one | <b>bold</b> `step`\n## Proved by all", samples=5)
    await repository.push(level=0)
    await repository.pull(model)
    return repository


async def test_transformers_loads_the_folder_and_it_comes_back_to_the_bit(team: Team) -> None:
    torch.manual_seed(0)
    model = transformers.GPT2LMHeadModel(GPT2).eval()
    repository = await grown(team, model)
    report = await repository.export("HEAD", team.path("folder"))
    assert report.config
    loaded = transformers.AutoModelForCausalLM.from_pretrained(team.path("folder"))
    assert isinstance(loaded, transformers.GPT2LMHeadModel)
    assert loaded.config.n_embd == 16
    assert "\nlibrary_name: transformers\n" in (team.path("folder") / "README.md").read_text()
    assert bits(model) == bits(loaded)
    assert loaded.lm_head.weight is loaded.transformer.wte.weight
    text = torch.randint(64, (2, 16), generator=torch.Generator().manual_seed(1))
    assert torch.equal(model(text).logits, loaded.eval()(text).logits)
    head = await repository.tensors("HEAD")
    assert bits(loaded) == {name: tensor.tobytes() for name, tensor in head.items()}
    again = await Repository.create(
        await team.session("owner"), team.path("again"), team.path("folder"), name="again", insecure=True
    )
    await again.export("HEAD", team.path("copy"))
    for name in ("model.safetensors", "config.json"):
        assert (team.path("copy") / name).read_bytes() == (team.path("folder") / name).read_bytes()


async def test_the_card_says_where_it_is_from_and_what_is_not_proved(team: Team) -> None:
    repository = await grown(team, torch.nn.Linear(3, 2))
    head = (await repository.log())[0]
    report = await repository.export("HEAD", team.path("folder"))
    card = (team.path("folder") / "README.md").read_text()
    for fact in (repository.url, repository.address, head.address, head.parent, head.author, report.digest):
        assert fact in card
    assert "no proof" in head.level_meaning.lower() or head.level_meaning in card
    assert "harmless" in card
    assert "development keys" in card
    # A stranger's message is a quoted string in its cell, never a heading, a tag or a cell of its own.
    assert "\n## Proved by all" not in card
    assert "<b>" not in card
    rows = [line for line in card.splitlines() if line.startswith("| `")]
    assert {row.count("|") for row in rows} == {7}
    await repository.export("HEAD", team.path("again"))
    assert (team.path("again") / "README.md").read_text() == card


async def test_an_older_commit_is_exported_and_the_working_copy_left_alone(team: Team) -> None:
    first = weights()
    repository = await Repository.create(
        await team.session("owner"), team.path("owner"), first, name="digits", insecure=True
    )
    await repository.commit(trained(first), "one")
    await repository.push(level=0)
    before = await repository.status()
    await repository.export("HEAD~1", team.path("folder"))
    assert await repository.status() == before
    found = adapter_for(team.path("folder") / "model.safetensors").tensors(
        team.path("folder") / "model.safetensors"
    )
    assert all((found[name] == first[name]).all() for name in first)
    with pytest.raises(WorktreeError, match="there already"):
        await repository.export("HEAD", team.path("folder"))


async def test_a_folder_whose_configuration_names_code_is_refused(team: Team, tmp_path: Path) -> None:
    model = tmp_path / "model"
    repository = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await repository.export("HEAD", model)
    (model / "config.json").write_text('{"auto_map": {"AutoModel": "someone/code--model.Model"}}')
    with pytest.raises(BadModelFile, match="names code"):
        await Repository.create(
            await team.session("owner"), team.path("evil"), model, name="evil", insecure=True
        )
    assert not team.path("evil").exists()
