import CKernels
package import Tensors

/// What the cells of a frame are matched by: features of two levels and colour.
///
/// In each cell, each level's channels have their mean subtracted and unit length. Numbers are stored in 16 bits, a
/// plane for each pair of channels, so that kernels run along cells. The buffer is overwritten for every frame;
/// `Sendable` is unchecked, and only its single owner may call `set`.
@safe package final class CellDescriptors: @unchecked Sendable {
    let layout: ditta_planes
    let planes: UnsafeMutablePointer<Int32>
    private let coarse: Resampling
    private let fineChannels, coarseChannels, cellSide: Int

    /// Room for the descriptors of a frame, whose coarse level is upsampled.
    ///
    /// - Parameters:
    ///   - channels: those of the fine and of the coarse level.
    ///   - coarse: the coarse level's way to the fine one's size `[h, w]`.
    ///   - cellSide: how many pixels of the network's input a cell is wide and high, at most 32.
    ///   - radius: how far windows will reach.
    package init(channels: (fine: Int, coarse: Int), coarse: Resampling, cellSide: Int, radius: Int) {
        precondition((1...32).contains(cellSide), "cells of \(cellSide) pixels, expected 1...32")
        (fineChannels, coarseChannels) = channels
        self.cellSide = cellSide
        self.coarse = coarse
        let (height, width) = (coarse.rows.outputs, coarse.columns.outputs)
        let pairs = (channels.fine + channels.coarse + 3 + 1) / 2
        // Windows reach over both sides, by whole groups of 11 offsets and 16 cells. An odd number of cache lines to a plane
        // spreads the planes over the cache's sets.
        let lines = 1 + (width + 15) / 16 + (radius + 11 + 15) / 16
        let stride = 16 * (lines + 1 - lines % 2)
        layout = ditta_planes(height: height, width: width, pairs: pairs, margin: 16, stride: stride)
        let count = height * (pairs + 1) * stride
        unsafe planes = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
            .bindMemory(to: Int32.self, capacity: count)
        unsafe planes.initialize(repeating: 0, count: count)
        // Nothing beyond the sides is ever a match.
        for row in 0..<height {
            unsafe (planes + (row * (pairs + 1) + pairs) * stride).update(repeating: .min, count: stride)
        }
    }

    deinit { unsafe planes.deallocate() }

    /// Describes a frame.
    ///
    /// - Parameters:
    ///   - fine: the level `[h, w, C₁]`.
    ///   - level: the next one `[h/2, w/2, C₂]`.
    ///   - input: the network's input `[cellSide · h, cellSide · w, 3]`, normalised.
    package func set(fine: Tensor, coarse level: Tensor, input: Tensor) {
        precondition(
            fine.shape == [layout.height, layout.width, fineChannels]
                && level.shape == [coarse.rows.inputs, coarse.columns.inputs, coarseChannels]
                && input.shape == [cellSide * layout.height, cellSide * layout.width, 3],
            "descriptors of \(fine.shape), \(level.shape) and \(input.shape)")
        parallelFor(layout.height) { rows in
            let scratch = Tensor(
                uninitialized: [(coarse.columns.inputs + 1) * coarseChannels + 16 * (layout.pairs + 3)])
            unsafe coarse.rows.withKernelAxis { vertical in
                unsafe coarse.columns.withKernelAxis { horizontal in
                    let levels = unsafe ditta_levels(
                        fine: fine.pointer, fineChannels: fineChannels, coarse: level.pointer,
                        coarseWidth: coarse.columns.inputs, coarseChannels: coarseChannels, rows: vertical,
                        columns: horizontal, pixels: input.pointer, side: cellSide)
                    unsafe ditta_descriptor_rows(
                        planes, layout, levels, scratch.pointer, rows.lowerBound, rows.upperBound)
                }
            }
        }
    }

    /// All that is kept, as numbers that float32 holds exactly: the upper and lower 16 bits of each place, `[places, 2]`.
    package var state: Tensor {
        let places = layout.height * (layout.pairs + 1) * layout.stride
        return Tensor(
            (0..<places).flatMap { place in
                let bits = unsafe planes[place]
                return [Float(bits >> 16), Float(bits & 0xffff)]
            }, [places, 2])
    }

    /// Takes what `state` gave of descriptors of the same layout.
    ///
    /// - Returns: whether it is of that layout.
    package func restore(_ state: Tensor) -> Bool {
        let places = layout.height * (layout.pairs + 1) * layout.stride
        guard state.shape == [places, 2] else { return false }
        for (place, pair) in state.parts.enumerated() {
            let values = pair.values
            unsafe planes[place] = Int32(values[0]) << 16 | Int32(values[1])
        }
        return true
    }
}
