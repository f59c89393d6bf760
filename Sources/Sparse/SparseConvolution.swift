import CKernels
package import Tensors
package import Training

// Convolutions over occupied voxels: out[o] = Σ in[i] · W_k over the pairs (i, o) of each offset k.
//
// Source: Choy, Gwak, Savarese, "4D spatio-temporal ConvNets", 2019, equation 3.

extension Tape {
    /// A convolution over occupied voxels.
    ///
    /// - Parameters:
    ///   - x: the features of the map's inputs `[V, I]`.
    ///   - weight: a matrix for each offset `[volume, I, O]`.
    ///   - map: which voxels each offset joins.
    /// - Returns: the features of the map's outputs `[V', O]`.
    package func sparseConvolution(_ x: Variable, _ weight: Variable, _ map: KernelMap) -> Variable {
        let (input, matrices) = (x.value, weight.value)
        let out = Sparse.sparseConvolution(input, matrices, map)
        // Each is needed for the other's gradient only.
        let inputKept = weight.gradient == nil ? nil : input
        let weightKept = x.gradient == nil ? nil : matrices
        return record(out, from: [x, weight]) { [x = x.gradient, weight = weight.gradient] gradient in
            if let inputKept {
                weight?.accumulate { addWeightGradient(gradient, inputKept, map, into: $0, adding: $1) }
            }
            if let weightKept {
                x?.accumulate { convolve(gradient, weightKept, .transposed, map.transposed, into: $0, adding: $1) }
            }
        }
    }
}

/// The same convolution without a tape: x `[V, I]`, weight `[volume, I, O]` → `[V', O]`.
package func sparseConvolution(_ x: Tensor, _ weight: Tensor, _ map: KernelMap) -> Tensor {
    precondition(
        weight.shape.count == 3 && weight.shape[0] == map.volume && x.shape == [map.inputs, weight.shape[1]],
        "convolution \(weight.shape) of \(x.shape) over \(map.volume) offsets from \(map.inputs) voxels")
    let out = Tensor(uninitialized: [map.outputs, weight.shape[2]])
    convolve(x, weight, .plain, map, into: out, adding: false)
    return out
}

/// Channels side by side in a kernel's vector.
private let lanes = 16

/// out = convolution of x, or out + it, with each offset's matrix as it is or transposed.
private func convolve(
    _ x: Tensor, _ weight: Tensor, _ orientation: Orientation, _ map: KernelMap, into out: Tensor, adding: Bool
) {
    let (inputs, outputs) = (x.columns, out.columns)
    guard outputs % lanes == 0 else {
        let whole = Tensor(uninitialized: [map.outputs, (outputs + lanes - 1) / lanes * lanes])
        convolve(x, weight, orientation, map, into: whole, adding: false)
        let part = columns(0..<outputs, of: whole)
        if adding { add(part, to: out) } else { copyValues(of: part, to: out) }
        return
    }
    let vectors = outputs / lanes
    let panels = Tensor(uninitialized: [map.volume, vectors, inputs, lanes])
    // A matrix of fewer outputs is filled up with zeros.
    let own = orientation == .plain ? weight.shape[2] : weight.shape[1]
    parallelFor(map.volume) { range in
        unsafe ditta_pack_panels(
            panels.pointer + range.lowerBound * vectors * inputs * lanes,
            weight.pointer + range.lowerBound * inputs * own, range.count, inputs, own,
            orientation == .plain ? 0 : 1)
    }
    // Few rows are cut across, too: every part reads all of its panels.
    let down = min(max(map.outputs / 512, 1), 32)
    let across = min(max(vectors / 4, 1), max(16 / down, 1))
    parallelFor(down * across) { range in
        unsafe map.withPairs { pairs in
            for part in range {
                let (y, v) = (part / across, part % across)
                unsafe ditta_sparse_convolution(
                    out.pointer, x.pointer, panels.pointer, pairs, inputs, outputs,
                    ditta_range(begin: y * map.outputs / down, end: (y + 1) * map.outputs / down),
                    ditta_range(begin: v * vectors / across, end: (v + 1) * vectors / across), adding ? 1 : 0)
            }
        }
    }
}

/// out = the weights' gradient `[volume, I, O]` for the gradient of the outputs `[V', O]`, or out + it.
private func addWeightGradient(_ gradient: Tensor, _ x: Tensor, _ map: KernelMap, into out: Tensor, adding: Bool) {
    let (inputs, outputs) = (x.columns, gradient.columns)
    guard outputs % lanes == 0 else {
        let rest = Tensor(zeros: [gradient.rows, lanes - outputs % lanes])
        let whole = Tensor(uninitialized: [map.volume, inputs, outputs + rest.columns])
        addWeightGradient(joinedColumns([gradient, rest]), x, map, into: whole, adding: false)
        let part = columns(0..<outputs, of: whole)
        if adding { add(part, to: out) } else { copyValues(of: part, to: out) }
        return
    }
    if !adding { clear(out) }
    // Many rows are cut into ranges with sums of their own; few are read anew for groups of offsets, which have sums of their
    // own anyway.
    let down = min(max(map.outputs / 4096, 1), 8)
    let across = min(map.volume, max(12 / down, 1))
    let sums = [out] + (1..<down).map { _ in Tensor(zeros: out.shape) }
    parallelFor(down * across) { range in
        unsafe map.withPairs { pairs in
            for part in range {
                let (y, k) = (part / across, part % across)
                unsafe ditta_sparse_weight_gradient(
                    sums[y].pointer, x.pointer, gradient.pointer, pairs,
                    ditta_range(begin: k * map.volume / across, end: (k + 1) * map.volume / across),
                    ditta_range(begin: y * map.outputs / down, end: (y + 1) * map.outputs / down), inputs, outputs)
            }
        }
    }
    for sum in sums.dropFirst() { add(sum, to: out) }
}

extension KernelMap {
    /// Calls `body` with the pairs as kernels take them.
    fileprivate func withPairs(_ body: (ditta_pairs) -> Void) {
        unsafe sources.withUnsafeBufferPointer { sources in
            unsafe targets.withUnsafeBufferPointer { targets in
                unsafe starts.withUnsafeBufferPointer { starts in
                    unsafe body(
                        ditta_pairs(
                            sources: sources.baseAddress, targets: targets.baseAddress, starts: starts.baseAddress,
                            volume: volume))
                }
            }
        }
    }
}
