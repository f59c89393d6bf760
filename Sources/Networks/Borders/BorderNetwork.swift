package import Checkpoints
import Foundation
package import Raster
package import Tensors

/// A step from a cell of a grid to another one.
package struct CellOffset: Sendable, Hashable {
    /// How many rows down, at least 0.
    package let rows: Int
    /// How many columns to the right.
    package let columns: Int

    /// Makes a step.
    package init(_ rows: Int, _ columns: Int) {
        (self.rows, self.columns) = (rows, columns)
    }
}

/// Tells for pairs of cells of a picture whether they are of one class, whichever classes there are.
///
/// A small encoder and decoder of convolutions (1/2 to 1/32 and back to 1/4). It is run a few times for a video, so it is
/// plain: patches and a product for each convolution. `weights/borders/train/model.py` is the same in PyTorch.
package struct BorderNetwork: Sendable {
    /// The pairs: number k of a cell's affinities is that to the cell this far away.
    package static let offsets: [CellOffset] =
        [(0, 1), (1, 0), (1, 1), (1, -1), (0, 3), (3, 0), (3, 3), (3, -3), (0, 9), (9, 0), (9, 9), (9, -9)]
        .map { CellOffset($0.0, $0.1) } + [CellOffset(0, 24), CellOffset(24, 0)]

    /// Pixels of the input along a side of a cell.
    package static let stride = 4

    private let stem: BorderConvolution
    private let quarter: (down: BorderConvolution, first: BorderConvolution, second: BorderConvolution)
    private let eighth, sixteenth: (down: BorderConvolution, blocks: [BorderBlock])
    private let thirtySecond: (depthwise: BorderDepthwise, pointwise: BorderConvolution, blocks: [BorderBlock])
    private let refining16, refining8: BorderBlock
    private let lateral8, lateral4: BorderConvolution
    private let refining4: [BorderConvolution]
    private let affinity: Linear

    /// Loads the network from a safetensors file, or from a folder with `model.safetensors`.
    ///
    /// - Throws: if tensors are missing, left over or misshapen, or hold what is no number.
    package init(path: String) throws(CheckpointError) {
        let checkpoint = try Checkpoint(path: ModelPlace(path: path).tensors)
        try self.init(checkpoint.root)
        try checkpoint.finish()
    }

    /// Takes the weights; widths follow from their shapes.
    private init(_ root: Scope) throws(CheckpointError) {
        func width(_ name: String) throws(CheckpointError) -> Int {
            try root.extent(of: name + ".bias", in: 1...1024)
        }
        func blocks(_ scope: Scope, _ count: Int, _ width: Int) throws(CheckpointError) -> [BorderBlock] {
            var blocks: [BorderBlock] = []
            for index in 0..<count { blocks.append(try BorderBlock(scope["blocks"][index], width)) }
            return blocks
        }
        let (half, w4, w8, w16) = (
            try width("stem"), try width("quarter.down"), try width("eighth.down"), try width("sixteenth.down")
        )
        stem = try BorderConvolution(root["stem"], 3, half, stride: 2)
        quarter = (
            try BorderConvolution(root["quarter.down"], half, w4, stride: 2),
            try BorderConvolution(root["quarter.first"], w4, w4),
            try BorderConvolution(root["quarter.second"], w4, w4)
        )
        eighth = (
            try BorderConvolution(root["eighth.down"], w4, w8, stride: 2), try blocks(root["eighth"], 2, w8)
        )
        sixteenth = (
            try BorderConvolution(root["sixteenth.down"], w8, w16, stride: 2), try blocks(root["sixteenth"], 3, w16)
        )
        thirtySecond = (
            try BorderDepthwise(root["thirty_second.depthwise"], w16, stride: 2),
            try BorderConvolution(root["thirty_second.pointwise"], w16, w16, kernel: 1),
            try blocks(root["thirty_second"], 3, w16)
        )
        refining16 = try BorderBlock(root["refining16"], w16)
        lateral8 = try BorderConvolution(root["lateral8"], w16, w8, kernel: 1)
        refining8 = try BorderBlock(root["refining8"], w8)
        lateral4 = try BorderConvolution(root["lateral4"], w8, w4, kernel: 1)
        refining4 = [
            try BorderConvolution(root["refining4"][0], w4, w4), try BorderConvolution(root["refining4"][1], w4, w4),
        ]
        affinity = try Linear(pointwise: root["affinity"], w4, Self.offsets.count)
    }

    /// The affinities of a picture's cells.
    ///
    /// - Parameters:
    ///   - image: the picture, of any size.
    ///   - grid: the cells that are asked for; the picture is resized to them. It was trained with some 640 pixels along the
    ///     longer side.
    /// - Returns: the probabilities `[h, w, 14]`, 0...1, that a cell and the one at each of `offsets` are of one class; without
    ///   meaning where that one lies outside of the grid.
    package func callAsFunction(_ image: Image, grid: (height: Int, width: Int)) -> Tensor {
        let (width, height) = (Self.stride * grid.width, Self.stride * grid.height)
        let resampling = Resampling(
            rows: .antialiased(from: image.height, to: height), columns: .antialiased(from: image.width, to: width))
        let normalization = PixelNormalization(
            resampling, scale: [Float](repeating: 1 / 255, count: 3), shift: [0, 0, 0])
        let logits = logits(normalization(image.pixels))
        return Tensor(logits.values.map { 1 / (1 + exp(-$0)) }, logits.shape)
    }

    /// The affinities' logits `[⌈H / 4⌉, ⌈W / 4⌉, 14]` of a picture `[H, W, 3]`, 0...1.
    package func logits(_ picture: Tensor) -> Tensor {
        let fine = quarter.down(stem(standardized(picture)))
        var x4 = quarter.second(quarter.first(fine), addedTo: fine)
        var x8 = eighth.blocks.reduce(eighth.down(x4)) { $1($0) }
        var x16 = sixteenth.blocks.reduce(sixteenth.down(x8)) { $1($0) }
        let x32 = thirtySecond.blocks.reduce(thirtySecond.pointwise(thirtySecond.depthwise(x16))) { $1($0) }
        x16 = refining16(sum(x16, upsampled: x32))
        x8 = refining8(sum(x8, upsampled: lateral8(x16)))
        x4 = sum(x4, upsampled: lateral4(x8))
        return linear(refining4.reduce(x4) { $1($0) }, affinity.weight, affinity.bias)
    }
}

/// Each channel less its mean, divided by one deviation of all three plus 0.02: light and contrast are left out, colours stay.
private func standardized(_ picture: Tensor) -> Tensor {
    var values = picture.values
    let cells = Double(picture.rows)
    let means = columnSums(picture).values.map { Double($0) / cells }
    var squares = 0.0
    for index in values.indices {
        let difference = Double(values[index]) - means[index % 3]
        squares += difference * difference
        values[index] = Float(difference)
    }
    let factor = Float(1 / ((squares / Double(values.count)).squareRoot() + 0.02))
    return Tensor(values.map { $0 * factor }, picture.shape)
}

/// A map and a coarser one, brought to its size.
private func sum(_ fine: Tensor, upsampled coarse: Tensor) -> Tensor {
    let out = fine.copy()
    Resampling.bilinear((coarse.shape[0], coarse.shape[1]), (fine.shape[0], fine.shape[1]))
        .apply(coarse, to: out, adding: true)
    return out
}
