"""Chat templates for checkpoints that come without one, as their families were trained."""

from __future__ import annotations

# Content is a list of parts, {"type": "image"} or {"type": "text", "text": …}.
_PARTS = (
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}PICTURE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}"
)


def _chat(picture: str, before: str, after: str, answer: str, start: str = "") -> str:
    """A template that writes each message between `before` and `after`."""
    parts = _PARTS.replace("PICTURE", "{{ " + repr(picture) + " }}")
    return (
        start + "{% for message in messages %}" + before + parts + after + "{% endfor %}"
        "{% if add_generation_prompt %}" + answer + "{% endif %}"
    )


VICUNA = _chat(
    "<image>\n",
    "{{ 'USER: ' if message['role'] == 'user' else ' ASSISTANT: ' }}",
    "",
    " ASSISTANT:",
)
MISTRAL = _chat(
    "<image>\n",
    "{{ '[INST] ' if message['role'] == 'user' else ' ' }}",
    "{{ ' [/INST]' if message['role'] == 'user' }}",
    "",
)
_TURN = "{{ '<|im_start|>' + message['role'] + '\n' }}"
QWEN = _chat(
    "<|vision_start|><|image_pad|><|vision_end|>",
    _TURN,
    "{{ '<|im_end|>\n' }}",
    "{{ '<|im_start|>assistant\n' }}",
)
INTERNVL = _chat(
    "<IMG_CONTEXT>\n", _TURN, "{{ '<|im_end|>\n' }}", "{{ '<|im_start|>assistant\n' }}"
)
_SPEAKER = (
    "{{ message['role'] | capitalize }}"
    "{{ ':' if message['content'][0]['type'] == 'image' else ': ' }}"
)
SMOLVLM = _chat(
    "<image>", _SPEAKER, "{{ '<end_of_utterance>\n' }}", "Assistant:", start="<|im_start|>"
)
IDEFICS3 = _chat(
    "<image>", _SPEAKER, "{{ '<end_of_utterance>\n' }}", "Assistant:", start="<|begin_of_text|>"
)
