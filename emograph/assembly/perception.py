"""Builds what sees: the image-text encoder, its vocabulary and the detectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from emograph.adapters.models.assets import (
    EFFICIENTNET_LITE2,
    FACE_BOXES,
    FACIAL_EXPRESSION,
    MINILM_TOKENIZER,
    MINILM_WEIGHTS,
    locate,
)
from emograph.adapters.models.progress import long_work
from emograph.config import Settings
from emograph.engine.perception.concepts import ConceptDetector
from emograph.engine.perception.detector import Array, Detector, ImageTextEncoder
from emograph.engine.perception.faces import FaceDetector
from emograph.engine.perception.heads import HeadDetector
from emograph.engine.perception.photometry import PhotometryDetector
from emograph.engine.perception.vocabulary import Vocabulary, class_text, embed, embed_concepts
from emograph.engine.perception.weights import HeadWeights, LinearHeads
from emograph.errors import EmographError
from emograph.kg.concepts import Concept
from emograph.kg.graph import KnowledgeGraph

if TYPE_CHECKING:
    from emograph.adapters.models.minilm import MiniLM

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


def load_encoder(settings: Settings, graph: KnowledgeGraph) -> ImageTextEncoder:
    """The image-text encoder that the settings name."""
    if is_embedded(settings):
        return embedded_encoder(settings, graph)
    from emograph.adapters.models.hub import KINDS, HubEncoder

    kind, _, model = settings.encoder.partition(":")
    if kind not in KINDS or not model:
        kinds = " or ".join(f'"{kind}:MODEL"' for kind in KINDS)
        raise EmographError(
            f"There is no encoder {settings.encoder!r}.",
            f'Use "embedded", or {kinds} with a model\'s name on the hub or a folder.',
        )
    return HubEncoder(kind, model)


def is_embedded(settings: Settings) -> bool:
    """Whether the embedded encoder sees."""
    return settings.encoder == "embedded"


def embedded_encoder(settings: Settings, graph: KnowledgeGraph) -> ImageTextEncoder:
    """The encoder of the embedded profile; its weights are fetched where they are missing."""
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

    by_iri = {concept.iri: concept for concept in vocabulary.concepts if is_named(concept)}
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


def is_named(concept: Concept) -> bool:
    """Whether a person would name such a thing when asked what a picture shows."""
    return not (concept.vocabulary == "sun" and concept.label in _UNNAMED)


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
