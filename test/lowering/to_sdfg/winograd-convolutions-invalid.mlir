// RUN: not sdfg-opt %s -p 'sdfg-winograd-convolutions{outputs=0}' 2>&1 | filecheck %s --check-prefix=OUTPUTS
// RUN: not sdfg-opt %s -p 'sdfg-winograd-convolutions{least-gain=0.0}' 2>&1 | filecheck %s --check-prefix=GAIN

// OUTPUTS: sdfg-winograd-convolutions: outputs and least-channels are at least 1, got 0 and 16
// GAIN: sdfg-winograd-convolutions: least-gain is above 0, got 0.0
