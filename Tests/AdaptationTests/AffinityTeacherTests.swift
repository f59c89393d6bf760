import Adaptation
import Engine
import Networks
import Raster
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

    private static func jaccard(_ a: Mask?, _ b: Mask) -> Double {
        guard let a else { return 0 }
        let union = a.union(b).area
        return Double(a.area + b.area - union) / Double(union)
    }

    private static func observe(_ squares: [(x: Int, y: Int)?]) throws -> [WarmUpFrame] {
        var network = try SegFormer(path: shippedModel)
        network.preprocessor.resize = .stretch(width: width, height: height)
        let source = SourceModel(network, width: width, height: height, precision: .fp32)
        return squares.map { source.observe(picture($0)) }
    }

    @Test("a mask follows a textured square over a textured ground, in both directions of time")
    func follows() throws {
        let squares = (0..<6).map { (x: 40 + 6 * $0, y: 30 + 4 * $0) }
        let teacher = AffinityTeacher(frames: try Self.observe(squares))
        for order in [Array(0..<6), (0..<6).reversed()] {
            var tracker = teacher.makeTracker()
            #expect(tracker.advance(to: order[0]).isEmpty)
            tracker.add([3: Self.mask(squares[order[0]])])
            for frame in order.dropFirst() {
                let masks = tracker.advance(to: frame)
                #expect(Set(masks.keys).isSubset(of: [3]))
                let found = Self.jaccard(masks[3], Self.mask(squares[frame]))
                #expect(found > 0.8, "frame \(frame) of \(order)")
            }
        }
    }

    @Test("a track that starts later is carried besides the first, and disturbs it little")
    func second() throws {
        let squares = (0..<4).map { (x: 40 + 6 * $0, y: 48) }
        let teacher = AffinityTeacher(frames: try Self.observe(squares))
        var tracker = teacher.makeTracker()
        _ = tracker.advance(to: 0)
        tracker.add([0: Self.mask(squares[0])])
        _ = tracker.advance(to: 1)
        let ground = rectangle(160..<224, 16..<96, width: Self.width, height: Self.height)
        tracker.add([1: ground])
        var masks: [Int: Mask] = [:]
        for frame in 2..<4 { masks = tracker.advance(to: frame) }
        #expect(Self.jaccard(masks[0], Self.mask(squares[3])) > 0.8)
        #expect(Self.jaccard(masks[1], ground) > 0.8)
    }

    @Test("an object that is gone leaves no mask of half the frame")
    func lost() throws {
        let squares: [(x: Int, y: Int)?] = [(40, 40), (46, 42), nil, nil, nil]
        let teacher = AffinityTeacher(frames: try Self.observe(squares))
        var tracker = teacher.makeTracker()
        _ = tracker.advance(to: 0)
        tracker.add([0: Self.mask((40, 40))])
        for frame in 1..<5 {
            let area = tracker.advance(to: frame)[0]?.area ?? 0
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
        let tracks = propagate(
            [frame], teacher: AffinityTeacher(frames: [frame]), options: .paper, progress: { _, _ in })
        #expect(tracks.prompts.map(\.classID) == [1])
        #expect(tracks.prompts.map(\.x) == [12] && tracks.prompts.map(\.y) == [20])
        #expect(tracks.masks[0][0] == rectangle(8..<27, 8..<40, width: size.width, height: size.height))
    }
}
