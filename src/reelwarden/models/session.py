"""The only file that imports the inference runtime: opens an ONNX file and runs it on one thread.

One thread a session: two threads cost about 10 % more CPU, and machines are filled with more workers instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelwarden.errors import ModelDamaged


class Session:
    """An opened ONNX model.

    `inputs` and `outputs` are the graph's names in order, `shapes` the inputs' (a name where a size is free);
    `metadata` the strings stored in the file. It remembers nothing between runs, and several threads may run it.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelDamaged(f"{path.name} cannot be opened: {error}", "run `reelwarden models verify`") from error
        self.inputs = tuple(i.name for i in self._session.get_inputs())
        self.shapes = tuple(tuple(i.shape) for i in self._session.get_inputs())
        self.outputs = tuple(o.name for o in self._session.get_outputs())
        self.metadata: Mapping[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, *inputs: NDArray[Any]) -> list[NDArray[np.float32]]:
        """All outputs, in the graph's order, for the inputs in the graph's order."""
        result: list[NDArray[np.float32]] = self._session.run(None, dict(zip(self.inputs, inputs, strict=True)))
        return result
