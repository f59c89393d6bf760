import DittaKit
import Foundation
import Media
import Methods
import Raster
import Reports
import Synchronization
import Tensors
import TestSupport
import Testing

/// The library as people use it, on the rendered street with a cut.
struct SessionTests {
    private static let video = projectRoot + "/Tests/Fixtures/street/clip.mp4"

    /// Small inputs, so that it takes a second.
    private static func model() throws -> Model { try Model(shippedModel, resize: .fit(width: 128, height: 96)) }

    @Test("frame after frame, a session gives what a run writes")
    func sameAsRun() throws {
        let model = try Self.model()
        let choice = try MethodChoice.ditta(settings: ["passes": "2"], teacher: .affinity)
        let plan = try WarmUpPlan(share: 0.2, maximum: 4)
        let count = try countFrames(at: Self.video)
        var frames = try openFrames(at: Self.video)
        var session = try Session(model, method: choice, like: frames)
        while let frame = try frames.next(), frame.index < plan.length(of: count) {
            if plan.takes(frame.index, of: count) { try session.observe(frame) }
        }
        try session.freeze()
        frames = try openFrames(at: Self.video)
        var labels: [LabelMap] = []
        while let frame = try frames.next() { labels += try session.label(frame).map(\.labels) }
        #expect(try session.finish().isEmpty)

        try withTemporaryFolder { folder in
            var settings = VideoRun.Settings(
                video: Self.video, output: folder + "/out", method: choice, warmUp: plan, precision: .auto)
            settings.saveTargets = true
            let outcome = try VideoRun(settings, model, report: { _ in })()
            #expect(outcome.frames == labels.count && outcome.flicker != nil)
            let written = try labelFiles(in: folder + "/out/labels").map { try readLabels(at: $0) }
            #expect(written == labels)

            // What a run writes is read back by the same types.
            let report = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/report.json"))
            let read = try decodedJSON(RunReport.self, from: report)
            #expect(read.warmUp.frames == 8 && read.warmUp.stride == 4 && read.warmUp.adapted == 4)
            // One of the four is held out of both passes.
            #expect(read.losses.count == 6 && read.heldOut?.frames == 1 && read.options == choice.options)
            #expect(try encodedJSON(read) == report)
            let targets = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/targets/targets.json"))
            let taught = try decodedJSON(TargetsReport.self, from: targets)
            #expect(taught.frames.map(\.frame) == [0, 1, 4, 5])
            #expect(try encodedJSON(taught) == targets)
        }
    }

    @Test("a run that is stopped keeps what it labelled and says how much")
    func stopping() throws {
        let model = try Self.model()
        let labelled = Mutex(0)
        try withTemporaryFolder { folder in
            let settings = VideoRun.Settings(
                video: Self.video, output: folder + "/out", method: .plain(), warmUp: try WarmUpPlan(),
                precision: .auto)
            let stage = Mutex("")
            let run = VideoRun(
                settings, model,
                report: { event in
                    switch event {
                    case .began(let name, _, _): stage.withLock { $0 = name }
                    case .advanced(let done) where stage.withLock { $0 } == "labelling": labelled.withLock { $0 = done }
                    default: break
                    }
                }, isStopped: { labelled.withLock { $0 } >= 5 })
            let stopped = #expect(throws: RunStopped.self) { try run() }
            let frames = try #require(stopped?.frames)
            #expect(frames >= 5)
            #expect(try labelFiles(in: folder + "/out.partial/labels").count == frames)
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
        }
    }

    /// The first frames, changed.
    private static func frames(_ change: (Image) -> Image) throws -> [Frame] {
        let reader = try openFrames(at: video)
        var frames: [Frame] = []
        while frames.count < 6, let frame = try reader.next() {
            frames.append(Frame(index: frame.index, time: frame.time, image: change(frame.image)))
        }
        return frames
    }

    /// A picture with strong noise of a fixed seed.
    private static func noisy(_ image: Image) -> Image {
        var (random, result) = (RandomNumbers(seed: 7), image)
        for index in result.pixels.indices {
            let noise = (random.unit() + random.unit() + random.unit() - 1.5) * 160
            result.pixels[index] = UInt8(clamping: Int(result.pixels[index]) + Int(noise))
        }
        return result
    }

    /// A session after a warm-up on all frames, and its labels of them.
    private static func labels(
        _ frames: [Frame], _ picture: String
    ) throws -> (session: Session, labels: [LabelMap], chosen: PictureTransform?) {
        let choice = try MethodChoice.ditta(settings: ["passes": "1", "picture": picture])
        let image = frames[0].image
        // At the other tests' size hardly any noise would be left.
        let model = try Model(shippedModel, resize: .fit(width: 480, height: 360))
        var session = try Session(model, choice, width: image.width, height: image.height, precision: .fp32)
        for frame in frames { try session.observe(frame) }
        var chosen: PictureTransform?
        try session.freeze { event in if case .chose(let transform, _) = event { chosen = transform } }
        return (session, try frames.flatMap { try session.label($0).map(\.labels) }, chosen)
    }

    @Test("auto smooths a noisy video as if told so, leaves a good one alone, and a state remembers it")
    func automaticPicture() throws {
        let good = try Self.labels(Self.frames { $0 }, "auto")
        #expect(good.chosen == .asIs && good.session.state().tensors["picture"] == nil)

        let frames = try Self.frames(Self.noisy)
        let auto = try Self.labels(frames, "auto")
        let chosen = try #require(auto.chosen)
        #expect(chosen != .asIs)
        let told = try Self.labels(frames, chosen.rawValue)
        #expect(told.chosen == nil && told.labels == auto.labels)

        var (ahead, again) = (auto.session, good.session)
        try again.restore(auto.session.state())
        #expect(try again.label(frames[0]).map(\.labels) == ahead.label(frames[0]).map(\.labels))
        var broken = auto.session.state()
        broken.tensors["picture"] = Tensor([99], [1])
        #expect(throws: DittaError.self) { try again.restore(broken) }
    }

    @Test(
        "what a caller gets wrong is an error in one sentence",
        arguments: [
            (["momentum": "2"], "momentum is 2: expected 0 to 1"),
            (["affinity-radius": "1.5"], "affinity-radius is 1.5: expected a whole number, 0 to 64"),
            (["speed": "1"], "speed is unknown: expected one of passes, "),
        ])
    func settings(_ settings: [String: String], message: String) throws {
        let error = #expect(throws: OptionError.self) { try MethodChoice.ditta(settings: settings) }
        #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test("nothing observed, no model, no teacher: errors, not traps")
    func errors() throws {
        let frames = try openFrames(at: Self.video)
        var session = try Session(try Self.model(), like: frames)
        #expect(throws: MethodError.self) { try session.freeze() }
        #expect(throws: (any Error).self) { try Model("/nowhere") }
        #expect(throws: (any Error).self) { try MethodChoice.ditta(teacher: .sam2(path: "/nowhere")) }
        #expect(throws: DittaError.self) { try MethodChoice.ditta(teacher: .sam2(path: "/nowhere", size: 65)) }
        #expect(throws: DittaError.self) { try WarmUpPlan(share: 0) }
        #expect(throws: DittaError.self) { try WarmUpPlan(share: 0.1, maximum: 0) }
    }

    @Test(
        "the warm-up's frames are the first share, thinned to pairs of neighbours, and never more than told",
        arguments: [
            (1, 0.1, 128, [0]), (40, 0.1, 128, [0, 1, 2, 3]), (100, 0.2, 8, [0, 1, 5, 6, 10, 11, 15, 16]),
            (100, 0.2, 7, [0, 1, 7, 8, 14, 15]), (100, 0.2, 1, [0]), (100, 0.2, 2, [0, 1]),
            (100, 0.2, 20, Array(0..<20)),
        ])
    func plan(frames: Int, share: Double, maximum: Int, expected: [Int]) throws {
        let plan = try WarmUpPlan(share: share, maximum: maximum)
        #expect((0..<frames).filter { plan.takes($0, of: frames) } == expected)
        #expect(plan.count(of: frames) == expected.count)
    }
}
