"""The list of everything in the dialect."""

from xdsl.ir import Dialect

from sdfg.dialect.attrs import (
    DimsAttr,
    ExprAttr,
    MachineAttr,
    ScheduleAttr,
    StorageAttr,
    WeightAttr,
)
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.contractions import ConvOp, MatmulOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp, PrefetchOp
from sdfg.dialect.ops.dataflow import ConsumeOp, MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.recipe import KnobOp, RecipeOp, StepOp
from sdfg.dialect.ops.reductions import PoolOp, ReduceOp, ScanOp, SoftmaxOp
from sdfg.dialect.ops.reordering import GatherOp, ScatterOp, SortOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import AssertOp, IndexOp, LoadOp, StoreOp
from sdfg.dialect.types import ArrayType, StreamType

PROGRAM = [SdfgOp, AllocOp, ConstantOp, ViewOp, CallOp]
CONTROL = [ForOp, WhileOp, IfOp, AssignOp, ReadSymbolOp]
DATAFLOW = [
    StateOp,
    MapOp,
    TaskletOp,
    CopyOp,
    PrefetchOp,
    ConsumeOp,
    IndexOp,
    LoadOp,
    StoreOp,
    AssertOp,
    YieldOp,
]
LIBRARY = [
    MatmulOp,
    ConvOp,
    PoolOp,
    ReduceOp,
    SoftmaxOp,
    ScanOp,
    SortOp,
    GatherOp,
    ScatterOp,
]
RECIPES = [RecipeOp, KnobOp, StepOp]

SDFG = Dialect(
    "sdfg",
    [*PROGRAM, *CONTROL, *DATAFLOW, *LIBRARY, *RECIPES],
    [
        ArrayType,
        StreamType,
        ExprAttr,
        DimsAttr,
        SubsetAttr,
        MemletAttr,
        StorageAttr,
        ScheduleAttr,
        WeightAttr,
        MachineAttr,
    ],
)
