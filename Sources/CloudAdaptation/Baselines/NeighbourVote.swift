import Tensors

/// Features and class probabilities of voxels, whose neighbours vote.
///
/// Source: Chen et al., "Contrastive test-time adaptation", 2022, section 3.1.
struct NeighbourVote {
    private var features, probabilities: RowMemory

    /// Makes room for so many voxels.
    init(capacity: Int, channels: Int, classes: Int) {
        features = RowMemory(capacity: capacity, columns: channels)
        probabilities = RowMemory(capacity: capacity, columns: classes)
    }

    /// Remembers features `[N, C]` of unit length, and probabilities `[N, K]`.
    mutating func remember(_ features: Tensor, _ probabilities: Tensor) {
        self.features.append(features)
        self.probabilities.append(probabilities)
    }

    /// The likeliest class by the mean probabilities of the nearest neighbours, by cosine.
    ///
    /// - Parameters:
    ///   - queries: features `[N, C]` of unit length.
    ///   - neighbours: how many vote; fewer, if no more are remembered, but at least one.
    /// - Returns: the classes `[N]`.
    func callAsFunction(_ queries: Tensor, neighbours: Int) -> [UInt16] {
        let (known, votes) = (features.rows, probabilities.rows)
        let (classes, most) = (votes.columns, min(neighbours, known.rows))
        precondition(most > 0, "no neighbour is known")
        var winners: [UInt16] = []
        for block in blocks(of: queries.rows) {
            let cosines = matmul(rows(block, of: queries), .plain, known, .transposed)
            let sums = Tensor(zeros: [block.count, classes])
            parallelFor(block.count, grain: 8) { range in
                for row in range {
                    let nearest = unsafe largest(most, cosines.pointer + row * known.rows, known.rows)
                    for place in nearest {
                        for c in 0..<classes {
                            unsafe sums.pointer[row * classes + c] += votes.pointer[place * classes + c]
                        }
                    }
                }
            }
            winners += sums.likeliestClasses
        }
        return winners
    }
}

/// The places of the largest of some numbers, the first of equal ones.
private func largest(_ most: Int, _ values: UnsafePointer<Float>, _ count: Int) -> [Int] {
    var best: [(value: Float, place: Int)] = []
    for place in 0..<count {
        let value = unsafe values[place]
        guard best.count < most || value > best[best.count - 1].value else { continue }
        let rank = best.firstIndex { $0.value < value } ?? best.count
        best.insert((value, place), at: rank)
        if best.count > most { best.removeLast() }
    }
    return best.map(\.place)
}
