import Compiled
import Methods
import Networks
import Raster
import Tensors
import Testing

/// How far the memory trusts, found on the warm-up.
struct MemoryTrustTests {
    private typealias Candidate = MemoryTrust.Candidate

    @Test(
        "the most trusting within the margin of the best",
        arguments: [
            ([0.9, 0.9, 0.9], 1.5), ([0.9, 0.9, 0.88], 1), ([0.9, 0.89, 0.886], 1.5), ([0.9, 0.8, 0.895], 1.5),
            ([0.9, 0.85, 0.8], 0.5), ([0.8, 0.9, 0.85], 1), ([0, 0, 0], 1.5),
        ] as [([Double], Float)])
    func best(agreements: [Double], expected: Float) {
        let candidates = zip(MemoryTrust.factors, agreements).map { Candidate(factor: $0, agreement: $1) }
        #expect(MemoryTrust.best(of: candidates) == expected)
        #expect(MemoryTrust.best(of: []) == 1)
    }

    /// Frames 0 to 2 and 5 to 6 of a clip, and one alone, with the logits of another frame as what they are held to.
    private static func frames(_ source: SourceModel) -> [WarmUpFrame] {
        let clip = FrozenDecoderTests.clip(2, frames: 10)
        return [0, 1, 2, 5, 6, 9].map { index in
            let other = source.observe(source.prepare(clip[(index + 1) % 10]))
            return source.observe(source.prepare(clip[index])).with(logits: other.logits)
        }
    }

    /// The place of the highest number of each cell.
    private static func classes(_ map: Tensor) -> [Int] {
        map.parts.flatMap(\.parts).map { cell in
            cell.values.indices.max { cell.values[$0] < cell.values[$1] } ?? 0
        }
    }

    @Test("agreement is the mean recall of the classes, on frames that follow another")
    func agreement() throws {
        let source = try FrozenDecoderTests.source()
        let frames = Self.frames(source)
        let options = DiTTAOptions.balanced
        let model = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: 1)
        let head = model.head.compile(for: source.encoder)
        var done: [Int] = []
        let trust = try #require(MemoryTrust(source, model.head, on: frames, options: options))
        let candidates = trust.candidates { done.append($0) }
        #expect(trust.count == 5 && done == [1, 2, 3, 4, 5])
        #expect(candidates.map(\.factor) == [0.5, 1, 1.5])
        for candidate in candidates {
            var (found, cells) = ([Double](repeating: 0, count: 11), [Double](repeating: 0, count: 11))
            for row in [frames[0..<3], frames[3..<5]] {
                var memory = TemporalMemory(
                    options, trust: candidate.factor, classes: 11, source.encoder, levels: source.network.levels)
                for frame in row {
                    let input = source.input(of: frame.image)
                    let features = source.encoder(input)
                    let known = memory.update(head(features), features: features, input: input)
                    guard frame.index != 0, frame.index != 5 else { continue }
                    for (said, right) in zip(Self.classes(known), Self.classes(frame.logits)) {
                        cells[right] += 1
                        found[right] += said == right ? 1 : 0
                    }
                }
            }
            // Every class weighs alike, but those of less than a hundredth of the cells as their share is.
            let total = cells.reduce(0, +)
            let weights = cells.map { min($0 / total / 0.01, 1) }
            let recalls = zip(found, cells).map { $1 > 0 ? $0 / $1 : 0 }
            let expected = zip(weights, recalls).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
            #expect(abs(candidate.agreement - expected) < 1e-9)
        }
        #expect(Set(candidates.map(\.agreement)).count > 1, "trust changes nothing")
        let alone = [frames[2], frames[5]]
        #expect(MemoryTrust(source, model.head, on: alone, options: options) == nil)
    }

    @Test("a method's state knows the trust, and goes on with it; one that makes no sense is refused")
    func state() throws {
        let source = try FrozenDecoderTests.source()
        let clip = FrozenDecoderTests.clip(4, frames: 6)
        var options = DiTTAOptions.balanced
        (options.passes, options.views) = (1, 1)
        func labels(_ state: MethodState) throws -> [LabelMap] {
            var method = try DiTTA(source, teacher: nil, options: options)
            try method.restore(state)
            return try method.labels(of: clip, source)
        }
        var method = try DiTTA(source, teacher: nil, options: options)
        for frame in clip.prefix(3) { _ = method.observe(source.prepare(frame)) }
        var chosen: Float?
        try method.freeze { event in if case .trusted(let factor, _) = event { chosen = factor } }
        var state = method.state()
        #expect(state.tensors["memory.trust"]?.values == [try #require(chosen)])
        #expect(try labels(state) == method.labels(of: clip, source))
        state.tensors["memory.trust"] = Tensor([20], [1])
        #expect(try labels(state) != method.labels(of: clip, source))
        for bad: [Float] in [[0], [-1], [.nan], [.infinity], [1, 1], []] {
            state.tensors["memory.trust"] = Tensor(bad, [bad.count])
            let error = #expect(throws: MethodError.self) { try labels(state) }
            #expect(error?.description.hasSuffix("expected one number from 0.01 to 100") == true)
        }
        // Where it is told, nothing is tried.
        options.memoryTrust = .fixed
        method = try DiTTA(source, teacher: nil, options: options)
        for frame in clip.prefix(3) { _ = method.observe(source.prepare(frame)) }
        try method.freeze { event in if case .trusted = event { Issue.record("\(event)") } }
        #expect(method.state().tensors["memory.trust"]?.values == [1])
    }
}

extension DiTTA {
    /// The labels of a whole clip by a copy, which leaves this one where it is.
    fileprivate func labels(of clip: [Frame], _ source: SourceModel) throws -> [LabelMap] {
        var copy = self
        return try clip.flatMap { try copy.label(source.prepare($0), comparing: false).map(\.labels) }
    }
}
