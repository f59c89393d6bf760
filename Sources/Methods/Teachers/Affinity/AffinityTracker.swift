import Compiled
import Dense
import Foundation
import Networks
package import Raster
import Tensors

/// Carries masks from frame to frame: each cell takes the labels of its best matches in the previous few frames and the
/// first one; cells whose way there and back ends on another label are dropped rather than guessed.
package struct AffinityTracker: Tracker {
    /// The soft masks of one frame on the finest grid: what later frames refer to.
    private struct Reference {
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
    private var first: Reference?
    private var recent: [Reference] = []
    /// The objects that are followed.
    private var objects: Set<Int> = []
    /// Where objects were prompted and what was found there: from that they set out anew on the way back.
    private var prompted: [Int: (frame: Int, mask: Mask)] = [:]

    init(_ frames: [WarmUpFrame], _ descriptor: AffinityDescriptor, _ options: AffinityOptions) {
        self.frames = frames
        self.descriptor = descriptor
        self.options = options
        size = (frames[0].image.width, frames[0].image.height)
        let grid = (height: frames[0].features[0].shape[0], width: frames[0].features[0].shape[1])
        let stride = frames[0].levels[0].stride
        let fine = (height: stride * grid.height, width: stride * grid.width)
        toGrid = Resampling(
            rows: .bilinear(from: size.height, to: fine.height).then(.means(of: stride, over: fine.height)),
            columns: .bilinear(from: size.width, to: fine.width).then(.means(of: stride, over: fine.width)))
        toFrame = .bilinear(grid, (size.height, size.width))
    }

    package mutating func advance(to frame: Int) -> [Int: Finding] {
        var findings = carry(to: frame)
        // Going forward, `start` is called after `advance`, so `prompted` has no object of this frame yet. Going back
        // it has, and those objects are reset to their prompts' masks.
        let masks = prompted.filter { $0.value.frame == frame }.mapValues(\.mask)
        add(masks)
        findings.merge(masks.mapValues { .mask($0) }) { _, new in new }
        return withLost(findings)
    }

    package mutating func start(_ prompt: Prompt) -> Finding {
        let finding = promptRegion(prompt, frames[prompt.frame], options)
        if case .mask(let mask) = finding {
            prompted[prompt.object] = (prompt.frame, mask)
            add([prompt.object: mask])
        }
        return finding
    }

    package mutating func turnBack(at frame: Int, masks: [Int: Mask]) -> [Int: Finding] {
        // The way back begins as the way forward did: what came after this frame is forgotten.
        (first, recent, objects) = (nil, [], [])
        _ = carry(to: frame)
        add(masks)
        return withLost(masks.mapValues { .mask($0) })
    }

    package mutating func start(_ masks: [Int: Mask], on frame: Int) {
        if recent.first?.frame != frame { _ = carry(to: frame) }
        add(masks)
    }

    /// Adds objects with their masks on the current frame.
    private mutating func add(_ masks: [Int: Mask]) {
        guard !masks.isEmpty, var current = recent.first else { return }
        for (object, mask) in masks {
            objects.insert(object)
            let pixels = Tensor(mask.pixels.map { $0 ? 1 : 0 }, [size.height, size.width, 1])
            let mass = toGrid(pixels).values
            current.mass[object] = mass
            current.known[object] = Array(repeating: 1, count: mass.count)
        }
        recent[0] = current
        // The first frame with objects stays a reference. An object that starts later has no entry there, so that its
        // matches in that frame count neither for nor against it.
        if first == nil || first?.frame == current.frame { first = current }
    }

    /// What was found, and of the objects that are not followed, why.
    private func withLost(_ findings: [Int: Finding]) -> [Int: Finding] {
        let lost = prompted.keys.filter { findings[$0] == nil }
        let reason = "it was lost before the way back began, which finds it again on its prompt's frame"
        return findings.merging(lost.map { ($0, .nothing(reason: reason)) }) { found, _ in found }
    }

    /// Moves all objects on to a frame.
    private mutating func carry(to frame: Int) -> [Int: Finding] {
        var current = Reference(frame: frame, descriptors: descriptor(frames[frame]))
        guard !objects.isEmpty else {
            // Nothing to carry: what was seen so far says nothing of objects to come.
            recent = [current]
            return [:]
        }
        var references = Array(recent.prefix(options.previousFrames))
        if let first, !references.contains(where: { $0.frame == first.frame }) { references.append(first) }
        let map = current.descriptors
        let matches = matchLocally(
            map, references.map { ($0.descriptors, coarseOffsets(map, $0.descriptors, options)) },
            radius: options.radius, penalty: options.penalty, count: options.matches)
        let weights = softmax(matches)
        let returns = roundTrips(matches, width: map.shape[1])
        let isHard = Float(returns.count { $0 != nil }) > options.hardShare * Float(returns.count)
        var findings: [Int: Finding] = [:]
        for object in objects.sorted() {
            let (mass, known) = carry(object, matches, weights, returns, isHard, references)
            current.mass[object] = mass
            current.known[object] = known
            findings[object] = finding(mass)
        }
        recent.insert(current, at: 0)
        recent = Array(recent.prefix(options.previousFrames))
        return findings
    }

    /// The weights of each cell's matches.
    private func softmax(_ matches: LocalMatches) -> [Float] {
        let temperature = options.temperature
        var weights = [Float](repeating: 0, count: matches.cells.count)
        for start in stride(from: 0, to: weights.count, by: matches.count) {
            var total: Float = 0
            for index in start..<start + matches.count where matches.cells[index] >= 0 {
                weights[index] = expf((matches.similarities[index] - matches.similarities[start]) / temperature)
                total += weights[index]
            }
            for index in start..<start + matches.count { weights[index] /= max(total, .leastNormalMagnitude) }
        }
        return weights
    }

    /// For each cell where the way to its best match in the last frame and back ends, or nil if that is near.
    private func roundTrips(_ matches: LocalMatches, width: Int) -> [Int?] {
        let cells = matches.back.count
        let tolerance = options.roundTrip
        // The best match within the last frame: lists are sorted, but may begin with other references.
        return (0..<cells).map { cell in
            let list = matches.cells[cell * matches.count..<(cell + 1) * matches.count]
            guard let best = list.first(where: { $0 >= 0 && $0 < cells }) else { return nil }
            let back = Int(matches.back[Int(best)])
            guard back >= 0 else { return nil }
            let distance = max(abs(back / width - cell / width), abs(back % width - cell % width))
            return distance > tolerance ? back : nil
        }
    }

    /// The mass of an object on a frame, and where it is known.
    private func carry(
        _ object: Int, _ matches: LocalMatches, _ weights: [Float], _ returns: [Int?],
        _ isHard: Bool, _ references: [Reference]
    ) -> (mass: [Float], known: [Float]) {
        let cells = returns.count
        let (knownShare, disagreement, hardSimilarity) = (
            options.knownShare, options.disagreement, options.hardSimilarity
        )
        var mass = [Float](repeating: 0, count: cells)
        var known = mass
        let masses = references.map { $0.mass[object] }
        let knowns = references.map { $0.known[object] }
        for cell in 0..<cells {
            // The total weight of matches in frames where the object already had a mask; matches in earlier frames are
            // left out.
            var tracked: Float = 0
            for index in cell * matches.count..<(cell + 1) * matches.count where matches.cells[index] >= 0 {
                let (reference, source) = (Int(matches.cells[index]) / cells, Int(matches.cells[index]) % cells)
                guard let values = masses[reference], let certain = knowns[reference] else { continue }
                tracked += weights[index]
                mass[cell] += weights[index] * values[source] * certain[source]
                known[cell] += weights[index] * certain[source]
            }
            mass[cell] = known[cell] > 1e-6 ? mass[cell] / known[cell] : 0
            known[cell] = known[cell] > 1e-6 && known[cell] >= knownShare * tracked ? 1 : 0
        }
        let carried = mass
        for (cell, back) in returns.enumerated() {
            // In areas without texture a match may lie elsewhere on the same surface, which is harmless: a failed round
            // trip drops its cell only if it ends on another label. In a hard pair (large motion, a cut) every failed
            // one does, and so does a match of low similarity.
            let differs = back.map { isHard || abs(carried[cell] - carried[$0]) > disagreement } ?? false
            let isPoor = isHard && matches.similarities[cell * matches.count] < hardSimilarity
            if differs || isPoor { known[cell] = 0 }
            mass[cell] *= known[cell]
        }
        return (mass, known)
    }

    /// The pixels an object covers by enough.
    private func finding(_ mass: [Float]) -> Finding {
        let threshold = options.maskThreshold
        let shares = toFrame(Tensor(mass, [toFrame.rows.inputs, toFrame.columns.inputs, 1])).values
        let mask = Mask(width: size.width, height: size.height, shares.map { $0 > threshold })
        guard mask.isEmpty else { return .mask(mask) }
        let most = Int((shares.max() ?? 0) * 100)
        return .nothing(
            reason: most == 0
                ? "nothing of it is left to follow"
                : "no pixel is its own by more than \(most) %, over \(Int(threshold * 100)) % are needed")
    }
}
