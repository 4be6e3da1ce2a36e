"""Files of docs/examples: as far as they can be checked without a cluster."""

import re
import subprocess

import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker

from qcourse import cli


@pytest.fixture(scope="module")
def examples(root):
    return root / "docs" / "examples"


def options(text, command):
    """The options that a file gives to ``dask command``."""
    return set(re.findall(r"--[a-z-]+", " ".join(re.findall(rf"dask,? {command}(.*)", text))))


@pytest.mark.parametrize("name", ["grade.sbatch", "dask.yaml"])
def test_dask_takes_the_options(examples, name):
    text = (examples / name).read_text()
    for command, main in (("scheduler", dask_scheduler.main), ("worker", dask_worker.main)):
        known = {option for p in main.params for option in (*p.opts, *p.secondary_opts)}
        assert options(text, command)
        assert options(text, command) <= known


def test_the_job_is_a_shell_script_and_calls_what_exists(examples, capsys):
    subprocess.run(["bash", "-n", examples / "grade.sbatch"], check=True)
    (call,) = re.findall(r"^qcourse grade (.*)", (examples / "grade.sbatch").read_text(), re.MULTILINE)
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    assert set(re.findall(r"--[a-z]+", call)) <= set(re.findall(r"--[a-z]+", capsys.readouterr().out))


def test_the_manifest_is_consistent(examples):
    found = {}
    for document in yaml.safe_load_all((examples / "dask.yaml").read_text()):
        found.setdefault(document["kind"], []).append(document)
    assert {kind: len(documents) for kind, documents in found.items()} == {
        "Deployment": 2,
        "Service": 1,
        "NetworkPolicy": 1,
    }
    (service,) = found["Service"]
    labels = [d["spec"]["template"]["metadata"]["labels"] for d in found["Deployment"]]
    assert service["spec"]["selector"] in labels
    for deployment, own in zip(found["Deployment"], labels, strict=True):
        assert deployment["spec"]["selector"]["matchLabels"] == own
    assert f"tcp://{service['metadata']['name']}:8786" in (examples / "dask.yaml").read_text()
