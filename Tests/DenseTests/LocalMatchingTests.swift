import Dense
import Tensors
import TestSupport
import Testing

/// Local matching against looking at everything.
struct LocalMatchingTests {
    struct Shape: CustomTestStringConvertible {
        let height, width, channels, references, radius, count: Int
        var centers: ClosedRange<Int32> = 0...0
        var testDescription: String {
            "\(references) of \(height)×\(width)×\(channels), radius \(radius), best \(count), centres \(centers)"
        }
    }

    struct Match {
        let query, cell: Int
        let similarity: Double
    }

    /// All matches within all windows; windows whose centre is outside are moved to the border.
    private func all(
        _ shape: Shape, _ query: [Double], _ references: [(map: Tensor, centers: [Int32])], penalty: Double
    ) -> [[Match]] {
        let (h, w, d) = (shape.height, shape.width, shape.channels)
        return references.enumerated().map { index, reference in
            let other = reference.map.doubles
            var matches: [Match] = []
            for cell in 0..<h * w {
                let cy = min(max(cell / w + Int(reference.centers[2 * cell]), 0), h - 1)
                let cx = min(max(cell % w + Int(reference.centers[2 * cell + 1]), 0), w - 1)
                for y in max(cy - shape.radius, 0)...min(cy + shape.radius, h - 1) {
                    for x in max(cx - shape.radius, 0)...min(cx + shape.radius, w - 1) {
                        let own = row(query, cell, d)
                        let difference = zip(own, row(other, y * w + x, d)).map { $0 - $1 }
                        let offset = Double((y - cy) * (y - cy) + (x - cx) * (x - cx))
                        let loss = penalty * offset / Double(max(shape.radius * shape.radius, 1))
                        matches.append(
                            Match(
                                query: cell, cell: index * h * w + y * w + x,
                                similarity: -0.5 * dot(difference, difference) - loss))
                    }
                }
            }
            return matches
        }
    }

    @Test(
        "the best few of every window, and the way back",
        arguments: [
            Shape(height: 1, width: 1, channels: 1, references: 1, radius: 3, count: 2),
            Shape(height: 6, width: 7, channels: 16, references: 1, radius: 0, count: 1),
            Shape(height: 9, width: 8, channels: 5, references: 1, radius: 2, count: 4),
            Shape(height: 5, width: 11, channels: 17, references: 3, radius: 1, count: 10, centers: -2...3),
            Shape(height: 8, width: 6, channels: 33, references: 2, radius: 2, count: 5, centers: -40...40),
        ])
    func bruteForce(shape: Shape) {
        var random = RandomNumbers(seed: 1)
        let cells = shape.height * shape.width
        let size = [shape.height, shape.width, shape.channels]
        let query = random.uniform(size, bound: 1)
        let span = UInt64(shape.centers.count)
        let references = (0..<shape.references).map { _ in
            (
                map: random.uniform(size, bound: 1),
                centers: (0..<2 * cells).map { _ in shape.centers.lowerBound + Int32(random.next() % span) }
            )
        }
        let found = matchLocally(query, references, radius: shape.radius, penalty: 0.3, count: shape.count)
        let matches = all(shape, query.doubles, references, penalty: 0.3)
        #expect(found.cells.count == cells * shape.count)
        for cell in 0..<cells {
            let best = matches.joined().filter { $0.query == cell }.sorted { $0.similarity > $1.similarity }
            for place in 0..<shape.count {
                let slot = cell * shape.count + place
                guard place < best.count else {
                    #expect(found.cells[slot] == -1)
                    #expect(found.similarities[slot] == -.infinity)
                    continue
                }
                #expect(Int(found.cells[slot]) == best[place].cell, "cell \(cell), place \(place)")
                // Half distances up to 30 in single precision.
                #expect(abs(Double(found.similarities[slot]) - best[place].similarity) < 1e-5)
            }
            let back = matches[0].filter { $0.cell == cell }.max { $0.similarity < $1.similarity }
            #expect(Int(found.back[cell]) == back?.query ?? -1, "back from \(cell)")
        }
    }

    @Test("a map moved by a few cells is found again")
    func motion() {
        var random = RandomNumbers(seed: 2)
        let (height, width) = (10, 12)
        let map = random.uniform([height, width, 16], bound: 1)
        let (values, fresh) = (map.values, random.uniform([height, width, 16], bound: 1).values)
        // What was at (y, x) is now at (y + 1, x + 2); what comes in at the border is new.
        let moved = (0..<height * width).flatMap { cell -> ArraySlice<Float> in
            let (y, x) = (cell / width - 1, cell % width - 2)
            guard y >= 0, x >= 0 else { return fresh[cell * 16..<(cell + 1) * 16] }
            return values[(y * width + x) * 16..<(y * width + x + 1) * 16]
        }
        let still = [Int32](repeating: 0, count: 2 * height * width)
        let found = matchLocally(
            Tensor(moved, map.shape), [(map, still)], radius: 2, penalty: 0.1, count: 1)
        for y in 1..<height {
            for x in 2..<width {
                #expect(Int(found.cells[y * width + x]) == (y - 1) * width + x - 2)
                #expect(Int(found.back[(y - 1) * width + x - 2]) == y * width + x)
            }
        }
    }
}
