"""One Spark for all tests that need it; without it, or without Java, one line says what was left out."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ingest.left_out import leave_out

_JAVA = "apt-get install openjdk-17-jre-headless"
#: What makes a short run start sooner; and a zone that is not ours, which must not matter.
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "America/New_York",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -Xshare:auto",
    "spark.driver.memory": "512m",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR",
}


@pytest.fixture(scope="session")
def _spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    tests = Path(__file__).parent.parent
    os.environ["PYTHONPATH"] = os.pathsep.join([str(tests.parent), str(tests)])
    builder = SparkSession.builder.master("local[2]").appName("dsnparse")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    folder = tmp_path_factory.mktemp("spark")
    session = builder.config("spark.sql.warehouse.dir", str(folder)).getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def spark(request: pytest.FixtureRequest) -> Any:
    """A session of Spark on this machine."""
    if importlib.util.find_spec("pyspark") is None:
        leave_out(request.config, "Spark is not in this environment; .ci/run has a step for it")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        leave_out(request.config, f"Java is not installed; to run them: {_JAVA}")
    return request.getfixturevalue("_spark")
