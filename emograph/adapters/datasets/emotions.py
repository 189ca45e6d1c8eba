"""The emotions that several datasets are labelled with."""

from __future__ import annotations

# The eight of Mikels et al. (2005).
MIKELS = (
    "amusement",
    "anger",
    "awe",
    "contentment",
    "disgust",
    "excitement",
    "fear",
    "sadness",
)
# The six of Ekman (1992).
EKMAN = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
