"""Import root of the compiler: `sdfg.dialect`, `sdfg.lowering`, `sdfg.backends`, `sdfg.tools`."""
