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
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.dataflow import (
    AssertOp,
    ConsumeOp,
    CopyOp,
    IndexOp,
    LoadOp,
    MapOp,
    StateOp,
    StoreOp,
    TaskletOp,
    YieldOp,
)
from sdfg.dialect.ops.library import (
    ConvOp,
    GatherOp,
    MatmulOp,
    PoolOp,
    ReduceOp,
    ScanOp,
    ScatterOp,
    SoftmaxOp,
    SortOp,
)
from sdfg.dialect.ops.program import AllocOp, CallOp, ConstantOp, SdfgOp, ViewOp
from sdfg.dialect.types import ArrayType, StreamType

PROGRAM = [SdfgOp, AllocOp, ConstantOp, ViewOp, CallOp]
CONTROL = [ForOp, WhileOp, IfOp, AssignOp, ReadSymbolOp]
DATAFLOW = [
    StateOp,
    MapOp,
    TaskletOp,
    CopyOp,
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

SDFG = Dialect(
    "sdfg",
    [*PROGRAM, *CONTROL, *DATAFLOW, *LIBRARY],
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
