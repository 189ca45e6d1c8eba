"""The datasets an evaluation can run on, each read from the folder its own download gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from emograph.adapters.datasets.abstract import read_abstract
from emograph.adapters.datasets.artphoto import read_artphoto
from emograph.adapters.datasets.emoset import read_emoset
from emograph.adapters.datasets.emotion6 import read_emotion6
from emograph.adapters.datasets.emotionroi import read_emotionroi
from emograph.adapters.datasets.fi import read_fi
from emograph.adapters.datasets.ldl import read_flickr_ldl, read_twitter_ldl
from emograph.adapters.datasets.mediaeval_disaster import read_mediaeval_disaster
from emograph.adapters.datasets.medic import read_medic
from emograph.adapters.datasets.oasis import read_oasis
from emograph.adapters.datasets.outdoorsent import read_outdoorsent
from emograph.adapters.datasets.unbiasedemo import read_unbiasedemo
from emograph.adapters.datasets.webemo import read_webemo
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.errors import DatasetError

DATASETS: Mapping[str, Callable[[Path], LabelledImages]] = {
    "emotion6": read_emotion6,
    "fi": read_fi,
    "oasis": read_oasis,
    "outdoorsent": read_outdoorsent,
    "medic": read_medic,
    "emoset": read_emoset,
    "artphoto": read_artphoto,
    "abstract": read_abstract,
    "unbiasedemo": read_unbiasedemo,
    "emotionroi": read_emotionroi,
    "webemo": read_webemo,
    "flickr_ldl": read_flickr_ldl,
    "twitter_ldl": read_twitter_ldl,
    "mediaeval_disaster": read_mediaeval_disaster,
}


def open_dataset(name: str, root: Path) -> LabelledImages:
    """The dataset called `name`, read from the folder `root`.

    Raises DatasetError for an unknown name, a folder that is not that dataset, a broken table and
    images that a table labels but the folder lacks.
    """
    if name not in DATASETS:
        raise DatasetError(f"There is no dataset {name!r}.", f"Name one of {', '.join(DATASETS)}.")
    return DATASETS[name](root)
