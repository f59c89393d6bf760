import Compiled
import Methods
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// What the embedded teacher does to made-up clips; not how its numbers are chosen.
struct AffinityTeacherTests {
    static let (width, height, side) = (256, 160, 64)

    /// Blocks of four pixels in colours around one; every texture its own.
    private static func texture(_ seed: UInt64, around color: [Int]) -> (_ x: Int, _ y: Int) -> [UInt8] {
        var random = RandomNumbers(seed: seed)
        let shades = (0..<64 * 64).map { _ in color.map { UInt8(min(max($0 + Int(random.next() % 81) - 40, 0), 255)) } }
        return { x, y in shades[y / 4 % 64 * 64 + x / 4 % 64] }
    }

    /// A picture with a square at a place, or without one.
    private static func picture(_ square: (x: Int, y: Int)?) -> Image {
        let ground = texture(1, around: [110, 120, 90])
        let object = texture(2, around: [170, 80, 60])
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let (dx, dy) = (x - (square?.x ?? width), y - (square?.y ?? height))
                let isInside = (0..<side).contains(dx) && (0..<side).contains(dy)
                pixels += isInside ? object(dx, dy) : ground(x, y)
            }
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    private static func mask(_ square: (x: Int, y: Int)) -> Mask {
        rectangle(square.x..<square.x + side, square.y..<square.y + side, width: width, height: height)
    }

    private static func mask(of finding: Finding?) -> Mask? {
        if case .mask(let mask) = finding { mask } else { nil }
    }

    private static func jaccard(_ a: Mask?, _ b: Mask) -> Double {
        guard let a else { return 0 }
        let union = a.union(b).area
        return Double(a.area + b.area - union) / Double(union)
    }

    private static func observe(_ squares: [(x: Int, y: Int)?]) throws -> [WarmUpFrame] {
        var network = try SegFormer(path: shippedModel)
        network.preprocessor.resize = .stretch(width: width, height: height)
        let source = SourceModel(network, width: width, height: height, precision: .fp32)
        return squares.enumerated().map { index, square in
            source.observe(source.prepare(Frame(index: index, time: Double(index), image: picture(square))))
        }
    }

    @Test("a mask follows a textured square over a textured ground, in both directions of time")
    func follows() throws {
        let squares = (0..<6).map { (x: 40 + 6 * $0, y: 30 + 4 * $0) }
        let frames = try Self.observe(squares)
        for order in [Array(0..<6), (0..<6).reversed()] {
            var tracker = try AffinityTeacher().makeTracker(over: frames)
            #expect(tracker.advance(to: order[0]).isEmpty)
            tracker.start([3: Self.mask(squares[order[0]])], on: order[0])
            for frame in order.dropFirst() {
                let findings = tracker.advance(to: frame)
                #expect(Array(findings.keys) == [3])
                let found = Self.jaccard(Self.mask(of: findings[3]), Self.mask(squares[frame]))
                #expect(found > 0.8, "frame \(frame) of \(order)")
            }
        }
    }

    @Test("a track that starts later is carried besides the first, and disturbs it little")
    func second() throws {
        let squares = (0..<4).map { (x: 40 + 6 * $0, y: 48) }
        var tracker = try AffinityTeacher().makeTracker(over: Self.observe(squares))
        _ = tracker.advance(to: 0)
        tracker.start([0: Self.mask(squares[0])], on: 0)
        _ = tracker.advance(to: 1)
        let ground = rectangle(160..<224, 16..<96, width: Self.width, height: Self.height)
        tracker.start([1: ground], on: 1)
        var findings: [Int: Finding] = [:]
        for frame in 2..<4 { findings = tracker.advance(to: frame) }
        #expect(Self.jaccard(Self.mask(of: findings[0]), Self.mask(squares[3])) > 0.8)
        #expect(Self.jaccard(Self.mask(of: findings[1]), ground) > 0.8)
    }

    @Test("an object that is gone leaves no mask of half the frame")
    func lost() throws {
        let squares: [(x: Int, y: Int)?] = [(40, 40), (46, 42), nil, nil, nil]
        var tracker = try AffinityTeacher().makeTracker(over: Self.observe(squares))
        _ = tracker.advance(to: 0)
        tracker.start([0: Self.mask((40, 40))], on: 0)
        for frame in 1..<5 {
            let area = Self.mask(of: tracker.advance(to: frame)[0])?.area ?? 0
            #expect(area < Self.side * Self.side * 3 / 2, "\(area) pixels on frame \(frame)")
        }
    }

    @Test("the mask of a prompt is the connected region of its class")
    func region() throws {
        let size = (width: 64, height: 48)
        // Class 1 in two places that class 0 parts; the left one is the more reliable, bounded by a pixel of 0.1.
        let frame = handMadeFrame(width: size.width, height: size.height, classes: 4) { x, y in
            if (8..<28).contains(x), (8..<40).contains(y) {
                return (1, x == 27 ? 0.1 : x == 12 && y == 20 ? 0.99 : 0.9)
            }
            if (40..<60).contains(x), (8..<40).contains(y) { return (1, 0.9) }
            return (0, x + y == 0 ? 0 : 0.3)
        }
        let tracks = try propagate(
            [frame], teacher: try AffinityTeacher(), options: .paper, progress: { _ in })
        #expect(tracks.prompts.map(\.classID) == [1])
        #expect(tracks.prompts.map(\.x) == [12] && tracks.prompts.map(\.y) == [20])
        #expect(tracks.masks[0][0] == rectangle(8..<27, 8..<40, width: size.width, height: size.height))
    }
    /// A frame with a square of a class, reliable at its middle, that can be prompted.
    private static func promptable(_ frame: WarmUpFrame, _ square: (x: Int, y: Int), side: Int) -> WarmUpFrame {
        let made = handMadeFrame(width: width, height: height, classes: 2) { x, y in
            let isInside = (0..<side).contains(x - square.x) && (0..<side).contains(y - square.y)
            let isMiddle = (x - square.x, y - square.y) == (side / 2, side / 2)
            return isInside ? (1, isMiddle ? 0.95 : 0.9) : (0, x + y == 0 ? 0 : 0.3)
        }
        return WarmUpFrame(
            index: frame.index,
            image: Image(width: width, height: height, pixels: Array(repeating: 90, count: width * height * 3)),
            levels: frame.levels, features: frame.features, logits: made.logits, prediction: made.prediction)
    }

    @Test("a region too small to be followed is refused, and the reason says how small")
    func smallRegion() throws {
        // 50 pixels of 640×480 are 7 of 256×160, rounded up.
        let observed = try Self.observe([nil])[0]
        for (side, area) in [(2, 4), (3, 9)] {
            let frame = Self.promptable(observed, (100, 80), side: side)
            let tracks = try propagate(
                [frame], teacher: try AffinityTeacher(), options: .paper, progress: { _ in })
            #expect(tracks.prompts.count == (area < 7 ? 0 : 1))
            #expect(
                tracks.refusals.map(\.reason)
                    == (area < 7 ? ["the region of its class has 4 pixels, at least 7 are needed"] : []))
        }
    }

    @Test("the way back begins with the masks it is given, and with prompts' own on their frames")
    func wayBack() throws {
        let squares = (0..<3).map { (x: 40 + 6 * $0, y: 48) }
        var frames = try Self.observe(squares)
        frames[1] = Self.promptable(frames[1], (160, 20), side: 40)
        let prompt = try #require(
            try propagate(frames, teacher: try AffinityTeacher(), options: .paper, progress: { _ in })
                .prompts.first { $0.frame == 1 })
        var tracker = try AffinityTeacher().makeTracker(over: frames)
        _ = tracker.advance(to: 0)
        _ = tracker.advance(to: 1)
        let seat = tracker.start(prompt)
        #expect(Self.mask(of: seat) == rectangle(160..<200, 20..<60, width: Self.width, height: Self.height))
        // As if it had been lost, and another had not.
        let other = prompt.object + 1
        let turned = tracker.turnBack(at: 2, masks: [other: Self.mask(squares[2])])
        #expect(turned[other] == .mask(Self.mask(squares[2])))
        #expect(
            turned[prompt.object]
                == .nothing(reason: "it was lost before the way back began, which finds it again on its prompt's frame")
        )
        let back = tracker.advance(to: 1)
        #expect(back[prompt.object] == seat)
        #expect(Set(back.keys) == [prompt.object, other])
    }
}
