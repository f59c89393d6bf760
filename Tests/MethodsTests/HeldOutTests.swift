import Methods
import Raster
import Tensors
import TestSupport
import Testing

/// Frames that are held out of the adaptation, and what they decide.
struct HeldOutTests {
    private static let clip = FrozenDecoderTests.clip(3, frames: 8)

    /// Labels of the clip after a warm-up on some frames of it, the classifier, and what the held-out ones said.
    private static func run(
        _ settings: [String: String], preset: DiTTASchema.Preset = .balanced, warmUp: [Frame] = clip
    ) throws -> (labels: [LabelMap], classifier: [Float], verdict: HeldOutFrames.Verdict?, steps: Int) {
        let source = try FrozenDecoderTests.source()
        var options = DiTTAOptions(preset)
        (options.passes, options.windowRadius) = (2, 2)
        for (name, value) in settings { try options.set(name, to: value) }
        var method = try DiTTA(source, teacher: preset == .balanced ? nil : AffinityTeacher(), options: options)
        for frame in warmUp { _ = method.observe(source.prepare(frame)) }
        var (verdict, steps): (HeldOutFrames.Verdict?, Int) = (nil, 0)
        try method.freeze { event in
            if case .judged(let judged) = event { verdict = judged }
            if case .stepped = event { steps += 1 }
        }
        let classifier = method.state().tensors["decode_head.classifier.weight"]?.values ?? []
        let labels = try clip.flatMap { try method.label(source.prepare($0), comparing: false).map(\.labels) }
        return (labels, classifier, verdict, steps)
    }

    @Test("a share of the frames is held out, evenly spread, never two in a row, and none of fewer than four")
    func places() {
        #expect(HeldOutFrames.places(of: 3, share: 0.5).isEmpty)
        #expect(HeldOutFrames.places(of: 100, share: 0).isEmpty)
        #expect(HeldOutFrames.places(of: 4, share: 0.125) == [2])
        #expect(HeldOutFrames.places(of: 32, share: 0.125) == [4, 12, 20, 28])
        for count in 4...200 {
            let places = HeldOutFrames.places(of: count, share: 0.5)
            #expect((1...8).contains(places.count) && places.allSatisfy { (0..<count).contains($0) })
            #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 > 1 })
        }
    }

    @Test("no step is made on a frame that is held out")
    func untaught() throws {
        // So small a rate moves the head, and does no harm.
        let settings = ["learning-rate": "1e-6", "views": "1", "region-share": "0", "memory-trust": "fixed"]
        let held = try Self.run(settings.merging(["held-out": "0.25"]) { $1 })
        let rest = Self.clip.enumerated().filter { ![2, 6].contains($0.offset) }.map(\.element)
        let without = try Self.run(settings.merging(["held-out": "0"]) { $1 }, warmUp: rest)
        let all = try Self.run(settings.merging(["held-out": "0"]) { $1 })
        #expect(held.verdict?.isAdapted == true && held.verdict?.frames == 2 && without.verdict == nil)
        #expect(held.steps == 12 && without.steps == 12 && all.steps == 16)
        #expect(held.classifier == without.classifier)
        #expect(held.classifier != all.classifier)
    }

    @Test(
        "where adapting did harm, the published head labels, and its memory remembers",
        arguments: DiTTASchema.Preset.allCases)
    func harm(preset: DiTTASchema.Preset) throws {
        let ruined = try Self.run(["learning-rate": "5", "held-out": "0.25"], preset: preset)
        let verdict = try #require(ruined.verdict)
        #expect(!verdict.isAdapted)
        #expect(verdict.adapted.isWorse(than: verdict.published))
        let published = try Self.run(["passes": "0", "held-out": "0"], preset: preset)
        if preset == .balanced {
            #expect(ruined.labels == published.labels)
        } else {
            // Their add-on has learned nothing that the published head could be joined with.
            let source = try FrozenDecoderTests.source()
            var plain = PlainModel(source)
            #expect(ruined.labels == Self.clip.map { plain.label(source.prepare($0), comparing: false)[0].labels })
        }
    }

    @Test("where adapting changed nothing, the adapted head labels")
    func noHarm() throws {
        let same = try Self.run(["learning-rate": "0", "held-out": "0.25"])
        let verdict = try #require(same.verdict)
        #expect(verdict.isAdapted && verdict.adapted == verdict.published)
        #expect((0...1).contains(verdict.adapted.recall) && (-1...1).contains(verdict.adapted.agreement))
    }

    @Test("worse is what falls by more than the margin in one of both measures")
    func margins() {
        func score(_ agreement: Double, _ recall: Double) -> HeldOutFrames.Score {
            HeldOutFrames.Score(agreement: agreement, recall: recall)
        }
        let (kappa, recall) = (HeldOutFrames.agreementMargin, HeldOutFrames.recallMargin)
        #expect(!score(0.9 - kappa / 2, 0.8 - recall / 2).isWorse(than: score(0.9, 0.8)))
        #expect(score(0.9 - 2 * kappa, 0.9).isWorse(than: score(0.9, 0.8)))
        #expect(score(0.99, 0.8 - 2 * recall).isWorse(than: score(0.9, 0.8)))
    }
}
