"""The OpenAPI document, and that the API does what it says: generated requests, right and wrong ones.

Left out of the checks of schemathesis: that whatever fits the document is taken. An address that is none, a
provider that nobody knows, or bytes that are no message fit it, and are told as problems.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from ingest.mail import bounce
from jsonschema import Draft202012Validator
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dsnparse import parse_dsn
from dsnparse.web.keys import SCOPES, KeyFile

from .served import Served, serving

EXAMPLES = 15
#: The signature of what a mail service posts is its key.
WITHOUT_KEY = ("/healthz", "/readyz", "/v1/ingest/{provider}")
PATHS = {
    "/v1/parse": {"post"},
    "/v1/classify": {"post"},
    "/v1/codes": {"get"},
    "/v1/codes/{code}": {"get"},
    "/v1/reasons": {"get"},
    "/v1/reasons/{reason}": {"get"},
    "/v1/providers": {"get"},
    "/v1/providers/{name}": {"get"},
    "/v1/ingest": {"post"},
    "/v1/check/{address}": {"get"},
    "/v1/check": {"post"},
    "/v1/suppressions": {"get"},
    "/v1/suppressions/{address}": {"put", "delete"},
    "/v1/addresses": {"get"},
    "/v1/history/{address}": {"get"},
    "/v1/stats": {"get"},
    "/v1/report": {"get"},
    "/healthz": {"get"},
    "/readyz": {"get"},
    "/metrics": {"get"},
}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a database, and a key for all of it."""
    folder = tmp_path_factory.mktemp("openapi")
    key = KeyFile(folder / "keys").add("all", tuple(SCOPES))
    with serving("--db", str(folder / "b.db"), "--keys", str(folder / "keys"), key=key) as served:
        served.ingest(bounce(1))
        yield served


@pytest.fixture(scope="module")
def document(keyed: Served) -> Any:
    return keyed.client.get("/schema/openapi.json").json()


@pytest.fixture(scope="module")
def api(keyed: Served, document: Any) -> Any:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(
        base_url=keyed.base, headers={"Authorization": keyed.client.headers["Authorization"]}
    )
    return schema


#: Any text may stand for an address, and these take nothing else, or nothing at all.
NEVER_WRONG = {
    ("/v1/check/{address}", "get"),
    ("/v1/history/{address}", "get"),
    ("/v1/suppressions/{address}", "delete"),
    ("/v1/codes", "get"),
    ("/v1/reasons", "get"),
    ("/v1/providers", "get"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
}
ASKED = [
    (path, method, mode)
    for path, methods in PATHS.items()
    for method in sorted(methods)
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or (path, method) not in NEVER_WRONG
]


@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_it_does_what_its_document_says(api: Any, path: str, method: str, mode: GenerationMode) -> None:
    """`mode`: requests that fit the document, and requests that do not."""
    operation = api[path][method.upper()]

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()


def test_all_of_it_is_documented(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    found = {path: set(operations) - {"parameters"} for path, operations in document["paths"].items()}
    assert found.items() >= PATHS.items()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert (operation["security"] != [{}]) == (path not in WITHOUT_KEY), (method, path)
            assert operation["responses"]["503"]["content"].keys() == {"application/problem+json"}


def test_without_keys_the_document_asks_for_none(plain: Served) -> None:
    found = plain.client.get("/schema/openapi.json").json()
    assert not [one for path in found["paths"].values() for one in path.values() if "security" in one]


def test_a_report_fits_its_schema_in_the_document(document: Any) -> None:
    whole = {"$ref": "#/components/schemas/Report", "components": document["components"]}
    Draft202012Validator(whole).validate(parse_dsn(bounce(1)).to_dict())
    assert list(Draft202012Validator(whole).iter_errors({"kind": "bounce"}))


def test_no_page_of_the_framework_loads_scripts_from_elsewhere(plain: Served) -> None:
    assert plain.client.get("/schema").headers["content-type"].startswith("application/vnd.oai.openapi+json")
    for name in ("redoc", "swagger", "elements", "rapidoc"):
        assert plain.client.get(f"/schema/{name}").status_code == 404
