"""What stands in deploy/ can be read by the programs it is for, and says what it must: probes, a drain, limits, nothing that is not ours,
no secret. The programs themselves check it where they are installed."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def documents() -> Iterator[dict[str, Any]]:
    for file in KUBERNETES:
        yield from yaml.safe_load_all(file.read_text())


def kinds(*wanted: str) -> list[dict[str, Any]]:
    return [one for one in documents() if one["kind"] in wanted]


def test_the_manifests_are_few_and_whole() -> None:
    assert len(KUBERNETES) <= 6
    for one in documents():
        assert one["apiVersion"] and one["kind"]
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == [file.name for file in KUBERNETES if file.name != "kustomization.yaml"]


@pytest.mark.parametrize("part", ["web", "worker", "chroma"])
def test_each_part_has_probes_a_drain_limits_and_few_rights(part: str) -> None:
    one = next(one for one in kinds("Deployment", "StatefulSet") if one["metadata"]["name"] == part)
    spec = one["spec"]["template"]["spec"]
    assert one["spec"]["selector"]["matchLabels"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
    assert spec["terminationGracePeriodSeconds"] >= 60 and spec["automountServiceAccountToken"] is False
    (container,) = spec["containers"]
    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    if part != "chroma":
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert (
            container["securityContext"]["readOnlyRootFilesystem"] is True and spec["securityContext"]["runAsNonRoot"]
        )
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in spec["volumes"]}
    assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]
    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    service = next(one for one in kinds("Service") if one["metadata"]["name"] == part)
    assert service["spec"]["selector"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_the_compose_file_holds_together() -> None:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services, volumes = found["services"], set(found["volumes"])
    assert {"web", "worker", "postgres", "chroma", "s3"} <= set(services)
    for name, one in services.items():
        assert set(one.get("depends_on", ())) <= set(services), name
        assert {volume.split(":")[0] for volume in one.get("volumes", ())} <= volumes, name
        assert re.fullmatch(r"[\w./-]+:[\w.-]+", one["image"]) and not one["image"].endswith("latest"), name
    open_ports = [port for one in services.values() for port in one.get("ports", ())]
    assert open_ports == ["127.0.0.1:8420:8420"]
    assert found["services"]["web"]["read_only"] and found["services"]["worker"]["cap_drop"] == ["ALL"]


def named_settings() -> Iterator[str]:
    for file in (*DEPLOY.rglob("*.yaml"), *UNITS, DEPLOY / "Dockerfile", DEPLOY / ".env.example"):
        yield from re.findall(r"TICKMARK_([A-Z_]+)", file.read_text())


def test_every_setting_that_is_named_is_one() -> None:
    assert {name.lower() for name in named_settings()} <= set(Settings.model_fields)


def test_no_secret_stands_in_them() -> None:
    for file in (*DEPLOY.rglob("*.yaml"), DEPLOY / ".env.example"):
        for line in file.read_text().splitlines():
            held = re.match(r"\s*(?:\w*(?:PASSWORD|SECRET_KEY|SEAL_KEY|TOKEN|BACKUP_KEY))\s*[:=]\s*([^#\s]*)", line)
            assert not held or held[1] in ("", ">-") or held[1].startswith("${"), (file.name, line)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_units_and_finds_little_exposed(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text()
        assert "KillSignal=SIGTERM" in text and re.search(r"TimeoutStopSec=\d{2,}", text)
        # the program is not installed where the unit says
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^ExecStart=.*", "ExecStart=/bin/true", text))
        ran = subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kustomize_puts_them_together() -> None:
    ran = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    made = list(yaml.safe_load_all(ran.stdout))
    assert {one["metadata"]["namespace"] for one in made} == {"tickmark"}
    assert "registry.firm.example/tickmark:0.1" in ran.stdout
