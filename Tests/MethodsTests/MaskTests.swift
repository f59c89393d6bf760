import Raster
import Tensors
import Testing

/// Sets of pixels kept as runs.
struct MaskTests {
    private func mask(_ rows: String...) -> Mask {
        Mask(width: rows[0].count, height: rows.count, rows.joined().map { $0 == "#" })
    }

    @Test("runs are taken from pixels and give them back")
    func runs() {
        let mask = mask("#..##", "#....", "....#")
        #expect(mask.runs == [0..<1, 3..<6, 14..<15])
        #expect(mask.area == 5)
        var visited: [Int] = []
        mask.forEach { visited.append($0) }
        #expect(visited == [0, 3, 4, 5, 14])
        #expect(Mask(width: 5, height: 3, mask.pixels) == mask)
    }

    @Test("nothing and everything", arguments: [(1, 1), (1, 9), (7, 1), (8, 5)])
    func extremes(width: Int, height: Int) {
        let nothing = Mask(width: width, height: height, Array(repeating: false, count: width * height))
        let everything = Mask(width: width, height: height, Array(repeating: true, count: width * height))
        #expect(nothing.isEmpty && nothing.area == 0 && nothing.runs.isEmpty)
        #expect(everything.runs == [0..<Int32(width * height)])
        #expect(nothing.union(everything) == everything && nothing.dilated(3) == nothing)
        #expect(everything.dilated(2) == everything)
    }

    @Test("a round trip of any pixels, and their union", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = RandomNumbers(seed: seed)
        let first = (0..<13 * 7).map { _ in random.unit() < 0.4 }
        let second = (0..<13 * 7).map { _ in random.unit() < 0.4 }
        let (a, b) = (Mask(width: 13, height: 7, first), Mask(width: 13, height: 7, second))
        #expect(a.pixels == first)
        #expect(a.area == first.count { $0 })
        #expect(zip(a.runs, a.runs.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
        #expect(a.union(b).pixels == zip(first, second).map { $0 || $1 })
    }

    @Test("grown by 4-connected neighbours, which do not wrap around the border")
    func dilated() {
        let seed = mask(".....", ".....", "..#..", ".....", ".....")
        #expect(seed.dilated(0) == seed)
        #expect(seed.dilated(1) == mask(".....", "..#..", ".###.", "..#..", "....."))
        #expect(seed.dilated(2) == mask("..#..", ".###.", "#####", ".###.", "..#.."))
        #expect(mask("...", "#..", "...").dilated(1) == mask("#..", "##.", "#.."))
        #expect(mask("..#", "...", "...").dilated(1) == mask(".##", "..#", "..."))
    }
}
