"""The one place that joins adapters to the engine: settings in, engine out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emograph.adapters.models.assets import (
    EFFICIENTNET_LITE2,
    FACE_BOXES,
    FACIAL_EXPRESSION,
    MINILM_TOKENIZER,
    MINILM_WEIGHTS,
    locate,
)
from emograph.adapters.models.progress import long_work
from emograph.adapters.stores.folders import holds_store
from emograph.adapters.stores.oxigraph import open_store, store_folder
from emograph.config import PROFILES, Settings, load_settings
from emograph.engine.alignment import Aligner
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.gate import Gate
from emograph.engine.lvlm.fitted import FittedLvlm
from emograph.engine.lvlm.model import VisionLanguageModel
from emograph.engine.lvlm.onlooker import Onlooker
from emograph.engine.lvlm.sight import CueReader
from emograph.engine.lvlm.vocabulary import words_of
from emograph.engine.lvlm.voting import Voter
from emograph.engine.perception.concepts import ConceptDetector
from emograph.engine.perception.detector import Array, Detector, ImageTextEncoder
from emograph.engine.perception.faces import FaceDetector
from emograph.engine.perception.heads import HeadDetector
from emograph.engine.perception.perception import Perception
from emograph.engine.perception.photometry import PhotometryDetector
from emograph.engine.perception.vocabulary import Vocabulary, class_text, embed, embed_concepts
from emograph.engine.perception.weights import HeadWeights, LinearHeads
from emograph.engine.reasoning.crowd import load_crowd
from emograph.engine.reasoning.matrix import compile_matrix
from emograph.engine.reasoning.reasoner import Reasoner, balance_on
from emograph.errors import EmographError, KnowledgeError
from emograph.kg.concepts import Concept
from emograph.kg.digests import knowledge_graphs
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.packs.locate import locate_pack
from emograph.kg.packs.pack import read_pack
from emograph.kg.stores import StaleStoreError
from emograph.version import __version__

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from emograph.adapters.models.minilm import MiniLM

WEIGHTS = Path(__file__).parent / "weights"
"""The folder of the weights that emograph trained, one folder for each profile."""

LVLM_WEIGHTS = "lvlm.safetensors"
LVLM_FITTED = "lvlm.json"
"""What of a profile belongs to its vision-language model: weights, and what was fitted on them."""

_MANY_TEXTS = 200
# Vocabularies that the image-text space is read against; those of other detectors are not.
_READ_BY_OTHERS = frozenset({"imagenet", "sun", "photometry", "fer", "people", "wordnet"})
_LEAST_ATTRIBUTE = 0.3
# How a scene is laid out and what its surfaces are like is true of nearly every picture; the heads
# were fitted outdoors, and nobody would name it.
_UNNAMED = frozenset(
    {
        "no horizon", "open area", "semi-enclosed area", "enclosed area", "natural light",
        "man-made", "natural", "vertical components", "horizontal components", "symmetrical",
        "matte", "glossy", "dry", "moist", "sterile", "metal", "cloth", "wood", "plastic", "paper",
        "vinyl", "tiles", "carpet", "shingles", "brick", "concrete", "asphalt", "pavement",
        "marble", "glass", "indoor lighting", "transporting", "conducting business",
    }
)  # fmt: skip
# Disasters are rare and grave: a faint likeness to one is no cue.
_LEAST_DISASTER = 0.35
_NAMED_KINDS = frozenset({"scene", "object", "action"})

_NO_LVLM = "No vote of a vision-language model was cast: the setting lvlm is none."
_NO_STUDENT = "No vote of a student was cast: this profile has none."
_UNCALIBRATED = (
    "The vision-language model's vote is not calibrated: nothing was fitted for this model."
)
_UNFITTED = (
    "The weights of this profile were fitted on another encoder, so scene attributes, disasters "
    "and captions were not read and the answer is not calibrated."
)


def load(**settings: Any) -> Engine:
    """Build an engine; settings that are not given come from the environment and emograph.toml.

    Fetches weights that are missing. Raises EmographError where a setting is wrong.
    """
    return _load(load_settings(**settings))


def load_graph_engine(settings: Settings, **changes: Any) -> Engine:
    """The engine of these settings with the graph's vote and the detectors' cues alone."""
    return load(**{**settings.model_dump(), "lvlm": None, **changes})


def open_knowledge(
    settings: Settings, *, writable: bool = False, observations: bool = True
) -> KnowledgeGraph:
    """The knowledge of the settings' store, up to date with the package; to be closed after use.

    To be read, a folder is opened as it is at this moment, beside whoever writes to it; one that is
    not there yet stands for the package's knowledge. The settings' packs are read besides those of
    the store, which is copied to memory for it, with its `observations` or without. To be written,
    a folder is made where there is none, and packs are those that it holds. Raises `KnowledgeError`
    where the place is none, in use by another writer, or newer than this version, or where there is
    no such pack.
    """
    folder = store_folder(settings.store)
    if writable and folder is not None:
        return _open_current(settings.store)
    packs = [read_pack(locate_pack(name)) for name in settings.packs]
    named: dict[str, Iterable[Triple]] = {pack.name: pack.triples for pack in packs}
    if folder is None or not holds_store(folder):
        return KnowledgeGraph.load(open_store(), packs=named)
    try:
        kept = _open_current(settings.store, read_only=True)
    except StaleStoreError:
        _open_current(settings.store).close()
        kept = _open_current(settings.store, read_only=True)
    if not packs:
        return kept
    copied = kept.store.graphs() if observations else knowledge_graphs(kept.store)
    copy = open_store()
    copy.replace({graph: [quad.triple for quad in kept.store.quads(graph)] for graph in copied})
    kept.close()
    return KnowledgeGraph.load(copy, packs=named)


def _open_current(place: str, read_only: bool = False) -> KnowledgeGraph:
    store = open_store(place, read_only)
    try:
        return KnowledgeGraph.load(store)
    except KnowledgeError:
        store.close()
        raise


@cache
def _load(settings: Settings) -> Engine:
    _use_threads(settings.threads)
    graph = open_knowledge(settings, observations=False)
    encoder = load_encoder(settings, graph)
    seen = load_vocabulary(settings, graph, encoder)
    profile = profile_folder(settings)
    notes: tuple[str, ...]
    if _is_embedded(settings):
        reader, vocabulary, notes = encoder, seen, (_NO_STUDENT,)
        temperatures = json.loads((profile / "temperatures.json").read_text("utf-8"))
    else:
        # Words are compared by the embedded encoder, whichever sees: the graph was learned with it,
        # and CLIP finds all texts alike.
        reader = _embedded_encoder(settings, graph)
        vocabulary = load_vocabulary(settings, graph, reader)
        notes, temperatures = (_NO_STUDENT, _UNFITTED), {}
    weights = HeadWeights.load(profile / "heads.safetensors", reader.name)
    onlooker, gate, remarks = load_onlooker(settings, vocabulary)

    def reasoner_for(scheme: str) -> Reasoner:
        matrix = compile_matrix(graph, vocabulary, graph.scheme(scheme))
        balance = balance_on(matrix, load_crowd_of(settings))
        return Reasoner(matrix, balance, temperatures.get(scheme, 1.0))

    return Engine(
        graph,
        Perception(encoder, load_detectors(settings, encoder, seen, weights)),
        Aligner(vocabulary, reader.encode_texts),
        reasoner_for,
        scheme=settings.scheme,
        versions={
            "emograph": __version__,
            "graph": graph.version,
            "encoder": encoder.name,
            **({"lvlm": onlooker.model.name} if onlooker else {}),
        },
        notes=(*remarks, *notes),
        max_pixels=settings.max_pixels,
        onlooker=onlooker,
        gate=gate,
    )


def load_onlooker(
    settings: Settings, vocabulary: Vocabulary
) -> tuple[Onlooker | None, Gate, tuple[str, ...]]:
    """The settings' vision-language model, how much it counts, and what is to be said of it."""
    if settings.lvlm is None:
        return None, Gate(), (_NO_LVLM,)
    model = load_lvlm(settings)
    fitted = FittedLvlm.load(profile_folder(settings) / LVLM_FITTED, model.name)
    words = words_of(concept for concept in vocabulary.concepts if not _is_unnamed(concept))
    reader = CueReader(words, fitted.kinds, fitted.confidence)
    remarks = () if fitted.model == model.name else (_UNCALIBRATED,)
    return Onlooker(model, reader, Voter(model, fitted.temperatures)), fitted.gate, remarks


def load_lvlm(settings: Settings) -> VisionLanguageModel:
    """The vision-language model that the settings name; raises EmographError where there is none.

    Embedded weights are fetched where they are missing.
    """
    kind, _, place = (settings.lvlm or "").partition(":")
    if kind == "embedded" and not place:
        from emograph.adapters.models.lvlm.embedded.loading import load_embedded

        return load_embedded(
            settings.cache,
            profile_folder(settings) / LVLM_WEIGHTS,
            dtype=settings.dtype,
            attention=settings.attention,
        )
    if kind == "openai" and place:
        from emograph.adapters.models.lvlm.server import connect_server

        key = settings.lvlm_key.get_secret_value() if settings.lvlm_key else None
        return connect_server(place, api_key=key, timeout=settings.lvlm_timeout)
    if not place:
        raise EmographError(
            f"There is no vision-language model {settings.lvlm!r}.",
            'Use "embedded", "FAMILY:MODEL" with a name on the hub or a folder, "openai:URL" or '
            '"none".',
        )
    from emograph.adapters.models.lvlm.loading import load_lvlm

    return load_lvlm(
        kind,
        place,
        device=settings.device,
        dtype=settings.dtype,
        attention=settings.attention,
        four_bit=settings.four_bit,
    )


def load_crowd_of(settings: Settings) -> list[list[Evidence]]:
    """The crowd that the profile's reasoners are balanced on; empty for other encoders than its."""
    from emograph.adapters.models.embedded import NAME

    if not _is_embedded(settings):
        return []
    return load_crowd(profile_folder(settings) / "crowd.safetensors", NAME)


def load_encoder(settings: Settings, graph: KnowledgeGraph) -> ImageTextEncoder:
    """The image-text encoder that the settings name."""
    if _is_embedded(settings):
        return _embedded_encoder(settings, graph)
    from emograph.adapters.models.hub import KINDS, HubEncoder

    kind, _, model = settings.encoder.partition(":")
    if kind not in KINDS or not model:
        kinds = " or ".join(f'"{kind}:MODEL"' for kind in KINDS)
        raise EmographError(
            f"There is no encoder {settings.encoder!r}.",
            f'Use "embedded", or {kinds} with a model\'s name on the hub or a folder.',
        )
    return HubEncoder(kind, model)


def _is_embedded(settings: Settings) -> bool:
    return settings.encoder == "embedded"


def _embedded_encoder(settings: Settings, graph: KnowledgeGraph) -> ImageTextEncoder:
    from emograph.adapters.models.embedded import NAME, EmbeddedEncoder

    encode = _text_encoder(settings.cache)
    classes = [class_text(concept) for concept in imagenet_classes(graph)]
    return EmbeddedEncoder(
        locate(EFFICIENTNET_LITE2, settings.cache),
        embed(classes, encode, NAME, settings.cache),
        encode,
    )


def load_vocabulary(
    settings: Settings, graph: KnowledgeGraph, encoder: ImageTextEncoder
) -> Vocabulary:
    """All concepts that can be seen, with their vectors in the encoder's space."""
    concepts = tuple(c for c in graph.concepts() if c.kind and c.vocabulary != "wordnet")
    return embed_concepts(concepts, encoder.encode_texts, encoder.name, settings.cache)


def concept_vectors(settings: Settings, graph: KnowledgeGraph) -> dict[str, Array]:
    """The vectors of all concepts that can be seen, by IRI: as wide as the encoder's space."""
    vocabulary = load_vocabulary(settings, graph, load_encoder(settings, graph))
    iris = [concept.iri for concept in vocabulary.concepts]
    return dict(zip(iris, vocabulary.vectors, strict=True))


def load_detectors(
    settings: Settings,
    encoder: ImageTextEncoder,
    vocabulary: Vocabulary,
    weights: HeadWeights,
) -> tuple[Detector, ...]:
    """The detectors, side by side; heads only where they were fitted on this encoder."""
    from emograph.adapters.models.faces import TfliteFaces

    fitted = weights.encoder == encoder.name
    # What heads were fitted to find is not named by likeness as well.
    found = frozenset(weights.disasters.concepts) if fitted else frozenset()
    named = vocabulary.where(
        lambda c: (
            c.vocabulary not in _READ_BY_OTHERS and c.kind in _NAMED_KINDS and c.iri not in found
        )
    )
    faces = TfliteFaces(
        locate(FACE_BOXES, settings.cache),
        locate(FACIAL_EXPRESSION, settings.cache),
        settings.threads,
    )
    if fitted:
        concepts = ConceptDetector(named, weights.crowd, weights.naming, weights.captions)
        learned: list[Detector] = [concepts, *_load_heads(encoder, vocabulary, weights)]
    else:
        # No crowd of images was seen by this encoder, and its texts cannot stand in for one: in
        # CLIP they lie apart from all images. So likeness is told among the vocabulary within each
        # image, which asks nothing of the encoder, and a score means what it means elsewhere.
        learned = [ConceptDetector(named, None, weights.naming)]
    return (PhotometryDetector(), *learned, FaceDetector(faces))


def _load_heads(
    encoder: ImageTextEncoder, vocabulary: Vocabulary, weights: HeadWeights
) -> list[Detector]:
    from emograph.adapters.models.embedded import EmbeddedEncoder

    by_iri = {concept.iri: concept for concept in vocabulary.concepts if not _is_unnamed(concept)}
    heads: list[Detector] = [
        _heads("attributes", weights.attributes, by_iri, _LEAST_ATTRIBUTE),
        _heads("disasters", weights.disasters, by_iri, _LEAST_DISASTER),
    ]
    if isinstance(encoder, EmbeddedEncoder):
        rows, bias = encoder.classifier
        classes = _in_class_order(vocabulary.concepts)
        softness = weights.class_temperature
        heads.append(
            HeadDetector("imagenet", classes, rows, bias, exclusive=True, temperature=softness)
        )
    return heads


def _is_unnamed(concept: Concept) -> bool:
    return concept.vocabulary == "sun" and concept.label in _UNNAMED


def profile_folder(settings: Settings) -> Path:
    """The folder of the weights that were trained for the settings' profile.

    A profile that nothing was trained for has those of the embedded one, which say what they fit.
    """
    known = {path.name: path for path in sorted(WEIGHTS.iterdir()) if path.is_dir()}
    if settings.profile not in known and settings.profile not in PROFILES:
        raise EmographError(
            f"There is no profile {settings.profile!r}.",
            f"Use one of: {', '.join([*known, *PROFILES])}.",
        )
    return known.get(settings.profile, known["embedded"])


def imagenet_classes(graph: KnowledgeGraph) -> tuple[Concept, ...]:
    """The 1,000 ImageNet classes in the order of the classifier's outputs."""
    return tuple(c for c in _in_class_order(graph.concepts()) if c is not None)


def _in_class_order(concepts: Sequence[Concept]) -> list[Concept | None]:
    classes: list[Concept | None] = [None] * 1000
    for concept in concepts:
        if concept.notation.startswith("imagenet:"):
            classes[int(concept.notation.removeprefix("imagenet:"))] = concept
    return classes


def _heads(name: str, heads: LinearHeads, by_iri: dict[str, Concept], least: float) -> HeadDetector:
    concepts = [by_iri.get(iri) for iri in heads.concepts]
    return HeadDetector(name, concepts, heads.weights, heads.bias, exclusive=False, least=least)


def _text_encoder(folder: Path) -> Callable[[Sequence[str]], Array]:
    """MiniLM, read when the first text comes: known texts have their vectors in the cache."""

    @cache
    def model() -> MiniLM:
        from emograph.adapters.models.minilm import MiniLM

        return MiniLM(locate(MINILM_WEIGHTS, folder), locate(MINILM_TOKENIZER, folder))

    def encode(texts: Sequence[str]) -> Array:
        if len(texts) < _MANY_TEXTS:
            return model().encode(texts)
        with long_work("Reading the graph's vocabulary, once …"):
            return model().encode(texts)

    return encode


def _use_threads(threads: int) -> None:
    # Threads that spin while they wait make two busy cores thirty times slower than one.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(threads)
