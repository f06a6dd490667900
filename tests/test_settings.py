from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from registry.errors import ConfigurationError
from registry.settings import Settings

DOCUMENTATION = Path(__file__).parent.parent / "docs" / "settings.md"


def load(folder: Path, toml: str = "", **environment: str) -> Settings:
    (folder / "faces.toml").write_text(toml, encoding="utf-8")
    return Settings.load(folder, environment)


def test_defaults_serve_as_they_are(tmp_path: Path) -> None:
    assert Settings.load(tmp_path, {}) == Settings()


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    found = load(tmp_path, "port = 8001\nquery_deadline = 10\n", FACES_PORT="8002")
    assert (found.port, found.query_deadline) == (8002, 10)


def test_an_unknown_key_names_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, "prot = 8001\n")
    assert "“port”" in str(error.value)
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, FACES_QUERY_DEADLIN="3")
    assert "query_deadline" in str(error.value)


@pytest.mark.parametrize(
    "toml",
    [
        "port = 'x'",
        "port = 70000",
        "port = true",
        "query_deadline = nan",
        "query_deadline = -1",
        "name = ''",
        "base_iri = 'registre'",
        "base_iri = 'https://registre.example'",
        "base_iri = 'https://registre.example/#'",
        "port = ",
        "log_queries = 1",
        "contact = 'javascript:alert(1)'",
        "trusted_proxies = '127.0.0.1'",
        "trusted_proxies = ['localhost']",
        "metrics_allow = [1.5]",
        "tokens = ['x']",
        "[tokens]\nnom = 'secret'",
        "[tokens]\n'nom avec espaces' = '" + "0" * 64 + "'",
        "[tokens]\nnom = 3",
    ],
)
def test_wrong_values_are_refused_by_name(tmp_path: Path, toml: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, toml)
    assert error.value.where
    for language in ("fr", "en"):
        assert all(error.value.sentences(language))


def test_lists_tables_and_truth_are_read_from_the_file_and_the_environment(tmp_path: Path) -> None:
    digest = "0" * 64
    toml = f"log_queries = true\ntrusted_proxies = ['::1']\n[tokens]\nnom = '{digest}'\n"
    found = load(tmp_path, toml)
    assert (found.log_queries, found.trusted_proxies) == (True, ("::1",))
    assert found.tokens == {"nom": digest}
    changed = load(
        tmp_path,
        toml,
        FACES_LOG_QUERIES="0",
        FACES_TRUSTED_PROXIES="10.0.0.0/8, ::1",
        FACES_TOKENS=f"autre={digest}",
    )
    assert (changed.log_queries, changed.trusted_proxies) == (False, ("10.0.0.0/8", "::1"))
    assert changed.tokens == {"autre": digest}


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, PATH="/bin", FACES_DATA_DIR="x", FACES_LANG="fr") == Settings()


def test_every_setting_is_documented() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    for setting in fields(Settings):
        assert f"`{setting.name}`" in text
        assert setting.metadata["meaning"] in text
        assert f"`FACES_{setting.name.upper()}`" in text
