import Engine
import Foundation
import Raster

/// Carries masks from frame to frame: each cell takes the labels of its best matches in the previous few frames and the
/// first one; cells whose way there and back ends on another label are dropped rather than guessed.
struct AffinityTracker: Tracker {
    /// The soft masks of one frame on the 1/4 grid.
    private struct Memory {
        let frame: Int
        /// What the cells are matched by, `[h, w, D]`.
        let descriptors: Tensor
        /// For each object the share of each cell it covers, 0...1, `[h · w]`.
        var mass: [Int: [Float]] = [:]
        /// For each object how much of that is known, 0 or 1, `[h · w]`.
        var known: [Int: [Float]] = [:]
    }

    private let frames: [WarmUpFrame]
    private let descriptor: AffinityDescriptor
    private let options: AffinityOptions
    private let toGrid: Resampling
    private let toFrame: Resampling
    private let size: (width: Int, height: Int)
    private var first: Memory?
    private var recent: [Memory] = []
    private var objects: Set<Int> = []

    init(frames: [WarmUpFrame], _ descriptor: AffinityDescriptor, _ options: AffinityOptions) {
        self.frames = frames
        self.descriptor = descriptor
        self.options = options
        size = (frames[0].image.width, frames[0].image.height)
        let grid = (height: frames[0].features[0].shape[0], width: frames[0].features[0].shape[1])
        let fine = (height: 4 * grid.height, width: 4 * grid.width)
        toGrid = Resampling(
            rows: .bilinear(from: size.height, to: fine.height).then(.means(of: 4, over: fine.height)),
            columns: .bilinear(from: size.width, to: fine.width).then(.means(of: 4, over: fine.width)))
        toFrame = .bilinear(grid, (size.height, size.width))
    }

    mutating func advance(to frame: Int) -> [Int: Mask] {
        var memory = Memory(frame: frame, descriptors: descriptor(frames[frame]))
        guard !objects.isEmpty else {
            // Nothing to carry: what was seen so far says nothing of objects to come.
            recent = [memory]
            return [:]
        }
        var references = Array(recent.prefix(options.previousFrames))
        if let first, !references.contains(where: { $0.frame == first.frame }) { references.append(first) }
        let map = memory.descriptors
        let matches = matchLocally(
            map, references.map { ($0.descriptors, coarseOffsets(map, $0.descriptors, options)) },
            radius: options.radius, penalty: options.penalty, count: options.matches)
        let weights = softmax(matches)
        let returns = roundTrips(matches, width: map.shape[1])
        let isHard = Float(returns.count { $0 != nil }) > options.hardPair * Float(returns.count)
        var masks: [Int: Mask] = [:]
        for object in objects.sorted() {
            let (mass, known) = carry(object, matches, weights, returns, isHard, references)
            memory.mass[object] = mass
            memory.known[object] = known
            let mask = mask(mass)
            if !mask.isEmpty { masks[object] = mask }
        }
        recent.insert(memory, at: 0)
        recent = Array(recent.prefix(options.previousFrames))
        return masks
    }

    mutating func add(_ masks: [Int: Mask]) {
        guard !masks.isEmpty, var current = recent.first else { return }
        for (object, mask) in masks {
            objects.insert(object)
            let pixels = Tensor(mask.pixels.map { $0 ? 1 : 0 }, [size.height, size.width, 1])
            let mass = toGrid(pixels).values
            current.mass[object] = mass
            current.known[object] = Array(repeating: 1, count: mass.count)
        }
        recent[0] = current
        // Objects that start later are unknown, not absent, on the first frame.
        if first == nil || first?.frame == current.frame { first = current }
    }

    /// The weights of each cell's matches.
    private func softmax(_ matches: LocalMatches) -> [Float] {
        var weights = [Float](repeating: 0, count: matches.cells.count)
        for start in stride(from: 0, to: weights.count, by: matches.count) {
            var total: Float = 0
            for index in start..<start + matches.count where matches.cells[index] >= 0 {
                weights[index] = expf(
                    (matches.similarities[index] - matches.similarities[start]) / options.temperature)
                total += weights[index]
            }
            for index in start..<start + matches.count { weights[index] /= max(total, .leastNormalMagnitude) }
        }
        return weights
    }

    /// For each cell where the way to its best match in the last frame and back ends, or nil if that is near.
    private func roundTrips(_ matches: LocalMatches, width: Int) -> [Int?] {
        let cells = matches.back.count
        // The best match within the last frame: lists are sorted, but may begin with other references.
        return (0..<cells).map { cell in
            let list = matches.cells[cell * matches.count..<(cell + 1) * matches.count]
            guard let best = list.first(where: { $0 >= 0 && $0 < cells }) else { return nil }
            let back = Int(matches.back[Int(best)])
            guard back >= 0 else { return nil }
            let distance = max(abs(back / width - cell / width), abs(back % width - cell % width))
            return distance > options.roundTrip ? back : nil
        }
    }

    /// The mass of an object on a frame, and where it is known.
    private func carry(
        _ object: Int, _ matches: LocalMatches, _ weights: [Float], _ returns: [Int?],
        _ isHard: Bool, _ references: [Memory]
    ) -> (mass: [Float], known: [Float]) {
        let cells = returns.count
        var mass = [Float](repeating: 0, count: cells)
        var known = mass
        let masses = references.map { $0.mass[object] }
        let knowns = references.map { $0.known[object] }
        for cell in 0..<cells {
            // The weight of matches in frames that the object was tracked on; earlier ones do not count against it.
            var tracked: Float = 0
            for index in cell * matches.count..<(cell + 1) * matches.count where matches.cells[index] >= 0 {
                let (reference, source) = (Int(matches.cells[index]) / cells, Int(matches.cells[index]) % cells)
                guard let values = masses[reference], let certain = knowns[reference] else { continue }
                tracked += weights[index]
                mass[cell] += weights[index] * values[source] * certain[source]
                known[cell] += weights[index] * certain[source]
            }
            mass[cell] = known[cell] > 1e-6 ? mass[cell] / known[cell] : 0
            known[cell] = known[cell] > 1e-6 && known[cell] >= options.known * tracked ? 1 : 0
        }
        let carried = mass
        for (cell, back) in returns.enumerated() {
            // In flat areas a round trip misses without harm, so only one that ends on another label counts; across a
            // large motion or a cut every miss does, and matches must be good besides.
            let differs = back.map { isHard || abs(carried[cell] - carried[$0]) > options.disagreement } ?? false
            let isPoor = isHard && matches.similarities[cell * matches.count] < options.hardSimilarity
            if differs || isPoor { known[cell] = 0 }
            mass[cell] *= known[cell]
        }
        return (mass, known)
    }

    /// The pixels an object covers.
    private func mask(_ mass: [Float]) -> Mask {
        let full = toFrame(Tensor(mass, [toFrame.rows.inputs, toFrame.columns.inputs, 1])).values
        return Mask(width: size.width, height: size.height, full.map { $0 > options.maskThreshold })
    }
}
