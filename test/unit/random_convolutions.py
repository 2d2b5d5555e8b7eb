"""Random chains of layers over images: convolutions, pooling, activations, copies."""

from dataclasses import dataclass, field

from unit.choices import Choices, chance, pick
from unit.text import parsed
from xdsl.dialects.builtin import ModuleOp


@dataclass(frozen=True)
class Image:
    """A container of shape `[1, channels, size, size]`."""

    name: str
    channels: int
    size: int

    @property
    def type(self) -> str:
        return f"!sdfg.array<[1, {self.channels}, {self.size}, {self.size}] x f32>"

    @property
    def whole(self) -> str:
        return f"%{self.name}[0, 0:{self.channels}, 0:{self.size}, 0:{self.size}]"


@dataclass
class LayersProgram:
    """
    Layers that each read an image from before them and write a container of their own.

    Channels are few and many; the last image is copied to the output `y`, some to the outputs of
    their own, or are viewed, so that not all containers may change their layout.
    """

    choices: Choices
    images: list[Image] = field(default_factory=lambda: [Image("x", 8, 6)])
    inputs: list[str] = field(default_factory=list[str])
    outputs: list[str] = field(default_factory=list[str])
    allocations: list[str] = field(default_factory=list[str])
    states: list[str] = field(default_factory=list[str])

    def build(self) -> ModuleOp:
        for _ in range(self.choices.integer(2, 5)):
            layers = (self.convolution, self.depthwise, self.pooling, self.activation, self.padding)
            pick(self.choices, (self.convolution, *layers))(pick(self.choices, self.images))
        for image in [i for i in self.images[1:-1] if chance(self.choices, 15)]:
            self.output(image)
        self.output(self.images[-1])
        arguments = [f'in "x" %x: {self.images[0].type}', *self.inputs, *self.outputs]
        body = "\n".join(self.allocations + self.states)
        return parsed(f"sdfg.sdfg @main ({', '.join(arguments)}) {{\n{body}\n}}")

    def new(self, channels: int, size: int) -> Image:
        image = Image(f"t{len(self.images)}", channels, size)
        self.allocations.append(f'%{image.name} = sdfg.alloc "{image.name}" : {image.type}')
        self.images.append(image)
        return image

    def output(self, image: Image) -> None:
        name = f"y_{image.name}"
        if chance(self.choices, 30):
            flat = f"!sdfg.array<[{image.channels}, {image.size**2}] x f32>"
            self.allocations.append(f"%flat_{image.name} = sdfg.view %{image.name} : {flat}")
            box = f"[0:{image.channels}, 0:{image.size**2}]"
            self.outputs.append(f'out "{name}" %{name}: {flat}')
            self.state(f"sdfg.copy %flat_{image.name}{box} -> %{name}{box}")
        else:
            self.outputs.append(f'out "{name}" %{name}: {image.type}')
            to = Image(name, image.channels, image.size)
            self.state(f"sdfg.copy {image.whole} -> {to.whole}")

    def state(self, text: str) -> None:
        self.states.append(f"sdfg.state @s{len(self.states)} {{\n{text}\n}}")

    def over(self, image: Image, body: str) -> None:
        c, n = image.channels, image.size
        self.state(f"sdfg.map [c = 0:{c}, i = 0:{n}, j = 0:{n}] {{\n{body}\n}}")

    def weights(self, *dims: int) -> str:
        name = f"w{len(self.inputs)}"
        shape = ", ".join(map(str, dims))
        self.inputs.append(f'in "{name}" %{name}: !sdfg.array<[{shape}] x f32>')
        return name

    def window(self, image: Image) -> tuple[int, int, int]:
        """Length and stride of a window that fits, and the size of the result."""
        length = self.choices.integer(1, min(3, image.size))
        stride = self.choices.integer(1, 2)
        return length, stride, (image.size - length) // stride + 1

    def reduced(self, new: Image, start: str, over: str, reads: str, combine: str) -> None:
        """`new[c, i, j] = start; new[c, i, j] = new[c, i, j] combine (product of) reads`"""
        value = "%0" if "%b" in reads else "%a"
        product = "%0 = arith.mulf %a, %b : f32\n" if "%b" in reads else ""
        self.over(
            new,
            f"""sdfg.tasklet () -> (%{new.name}[0, c, i, j]) {{
              %0 = arith.constant {start} : f32
              sdfg.yield %0 : f32
            }}
            sdfg.map [{over}] {{
              sdfg.tasklet ({reads}) -> (%{new.name}[0, c, i, j] wcr {combine}) {{
                {product}sdfg.yield {value} : f32
              }}
            }}""",
        )

    def convolution(self, image: Image) -> None:
        length, stride, size = self.window(image)
        new = self.new(pick(self.choices, (16, 8, 9, 4)), size)
        w = self.weights(new.channels, image.channels, length, length)
        over = f"r = 0:{image.channels}, p = 0:{length}, q = 0:{length}"
        read = f"%{image.name}[0, r, {stride} * i + p, {stride} * j + q]"
        self.reduced(new, "0.5", over, f"%a = {read}, %b = %{w}[c, r, p, q]", "sum")

    def depthwise(self, image: Image) -> None:
        length, stride, size = self.window(image)
        new = self.new(image.channels, size)
        w = self.weights(new.channels, length, length)
        over = f"p = 0:{length}, q = 0:{length}"
        read = f"%{image.name}[0, c, {stride} * i + p, {stride} * j + q]"
        self.reduced(new, "0.0", over, f"%a = {read}, %b = %{w}[c, p, q]", "sum")

    def pooling(self, image: Image) -> None:
        length, stride, size = self.window(image)
        new = self.new(image.channels, size)
        over = f"p = 0:{length}, q = 0:{length}"
        read = f"%{image.name}[0, c, {stride} * i + p, {stride} * j + q]"
        self.reduced(new, "-1000.0", over, f"%a = {read}", "max")

    def activation(self, image: Image) -> None:
        """Together with an image of the same shape; sometimes transposed."""
        new = self.new(image.channels, image.size)
        same = [o for o in self.images[:-1] if (o.channels, o.size) == (new.channels, new.size)]
        other = pick(self.choices, same)
        at = "i, j" if chance(self.choices, 70) else "j, i"
        reads = f"%a = %{image.name}[0, c, {at}], %b = %{other.name}[0, c, i, j]"
        self.over(
            new,
            f"""sdfg.tasklet ({reads}) -> (%{new.name}[0, c, i, j]) {{
              %0 = math.absf %a : f32
              %1 = arith.addf %0, %b : f32
              sdfg.yield %1 : f32
            }}""",
        )

    def padding(self, image: Image) -> None:
        new = self.new(image.channels, image.size + 2)
        self.over(
            new,
            f"""sdfg.tasklet () -> (%{new.name}[0, c, i, j]) {{
              %0 = arith.constant 0.0 : f32
              sdfg.yield %0 : f32
            }}""",
        )
        low, high = (1, new.size - 1) if chance(self.choices, 70) else (0, new.size - 2)
        box = f"[0, 0:{new.channels}, {low}:{high}, {low}:{high}]"
        self.state(f"sdfg.copy {image.whole} -> %{new.name}{box}")
