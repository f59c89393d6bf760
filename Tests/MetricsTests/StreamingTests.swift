import Metrics
import Raster
import Testing

/// What streams through an evaluation scores as it does with the whole video in memory.
@Suite struct StreamingTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesWithWholeVideosInMemory(seed: UInt64) throws {
        var random = LinearCongruentialGenerator(seed: seed)
        let classes = Int.random(in: 1...5, using: &random)
        let videos = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            WholeVideo(
                length: Int.random(in: 1...40, using: &random), pixels: Int.random(in: 1...9, using: &random),
                classes: classes, using: &random)
        }
        let summary = try evaluate(classes: classes, videos.map { Array(zip($0.predictions, $0.truth)) })

        for (length, found) in [(8, summary.consistency8), (16, summary.consistency16)] {
            for (isStrict, ignoresVoid, score) in [
                (false, false, found.vspw), (false, true, found.withoutVoid), (true, true, found.strict),
            ] {
                let shares = videos.flatMap {
                    $0.shares(length: length, isStrict: isStrict, ignoresVoid: ignoresVoid)
                }
                #expect((score == nil) == shares.isEmpty, "seed \(seed), windows of \(length)")
                let expected = 100 * shares.reduce(0, +) / Double(shares.count)
                if let score { #expect(abs(score - expected) < 1e-9, "seed \(seed), windows of \(length)") }
            }
            if let strict = found.strict, let withoutVoid = found.withoutVoid { #expect(strict <= withoutVoid) }
        }
    }
}

/// Labels of a video that mostly stay as they are, and predictions that mostly equal them.
private struct WholeVideo {
    private(set) var predictions: [[Int]] = []
    private(set) var truth: [[Int]] = []

    init(length: Int, pixels: Int, classes: Int, using random: inout LinearCongruentialGenerator) {
        for frame in 0..<length {
            var (prediction, actual) = ([Int](), [Int]())
            for pixel in 0..<pixels {
                let changes = frame == 0 || Int.random(in: 0..<25, using: &random) == 0
                let id = Int.random(in: 0...classes, using: &random)
                actual.append(changes ? (id == classes ? void : id) : truth[frame - 1][pixel])
                let errs = frame == 0 || Int.random(in: 0..<25, using: &random) == 0
                prediction.append(errs ? Int.random(in: 0..<classes, using: &random) : predictions[frame - 1][pixel])
            }
            predictions.append(prediction)
            truth.append(actual)
        }
    }

    /// The share of each window, by the definition: `range(L - n)` windows, those without constant truth left out.
    func shares(length: Int, isStrict: Bool, ignoresVoid: Bool) -> [Double] {
        guard truth.count > length else { return [] }
        return (0..<truth.count - length).compactMap { start -> Double? in
            let window = start..<start + length
            var (whole, part) = (0, 0)
            for pixel in truth[start].indices {
                let isConstant = window.allSatisfy { truth[$0][pixel] == truth[start][pixel] }
                guard isConstant, !(ignoresVoid && truth[start][pixel] == void) else { continue }
                whole += 1
                let isHeld = window.allSatisfy { predictions[$0][pixel] == predictions[start][pixel] }
                let isRight = window.allSatisfy { predictions[$0][pixel] == truth[$0][pixel] }
                part += isHeld && (isRight || !isStrict) ? 1 : 0
            }
            return whole > 0 ? Double(part) / Double(whole) : nil
        }
    }
}

/// Knuth's MMIX generator: the same numbers for a seed on every machine.
private struct LinearCongruentialGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // The low bits of such a generator have short periods: mix the high ones in.
        return state ^ (state >> 33)
    }
}
