"""Networks on one image of 224 x 224."""

from sdfg.tools.bench.workload import Workload

_TAGS = ("models", "images")

IMAGES = (
    Workload("resnet18", "ResNet-18", "resnet:resnet18", _TAGS),
    Workload("resnet50", "ResNet-50", "resnet:resnet50", _TAGS, startup=True),
    Workload("vgg19", "VGG19", "vgg:vgg19", _TAGS),
    Workload("mobilenetv2", "MobileNetV2", "mobilenet:mobilenetv2", _TAGS),
    Workload("squeezenet", "SqueezeNet 1.1", "squeezenet:squeezenet", _TAGS),
    Workload("shufflenet", "ShuffleNetV2", "shufflenet:shufflenet", _TAGS),
)
