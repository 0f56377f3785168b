"""What a site may ask its models to run on."""

from enum import StrEnum


class Device(StrEnum):
    """`auto`: a GPU where the runtime has one, without TensorRT, which builds engines for minutes."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    TENSORRT = "tensorrt"
