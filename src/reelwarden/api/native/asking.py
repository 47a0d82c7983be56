"""What `POST /submissions` takes, for the OpenAPI: the form is read by hand, since files must not pass by memory."""

from __future__ import annotations

from typing import Any


def _several(about: str) -> dict[str, Any]:
    """An array in JSON; in a form, with commas."""
    shapes = [{"type": "array", "items": {"type": "string"}}, {"type": "string", "description": "With commas."}]
    return {"description": about, "oneOf": shapes}


FIELDS: dict[str, dict[str, Any]] = {
    "url": {"type": "string", "description": "An address to fetch the media from."},
    "upload": {"type": "string", "description": "The id of a whole resumable upload."},
    "stream": {"type": "string", "description": "An address without an end: HLS, DASH, RTMP, RTSP or plain HTTP."},
    "labels": _several("Labels or families to look for."),
    "name": {"type": "string", "description": "What people call the media."},
    "external_id": {
        "type": "string",
        "maxLength": 200,
        "description": "Your own id: handed in twice, it is one submission.",
    },
    "plan": {
        "type": "object",
        "description": "Which frames are looked at: every so many seconds, so many in all, or key frames.",
        "examples": [{"every": 1.0}, {"count": 20}, {"key_frames": True}],
    },
    "policy": {"type": "string", "description": "The name of the policy that judges; else the account's usual one."},
    "languages": _several("Of the texts and the speech."),
    "countries": _several("For telephone numbers."),
    "lists": _several("Names or ids of text lists."),
    "keep": {"type": "boolean", "default": True, "description": "False leaves nothing behind once it was delivered."},
    "callback": {"type": "string", "description": "Where its end is told."},
    "interim": {"type": "boolean", "default": False, "description": "Tell new moments too while it is looked at."},
    "priority": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5, "description": "1 goes first."},
}
FILE = {"type": "string", "format": "binary", "description": "The media."}

SUBMISSION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "properties": FIELDS, "required": ["labels"]},
                "examples": {
                    "url": {
                        "value": {
                            "url": "https://example.com/clip.mp4",
                            "labels": ["nudity", "weapon"],
                            "external_id": "clip-17",
                            "callback": "https://example.com/told",
                        }
                    },
                    "stream": {
                        "value": {"stream": "https://example.com/live.m3u8", "labels": ["gore"], "interim": True}
                    },
                    "upload": {"value": {"upload": "upl_06ek…", "labels": ["text"], "plan": {"count": 20}}},
                },
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": FILE, **FIELDS, "plan": {"type": "string"}, "labels": {"type": "string"}},
                    "required": ["file", "labels"],
                },
                "example": {"file": "@clip.mp4", "labels": "nudity,weapon", "plan": '{"every": 1.0}'},
            },
        },
    },
    "responses": {"200": {"description": "It was handed in before."}},
}
