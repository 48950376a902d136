"""Validators of others on an exported folder; run with their environment: `evidence_peer.py FOLDER`.

Prints one JSON object: what each of them read, or a traceback and a failure.
"""

import json
import subprocess
import sys
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from huggingface_hub import ModelCard
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from model_signing import verifying
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey


def bill(folder: Path) -> dict[str, object]:
    """CycloneDX's own schema and model."""
    text = (folder / "bom.cdx.json").read_text()
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        raise AssertionError(error)
    read = Bom.from_json(json.loads(text))
    read.validate()
    component = read.metadata.component
    return {
        "type": component.type.value,
        "ancestors": [next(iter(one.hashes)).content for one in component.pedigree.ancestors],
        "commits": [one.uid for one in component.pedigree.commits],
        "hashes": [one.content for one in component.hashes],
    }


def provenance(folder: Path) -> dict[str, object]:
    """in-toto's statement and SLSA's predicate, field by field: a name that they do not know is refused."""
    document = json.loads((folder / "provenance.json").read_text())
    statement = json_format.ParseDict(document, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    predicate = json_format.ParseDict(document["predicate"], provenance_pb2.Provenance())
    return {
        "type": statement.predicate_type,
        "builder": predicate.run_details.builder.id,
        "dependencies": [one.digest["sha256"] for one in predicate.build_definition.resolved_dependencies],
        "subjects": {one.name: dict(one.digest) for one in statement.subject},
    }


def envelope(folder: Path) -> bool:
    """The library that in-toto itself signs and verifies with."""
    read = Envelope.from_dict(json.loads((folder / "provenance.dsse.json").read_text()))
    (keyid,) = read.signatures
    key = SSlibKey(
        keyid,
        "ecdsa",
        "ecdsa-sha2-nistp256",
        {"public": (folder / "signer.pem").read_text()},
    )
    read.verify([key], 1)
    return read.payload == (folder / "provenance.json").read_bytes()


def signature(folder: Path) -> bool:
    """OpenSSF's model-signing, as a library and at the command line as the guide has it."""
    sig, pem = folder / "model.sig", folder / "signer.pem"
    verifying.Config().use_elliptic_key_verifier(public_key=pem).verify(folder, sig)
    command = [Path(sys.executable).with_name("model_signing"), "verify", "key", folder]
    subprocess.run([*command, "--signature", sig, "--public_key", pem], check=True, stdout=subprocess.DEVNULL)
    return True


def refused(folder: Path) -> str:
    """What model-signing says once a byte of the weights is another."""
    path = folder / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    try:
        verifying.Config().use_elliptic_key_verifier(public_key=folder / "signer.pem").verify(
            folder, folder / "model.sig"
        )
    except ValueError as error:
        return str(error)
    finally:
        path.write_bytes(data)
    return ""


def card(folder: Path) -> dict[str, object]:
    """The Hub's reader of model cards."""
    data = ModelCard.load(folder / "README.md").data
    return {name: data.get(name) for name in ("base_model", "base_model_relation", "library_name", "tags")}


def main(folder: Path) -> None:
    """Ask them all."""
    asked = (bill, provenance, envelope, signature, refused, card)
    print(json.dumps({ask.__name__: ask(folder) for ask in asked}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
