"""Random passes over rows like those of softmax: a maximum, exponentials, their sum, quotients."""

from dataclasses import dataclass

from unit.choices import Choices, chance, pick
from unit.text import parsed
from xdsl.dialects.builtin import ModuleOp

SYMBOLS = ("N",)
COLUMNS = ("N", "5", "16", "1", "33")


@dataclass
class SoftmaxBuilder:
    """
    `M = max X; E = exp(X - M); S = sum E; Y = E / S` for each row, or something close to that.

    Now and then a range, an operand or a result is another one, so that what holds for a softmax
    does not.
    """

    choices: Choices

    def build(self) -> ModuleOp:
        columns = pick(self.choices, COLUMNS)
        self.full = f"0:{columns}"
        matrix = f"!sdfg.array<[3, {columns}] x f32>"
        vector = "!sdfg.array<[3] x f32>"
        maximum = pick(self.choices, ("-inf", "-inf", "zero"))
        start = "0xff800000" if maximum == "-inf" else "0.0"
        steps = [self.largest(), self.sums()]
        if chance(self.choices, 80):
            steps.append(self.quotients())
        if chance(self.choices, 25):
            steps.append(self.rest())
        body = "\n".join(steps)
        return parsed(f"""
sdfg.sdfg @main [N] (in "x" %x: {matrix}, out "y" %y: {matrix}, out "z" %z: {vector}) {{
  sdfg.state @s {{
    sdfg.map [r = 0:3] {{
      %m = sdfg.alloc "m" : !sdfg.array<[] x f32, register>
      %s = sdfg.alloc "s" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%m[], %s[], %z[r]) {{
        %0 = arith.constant {start} : f32
        %1 = arith.constant 0.0 : f32
        sdfg.yield %0, %1, %1 : f32, f32, f32
      }}
{body}
    }}
  }}
}}""")

    def span(self) -> str:
        """Nearly always the whole row."""
        if chance(self.choices, 8):
            return self.full.replace("0:", "1:")
        return self.full

    def value(self) -> str:
        """What is read of a row: mostly the element, or its neighbour from the other end."""
        end = self.full[2:]
        return f"%x[r, {end} - 1 - i]" if chance(self.choices, 6) else "%x[r, i]"

    def largest(self) -> str:
        return f"""sdfg.map [i = {self.span()}] {{
  sdfg.tasklet (%a = {self.value()}) -> (%m[] wcr max) {{
    sdfg.yield %a : f32
  }}
}}"""

    def sums(self) -> str:
        """Exponentials, written to `y` first, and their sum."""
        kept = "arith.subf %a, %b" if not chance(self.choices, 6) else "arith.subf %b, %a"
        value = self.value()
        return f"""sdfg.map [i = {self.full}] {{
  sdfg.tasklet (%a = {value}, %b = %m[]) -> (%y[r, i], %s[] wcr sum) {{
    %0 = {kept} : f32
    %1 = math.exp %0 : f32
    sdfg.yield %1, %1 : f32, f32
  }}
}}"""

    def quotients(self) -> str:
        divisor = "%m[]" if chance(self.choices, 6) else "%s[]"
        return f"""sdfg.map [i = {self.span()}] {{
  sdfg.tasklet (%a = %y[r, i], %b = {divisor}) -> (%y[r, i]) {{
    %0 = arith.divf %a, %b : f32
    sdfg.yield %0 : f32
  }}
}}"""

    def rest(self) -> str:
        """What goes on with the sum or with the maximum."""
        what = pick(self.choices, ("%s[]", "%m[]"))
        return f"""sdfg.tasklet (%a = {what}, %b = %s[]) -> (%z[r]) {{
  %0 = math.log %b : f32
  %1 = arith.addf %0, %a : f32
  sdfg.yield %1 : f32
}}"""
