import Foundation
import Methods
import Raster
import Tensors
import TestSupport
import Testing

/// Hard cuts: found, and what becomes of the frames behind them.
struct SceneTests {
    /// Eight frames of one scene, twenty of another.
    private static let clip = (FrozenDecoderTests.clip(1, frames: 8) + FrozenDecoderTests.clip(2, frames: 20))
        .enumerated().map { Frame(index: $0, time: Double($0), image: $1.image) }
    private static let cut = 8

    private static func method(_ source: SourceModel, _ policy: DiTTASchema.OnCut, paper: Bool = false) throws -> DiTTA
    {
        var options = DiTTAOptions(paper ? .paper : .balanced)
        (options.passes, options.windowRadius, options.onCut) = (1, 2, policy)
        options.fusionThreshold = 1
        return try DiTTA(source, teacher: paper ? AffinityTeacher() : nil, options: options)
    }

    private static func adapted(
        _ source: SourceModel, _ policy: DiTTASchema.OnCut, paper: Bool = false, to frames: some Sequence<Frame>
    ) throws -> DiTTA {
        try warmedUp(try method(source, policy, paper: paper), source, on: frames)
    }

    static func warmedUp(_ method: DiTTA, _ source: SourceModel, on frames: some Sequence<Frame>) throws -> DiTTA {
        var method = method
        for frame in frames { _ = method.observe(source.prepare(frame)) }
        try method.freeze { _ in }
        return method
    }

    static func labelled(
        _ method: inout DiTTA, _ source: SourceModel, _ frames: some Sequence<Frame>
    ) throws -> [LabelledFrame] {
        try frames.flatMap { try method.label(source.prepare($0), comparing: false) }
    }

    @Test("a cut is a frame unlike the one before; moving on is none, and neither is what is usual in a scene")
    func detection() {
        var detector = CutDetector()
        #expect(
            Self.clip.map { detector.isCut(CutDetector.View($0.image)) } == Self.clip.indices.map { $0 == Self.cut })
        // A slow drive shows something else in every frame.
        var slow = CutDetector()
        let frames = (0..<12).map { FrozenDecoderTests.clip(UInt64(100 + $0), frames: 1)[0] }
        let found = frames.map { slow.isCut(CutDetector.View($0.image)) }
        #expect(found.dropFirst(2).allSatisfy { !$0 } && !found[0])
        let (black, white) = (
            Image(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 12)),
            Image(width: 2, height: 2, pixels: [UInt8](repeating: 255, count: 12))
        )
        #expect(CutDetector.View(black).distance(to: CutDetector.View(white)) == 1)
        #expect(CutDetector.View(black).distance(to: CutDetector.View(black)) == 0)
    }

    @Test("keep: behind a cut frames are labelled as if none had come before", arguments: [false, true])
    func keep(paper: Bool) throws {
        let source = try FrozenDecoderTests.source()
        var method = try Self.adapted(source, .keep, paper: paper, to: Self.clip.prefix(3))
        var fresh = method
        var blind = try Self.adapted(source, .ignore, paper: paper, to: Self.clip.prefix(3))
        let labels = try Self.labelled(&method, source, Self.clip)
        #expect(labels.filter { $0.change == .cut }.map(\.frame.index) == [Self.cut])
        let behind = try Self.labelled(&fresh, source, Self.clip.dropFirst(Self.cut))
        #expect(labels.dropFirst(Self.cut).map(\.labels) == behind.map(\.labels))
        let across = try Self.labelled(&blind, source, Self.clip)
        #expect(across.prefix(Self.cut).map(\.labels) == labels.prefix(Self.cut).map(\.labels))
        let alarms = across.filter { $0.change == .cut }
        #expect(alarms.isEmpty)
    }

    @Test("plain: behind a cut the published head labels, with a memory if there is one", arguments: [false, true])
    func plain(paper: Bool) throws {
        let source = try FrozenDecoderTests.source()
        var method = try Self.adapted(source, .plain, paper: paper, to: Self.clip.prefix(3))
        let labels = try Self.labelled(&method, source, Self.clip)
        var published = PlainModel(source)
        let first = published.label(source.prepare(Self.clip[Self.cut]), comparing: false)[0]
        #expect(labels[Self.cut].labels == first.labels && labels[Self.cut - 1].labels != first.labels)
        if paper {
            let rest = Self.clip.dropFirst(Self.cut).map {
                published.label(source.prepare($0), comparing: false)[0].labels
            }
            #expect(labels.dropFirst(Self.cut).map(\.labels) == rest)
        }
    }

    @Test("rewarm: enough frames behind a cut adapt the published model anew")
    func rewarm() throws {
        let source = try FrozenDecoderTests.source()
        var method = try Self.adapted(source, .rewarm, to: Self.clip.prefix(3))
        let labels = try Self.labelled(&method, source, Self.clip)
        let learned = Self.clip.dropFirst(Self.cut).prefix(12)
        var other = try Self.adapted(source, .rewarm, to: learned)
        let expected = try Self.labelled(&other, source, Self.clip.dropFirst(Self.cut + 12))
        #expect(labels.dropFirst(Self.cut + 12).map(\.labels) == expected.map(\.labels))
    }

    @Test("where adapting behind a cut does harm, the published head labels, and that is told")
    func harmed() throws {
        let source = try FrozenDecoderTests.source()
        func method(_ rate: Float, to frames: some Sequence<Frame>) throws -> DiTTA {
            var options = DiTTAOptions.balanced
            (options.passes, options.windowRadius, options.learningRate) = (1, 2, rate)
            return try Self.warmedUp(try DiTTA(source, teacher: nil, options: options), source, on: frames)
        }
        var ruined = try method(5, to: Self.clip.prefix(3))
        let labels = try Self.labelled(&ruined, source, Self.clip)
        let told = labels.first { if case .harmed = $0.change { true } else { false } }
        #expect(told?.frame.index == Self.cut + 11)
        var unmoved = try method(0, to: Self.clip.dropFirst(Self.cut).prefix(12))
        let expected = try Self.labelled(&unmoved, source, Self.clip.dropFirst(Self.cut + 12))
        #expect(labels.dropFirst(Self.cut + 12).map(\.labels) == expected.map(\.labels))
    }

    @Test("a run goes on with the same bytes from every frame around a cut", arguments: DiTTASchema.OnCut.allCases)
    func resumed(policy: DiTTASchema.OnCut) throws {
        let source = try FrozenDecoderTests.source()
        var whole = try Self.adapted(source, policy, to: Self.clip.prefix(3))
        var labels: [LabelMap] = []
        var states: [Int: MethodState] = [:]
        for frame in Self.clip {
            if [1, Self.cut, Self.cut + 1, Self.cut + 7, Self.cut + 13].contains(frame.index) {
                states[frame.index] = whole.state()
            }
            labels += try Self.labelled(&whole, source, [frame]).map(\.labels)
        }
        try withTemporaryFolder { folder in
            for (index, state) in states {
                var resumed = try Self.method(source, policy)
                try state.write(to: folder + "/state")
                try resumed.restore(try MethodState(path: folder + "/state"))
                let rest = try Self.labelled(&resumed, source, Self.clip.dropFirst(index))
                #expect(rest.map(\.labels) == Array(labels.dropFirst(index)), "from frame \(index)")
            }
        }
    }

    @Test("a state whose scene or colours are none is refused")
    func broken() throws {
        let source = try FrozenDecoderTests.source()
        var method = try Self.adapted(source, .rewarm, to: Self.clip.prefix(3))
        _ = try Self.labelled(&method, source, Self.clip.prefix(Self.cut + 2))
        for name in ["cuts.last", "scene.pictures", "scene.frames"] {
            var state = method.state()
            let tensor = try #require(state.tensors[name])
            state.tensors[name] = tensor.reshaped(to: [tensor.count]).part(0, [1])
            #expect(throws: MethodError.self) { try method.restore(state) }
        }
    }
}
