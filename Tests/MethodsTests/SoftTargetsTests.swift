import Compiled
import Dense
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

    @Test("two views are the mean of the picture and of it mirrored at three quarters")
    func small() throws {
        let (width, height) = (FrozenDecoderTests.size.width, FrozenDecoderTests.size.height)
        var network = source.network
        network.preprocessor.resize = .stretch(
            width: Int((Double(width) * 0.75).rounded()), height: Int((Double(height) * 0.75).rounded()))
        let small = SourceModel(network, width: width, height: height, precision: .fp32)
        for (target, frame) in zip(try probabilities(views: 2), frames) {
            var image = frame.image
            image.pixels = mirrored(image.pixels, width: width, channels: 3)
            let seen = softmax(small.logits(small.prepare(Frame(index: 0, time: 0, image: image)).input))
            let turned = Tensor(mirrored(seen.values, width: seen.shape[1], channels: seen.columns), seen.shape)
            let own = softmax(frame.logits)
            let resampled = Resampling.bilinear((seen.shape[0], seen.shape[1]), (own.shape[0], own.shape[1]))(turned)
            let mean = zip(own.values, resampled.values).map { ($0 + $1) / 2 }
            // Mirroring before or after the upsampling is the same but for rounding.
            expectClose(target, Tensor(mean, own.shape), absolute: 1e-4)
        }
    }

    @Test("every further view changes the targets, which stay probabilities")
    func views() throws {
        let results = try (1...4).map { try probabilities(views: $0)[0] }
        for (fewer, more) in zip(results, results.dropFirst()) {
            #expect(zip(fewer.values, more.values).contains { abs($0 - $1) > 0.01 })
        }
        for part in results[3].parts.flatMap(\.parts) {
            #expect(abs(part.values.reduce(0, +) - 1) < 1e-4)
        }
    }

    @Test("regions have their share, of what the views say")
    func regions() throws {
        let borders = try BorderNetwork(path: shippedBorders)
        let views = try probabilities(views: 2)[0]
        let grid = (height: views.shape[0], width: views.shape[1])
        let vote = RegionVote()(views, affinities: borders(frames[0].image, grid: grid))
        let mixed = zip(views.values, vote.values).map { 0.3 * $0 + 0.7 * $1 }
        expectClose(try probabilities(views: 2, borders)[0], Tensor(mixed, views.shape), absolute: 1e-4)
        #expect(zip(views.values, mixed).contains { abs($0 - $1) > 0.01 })
    }
}
