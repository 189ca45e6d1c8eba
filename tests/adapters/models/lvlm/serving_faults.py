"""The faults of a model server, by name."""

import json
import time
from collections.abc import Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse


def refusal(status: int, message: str, **headers: str) -> JSONResponse:
    told = {"error": {"message": message, "type": "invalid_request_error"}}
    return JSONResponse(told, status, {k.replace("_", "-"): v for k, v in headers.items()})


def faulty(fault: str, nth: int, body: dict[str, Any], request: Request) -> Response | None:
    """What a server with this fault answers; None where it answers as it should."""
    form = json.dumps(body.get("response_format", {}))
    match fault:
        case "slow":
            time.sleep(1.5)
        case "crowded":
            time.sleep(0.15)
        case "flaky" if nth == 1:
            return refusal(500, "out of memory")
        case "failing":
            return refusal(503, "loading the model")
        case "busy" if nth == 1:
            return refusal(429, "slow down", retry_after="1")
        case "overrun":
            return refusal(429, "slow down", retry_after="3600")
        case "page":
            return HTMLResponse("<html>Welcome</html>")
        case "shape":
            return JSONResponse({"choices": [{"text": "sad"}]})
        case "choiceless":
            return JSONResponse({"choices": []})
        case "says":
            content = json.loads(name_of(body))
            choice = {"message": {"content": content}, "finish_reason": "stop"}
            return JSONResponse({"choices": [choice]})
        case "thinks":
            choice = {"message": {"content": None}, "finish_reason": "length"}
            return JSONResponse({"choices": [choice]})
        case "echoing":
            return refusal(400, f"no such thing for {request.headers['authorization']}")
        case "unknown":
            return refusal(404, "The model `unknown` does not exist.")
        case "moved":
            return RedirectResponse("http://elsewhere.example/v1/chat/completions?token=1")
        case "breaking":
            return StreamingResponse(broken(), headers={"content-length": "1000"})
        case "huge":
            return StreamingResponse(b" " * 100_000 for _ in range(60))
        case "trickling":
            return StreamingResponse(trickle())
        case "unbound" if "maxItems" in form or "maxLength" in form:
            return refusal(400, "schema: maxItems is not supported")
        case "schemaless" if "json_schema" in form:
            return refusal(422, "response_format.type: must be json_object")
        case "formless" if form != "{}":
            return refusal(400, "response_format is not supported")
        case "compiling" if "json_schema" in form:
            return refusal(500, "Grammar error: unimplemented keys")
        case "few" | "rawfew" if body.get("top_logprobs", 0) > 5:
            return refusal(422, "top_logprobs must be between 0 and 5")
        case "none" if body.get("logprobs"):
            return refusal(400, "logprobs is not supported")
    return None


def name_of(body: dict[str, Any]) -> str:
    name: str = body["model"]
    return name.partition(".")[2]


def broken() -> Iterator[bytes]:
    yield b'{"choices": ['
    raise ConnectionError


def trickle() -> Iterator[bytes]:
    for _ in range(20):
        time.sleep(0.1)
        yield b" "
