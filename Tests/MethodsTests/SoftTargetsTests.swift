import Compiled
import Dense
import Foundation
import Methods
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// Soft targets against their definition, a view at a time.
struct SoftTargetsTests {
    private let source: SourceModel
    private let frames: [WarmUpFrame]

    init() throws {
        let source = try FrozenDecoderTests.source()
        self.source = source
        frames = FrozenDecoderTests.clip(9, frames: 2).map { source.observe(source.prepare($0)) }
    }

    private func probabilities(views: Int, _ borders: BorderNetwork? = nil, share: Float = 0.7) throws -> [Tensor] {
        try SoftTargets(source, views: views, borders: borders, share: share)(frames).map { softmax($0) }
    }

    /// A map `[h, w, channels]` with left and right exchanged, by its definition.
    private func mirrored<Value>(_ values: [Value], width: Int, channels: Int) -> [Value] {
        values.indices.map { index in
            let (cell, channel) = (index / channels, index % channels)
            let (row, column) = (cell / width, cell % width)
            return values[(row * width + width - 1 - column) * channels + channel]
        }
    }

    @Test("one view without a vote is the model's own")
    func own() throws {
        for (target, frame) in zip(try probabilities(views: 1), frames) {
            // Probabilities below 1e-6 are lifted to that.
            expectClose(target, softmax(frame.logits), absolute: 1e-5)
        }
    }

    /// The mean of each frame's picture and of it mirrored at three quarters, by its definition.
    private func meansOfTwo() -> [Tensor] {
        let (width, height) = (FrozenDecoderTests.size.width, FrozenDecoderTests.size.height)
        var network = source.network
        network.preprocessor.resize = .stretch(
            width: Int((Double(width) * 0.75).rounded()), height: Int((Double(height) * 0.75).rounded()))
        let small = SourceModel(network, width: width, height: height, precision: .fp32)
        return frames.map { frame in
            var image = frame.image
            image.pixels = mirrored(image.pixels, width: width, channels: 3)
            let seen = softmax(small.logits(small.prepare(Frame(index: 0, time: 0, image: image)).input))
            let turned = Tensor(mirrored(seen.values, width: seen.shape[1], channels: seen.columns), seen.shape)
            let own = softmax(frame.logits)
            let resampled = Resampling.bilinear((seen.shape[0], seen.shape[1]), (own.shape[0], own.shape[1]))(turned)
            return Tensor(zip(own.values, resampled.values).map { ($0 + $1) / 2 }, own.shape)
        }
    }

    /// Probabilities to the one power, 1 or more, that makes them as sure in the mean as the model is of one view.
    private func sharpened(_ means: [Tensor]) -> [Tensor] {
        func powered(_ mean: Tensor, _ power: Double) -> [[Double]] {
            mean.parts.flatMap(\.parts).map { cell in
                let powers = cell.values.map { pow(Double($0), power) }
                return powers.map { $0 / powers.reduce(0, +) }
            }
        }
        func sureness(_ maps: [[[Double]]]) -> Double {
            let highest = maps.flatMap { $0 }.map { $0.max() ?? 0 }
            return highest.reduce(0, +) / Double(highest.count)
        }
        let aim = sureness(frames.map { powered(softmax($0.logits), 1) })
        var (low, high) = (1.0, 8.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if sureness(means.map { powered($0, middle) }) < aim { low = middle } else { high = middle }
        }
        return means.map { Tensor(powered($0, low).flatMap { $0 }.map(Float.init), $0.shape) }
    }

    @Test("two views are the mean of the picture and of it mirrored at three quarters, made as sure as one")
    func two() throws {
        let means = meansOfTwo()
        for (target, expected) in zip(try probabilities(views: 2), sharpened(means)) {
            // The power is found to 5e-4 of itself.
            expectClose(target, expected, absolute: 1e-3)
        }
        #expect(zip(sharpened(means)[0].values, means[0].values).contains { abs($0 - $1) > 0.01 })
    }

    @Test("regions have their share, of what the views say")
    func regions() throws {
        let borders = try BorderNetwork(path: shippedBorders)
        let mixed = zip(meansOfTwo(), frames).map { mean, frame in
            let grid = (height: mean.shape[0], width: mean.shape[1])
            let vote = RegionVote()(mean, affinities: borders(frame.image, grid: grid))
            return Tensor(zip(mean.values, vote.values).map { 0.3 * $0 + 0.7 * $1 }, mean.shape)
        }
        for (target, expected) in zip(try probabilities(views: 2, borders), sharpened(mixed)) {
            expectClose(target, expected, absolute: 1e-3)
        }
        let views = try probabilities(views: 2)[0]
        #expect(zip(views.values, sharpened(mixed)[0].values).contains { abs($0 - $1) > 0.01 })
    }
}
