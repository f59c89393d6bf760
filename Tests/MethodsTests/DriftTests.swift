import Foundation
import Methods
import Raster
import Tensors
import TestSupport
import Testing

/// Slow changes: noticed, and what becomes of the frames from there on.
struct DriftTests {
    /// Twelve frames of blocks, then the same through a thick fog; still all the time.
    private static let clip = (0..<48).map { index in
        let blocks = FrozenDecoderTests.clip(1, frames: 1)[0].image
        let fog = Image(width: blocks.width, height: blocks.height, pixels: blocks.pixels.map { 150 + $0 / 5 })
        return Frame(index: index, time: Double(index), image: index < Self.change ? blocks : fog)
    }
    private static let change = 12

    private static func method(_ source: SourceModel, _ policy: DiTTASchema.OnDrift) throws -> DiTTA {
        var options = DiTTAOptions.balanced
        (options.passes, options.windowRadius, options.onCut, options.onDrift) = (1, 2, .ignore, policy)
        return try DiTTA(source, teacher: nil, options: options)
    }

    private static func adapted(
        _ source: SourceModel, _ policy: DiTTASchema.OnDrift, to frames: some Sequence<Frame>
    ) throws -> DiTTA {
        try SceneTests.warmedUp(try method(source, policy), source, on: frames)
    }

    /// Logits of 6 × 8 cells, one class of three as likely as told, and this share of cells another.
    private static func view(sure: Float, others: Float) -> DriftAlarm.View {
        let logit = log(2 * sure / (1 - sure))
        let values = (0..<48).flatMap { cell -> [Float] in
            // Every other cell of every other row is looked at: 12 of 48.
            let place = cell / 16 * 4 + cell % 8 / 2
            return Float(place) < 12 * others ? [0, logit, 0] : [logit, 0, 0]
        }
        return DriftAlarm.View(Tensor(values, [6, 8, 3]))
    }

    @Test("a view is how sure cells are in the mean, and which share each class has")
    func view() {
        let view = Self.view(sure: 0.8, others: 0.25)
        #expect(abs(view.confidence - 0.8) < 1e-5)
        #expect(zip(view.shares, [0.75, 0.25, 0]).allSatisfy { abs($0 - $1) < 1e-6 })
        let mean = DriftAlarm.View(meanOf: [view, Self.view(sure: 0.6, others: 0.25), Self.view(sure: 0.7, others: 1)])
        #expect(abs((mean?.confidence ?? 0) - 0.7) < 1e-5)
        #expect(abs((mean?.shares[1] ?? 0) - 0.5) < 1e-6)
        #expect(DriftAlarm.View(meanOf: []) == nil)
    }

    @Test(
        "one alarm where the model is less sure, or other classes come; none for what a few frames show",
        arguments: [(0.75, 0), (0.9, 0.5)] as [(Float, Float)])
    func alarm(sure: Float, others: Float) throws {
        let usual = Self.view(sure: 0.9, others: 0)
        var alarm = DriftAlarm(usual: usual)
        var found: [Int] = []
        for frame in 0..<200 {
            // Three odd frames, then a long change that ends, and another one.
            let isOdd = (20..<23).contains(frame) || (40..<100).contains(frame) || frame >= 150
            if let drift = alarm(isOdd ? Self.view(sure: sure, others: others) : usual) {
                found.append(frame)
                #expect(abs(drift.usualConfidence - 0.9) < 1e-5)
                #expect(drift.confidence < 0.801 || drift.otherClasses > 0.25)
            }
        }
        #expect(found.count == 2)
        #expect((43..<70).contains(found.first ?? 0) && (153..<180).contains(found.last ?? 0))
    }

    @Test("ignore says nothing; warn says so and changes no label; a clip that stays as it is raises nothing")
    func warn() throws {
        let source = try FrozenDecoderTests.source()
        var silent = try Self.adapted(source, .ignore, to: Self.clip.prefix(4))
        var warning = try Self.adapted(source, .warn, to: Self.clip.prefix(4))
        let (first, second) = (
            try SceneTests.labelled(&silent, source, Self.clip), try SceneTests.labelled(&warning, source, Self.clip)
        )
        #expect(first.map(\.labels) == second.map(\.labels))
        #expect(first.allSatisfy { $0.change == nil })
        let alarms = second.filter { $0.change != nil }.map(\.frame.index)
        #expect(alarms.count == 1 && alarms[0] > Self.change)
    }

    @Test("rewarm: enough frames behind an alarm adapt the published model anew, and are what is usual then")
    func rewarm() throws {
        let source = try FrozenDecoderTests.source()
        var method = try Self.adapted(source, .rewarm, to: Self.clip.prefix(4))
        let labels = try SceneTests.labelled(&method, source, Self.clip)
        let alarms = labels.filter { $0.change != nil }.map(\.frame.index)
        let alarm = try #require(alarms.first)
        #expect(alarms.count == 1)
        var other = try Self.adapted(source, .rewarm, to: Self.clip[alarm..<alarm + 12])
        let expected = try SceneTests.labelled(&other, source, Self.clip.dropFirst(alarm + 12))
        #expect(labels.dropFirst(alarm + 12).map(\.labels) == expected.map(\.labels))
        #expect(alarm + 12 < Self.clip.count - 4)
        var warned = try Self.adapted(source, .warn, to: Self.clip.prefix(4))
        let without = try SceneTests.labelled(&warned, source, Self.clip)
        #expect(without.prefix(alarm + 12).map(\.labels) == labels.prefix(alarm + 12).map(\.labels))
        #expect(without.dropFirst(alarm + 12).map(\.labels) != expected.map(\.labels))
    }

    @Test("a cut that is adapted to raises no alarm: what was usual before it is not asked of another scene")
    func cut() throws {
        let source = try FrozenDecoderTests.source()
        var options = DiTTAOptions.balanced
        (options.passes, options.windowRadius, options.onDrift) = (1, 2, .rewarm)
        var method = try SceneTests.warmedUp(
            try DiTTA(source, teacher: nil, options: options), source, on: Self.clip.prefix(4))
        let changes = try SceneTests.labelled(&method, source, Self.clip).enumerated().filter { $1.change != nil }
        #expect(changes.map(\.offset) == [Self.change] && changes.map(\.element.change) == [.cut])
    }

    @Test("a run goes on with the same bytes from every frame around an alarm")
    func resumed() throws {
        let source = try FrozenDecoderTests.source()
        var whole = try Self.adapted(source, .rewarm, to: Self.clip.prefix(4))
        var results: [LabelledFrame] = []
        var states: [MethodState] = []
        for frame in Self.clip {
            states.append(whole.state())
            results += try SceneTests.labelled(&whole, source, [frame])
        }
        let alarm = try #require(results.firstIndex { $0.change != nil })
        try withTemporaryFolder { folder in
            for index in [alarm - 1, alarm, alarm + 1, alarm + 11, alarm + 13] {
                var resumed = try Self.method(source, .rewarm)
                try states[index].write(to: folder + "/state")
                try resumed.restore(try MethodState(path: folder + "/state"))
                let rest = try SceneTests.labelled(&resumed, source, Self.clip.dropFirst(index))
                #expect(rest.map(\.labels) == results.dropFirst(index).map(\.labels), "from frame \(index)")
                #expect(rest.map(\.change) == results.dropFirst(index).map(\.change), "from frame \(index)")
            }
        }
        var broken = states[alarm]
        let drift = try #require(broken.tensors["drift"])
        broken.tensors["drift"] = drift.reshaped(to: [drift.count])
        #expect(throws: MethodError.self) { try whole.restore(broken) }
    }
}
