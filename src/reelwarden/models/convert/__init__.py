"""Weights of other runtimes → ONNX, with numpy and onnx alone: no TensorFlow, no torch, no node.

In: the weight files as their package has them. Out: one ONNX file with a free batch dimension, the same bytes each
time. It does not know where the files came from or what the scores mean.
"""
