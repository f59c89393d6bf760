package import Tensors

/// Notices that frames have become others than those of the warm-up: the model is less sure of them, or sees other classes.
///
/// Both are running means over the last eight frames or so, against the means of the warm-up. An alarm is given once; it is armed again when
/// both are back half the way. docs/adaptation.md has what the limits were chosen on, and what they find.
package struct DriftAlarm: Sendable {
    /// How much less sure of a cell the model may be, 0...1.
    package static let lessSure: Float = 0.1
    /// The share of cells, 0...1, that may have become others.
    package static let otherClasses: Float = 0.25
    /// How many frames count as of late.
    package static let memory: Float = 8

    /// What a model says of one frame, or of several in the mean.
    package struct View: Sendable, Equatable {
        /// The mean over cells of the highest probability, 0...1.
        package private(set) var confidence: Float
        /// The share of cells of each class.
        package private(set) var shares: [Float]

        fileprivate init(confidence: Float, shares: [Float]) { (self.confidence, self.shares) = (confidence, shares) }

        /// Looks at a quarter of the cells of logits `[h, w, C]`, every other one of every other row.
        package init(_ logits: Tensor) {
            let (width, classes) = (logits.shape[1], logits.shape[2])
            let own = logits.values
            var taken: [Float] = []
            for y in stride(from: 0, to: logits.shape[0], by: 2) {
                for x in stride(from: 0, to: width, by: 2) {
                    let place = (y * width + x) * classes
                    taken += own[place..<place + classes]
                }
            }
            let cells = taken.count / classes
            let probabilities = softmax(Tensor(taken, [cells, classes]))
            let values = probabilities.values
            (confidence, shares) = (0, [Float](repeating: 0, count: classes))
            for (cell, best) in probabilities.likeliestClasses.enumerated() {
                confidence += values[cell * classes + Int(best)] / Float(cells)
                shares[Int(best)] += 1 / Float(cells)
            }
        }

        /// The mean of several; nil of none.
        package init?(meanOf views: [View]) {
            guard var mean = views.first else { return nil }
            for (index, view) in views.enumerated().dropFirst() { mean.move(towards: view, by: 1 / Float(index + 1)) }
            self = mean
        }

        /// Goes a part of the way to another one.
        fileprivate mutating func move(towards other: View, by part: Float) {
            confidence += (other.confidence - confidence) * part
            for index in shares.indices { shares[index] += (other.shares[index] - shares[index]) * part }
        }

        /// The share of cells, 0...1, that would have to change their class: the total variation.
        func distance(to other: View) -> Float {
            zip(shares, other.shares).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
        }
    }

    /// How far frames of late are from the warm-up.
    package struct Drift: Sendable, Equatable {
        /// How sure the model was of a cell in the warm-up, and is of late, 0...1.
        package let usualConfidence, confidence: Float
        /// The share of cells, 0...1, that have other classes than in the warm-up.
        package let otherClasses: Float
    }

    private let usual: View
    private var lately: View
    /// Whether an alarm is given that has not ended.
    private var isRaised = false

    /// Watches for what differs from a warm-up, of which this is the mean.
    package init(usual: View) { (self.usual, lately) = (usual, usual) }

    /// Takes the next frame; gives how far things have drifted if it raises the alarm.
    package mutating func callAsFunction(_ view: View) -> Drift? {
        lately.move(towards: view, by: 1 / Self.memory)
        let drift = Drift(
            usualConfidence: usual.confidence, confidence: lately.confidence,
            otherClasses: lately.distance(to: usual))
        let lost = (usual.confidence - lately.confidence) / Self.lessSure
        let extent = max(lost, drift.otherClasses / Self.otherClasses)
        defer { isRaised = extent > (isRaised ? 0.5 : 1) }
        return extent > 1 && !isRaised ? drift : nil
    }

    /// The means of the warm-up and of late, and whether the alarm is raised: three rows `[3, C + 1]`.
    var state: [String: Tensor] {
        let rows = [[usual.confidence] + usual.shares, [lately.confidence] + lately.shares]
        let raised = [Float](repeating: isRaised ? 1 : 0, count: usual.shares.count + 1)
        return ["drift": Tensor((rows + [raised]).flatMap { $0 }, [3, usual.shares.count + 1])]
    }

    /// Goes on from what `state` gave; nil where that was nothing.
    ///
    /// - Throws: if it is not that.
    init?(_ state: [String: Tensor], classes: Int) throws(MethodError) {
        guard let rows = state["drift"] else { return nil }
        guard rows.shape == [3, classes + 1], rows.values.allSatisfy({ (-0.01...1.01).contains($0) }) else {
            throw MethodError("drift is \(rows.shape), expected \([3, classes + 1]) of shares")
        }
        let values = rows.values
        func view(_ row: Int) -> View {
            let start = row * (classes + 1)
            return View(confidence: values[start], shares: Array(values[start + 1..<start + classes + 1]))
        }
        (usual, lately, isRaised) = (view(0), view(1), values[2 * (classes + 1)] > 0)
    }
}
