/// Counts of predicted against true classes over all valid pixels of an evaluated set.
///
/// The counts are pooled over everything added and never averaged per picture or per video, as in the evaluation code
/// of VSPW and CFFM. Pixels whose truth is void are not counted at all. With `K` the matrix, `truth` the sum of a row
/// and `predicted` the sum of a column, a class has
///
///     IoU = K[c][c] / (truth[c] + predicted[c] - K[c][c])
package struct ConfusionMatrix: Sendable, Equatable {
    /// The number of classes.
    package let classes: Int
    /// Pixels `[truth class, predicted class]`, row-major.
    package private(set) var counts: [Int]

    /// Makes an empty matrix for at least one class.
    package init(classes: Int) {
        precondition(classes > 0, "a confusion matrix has at least one class, not \(classes)")
        self.classes = classes
        counts = [Int](repeating: 0, count: classes * classes)
    }

    /// Counts one frame.
    ///
    /// - Parameters:
    ///   - prediction: class ids of all pixels, below `classes` wherever the truth is.
    ///   - truth: class ids of the same pixels; ids from `classes` on are void.
    package mutating func add(prediction: [UInt16], truth: [UInt16]) {
        precondition(prediction.count == truth.count, "\(prediction.count) predictions for \(truth.count) pixels")
        // Labels come in runs, so equal pixels are gathered before they touch the matrix.
        var cell = 0
        var run = 0
        for (predicted, actual) in zip(prediction, truth) where Int(actual) < classes {
            let here = Int(actual) * classes + Int(predicted)
            if here != cell {
                counts[cell] += run
                cell = here
                run = 0
            }
            run += 1
        }
        counts[cell] += run
    }

    /// Adds another matrix of as many classes.
    package mutating func add(_ other: ConfusionMatrix) {
        precondition(other.classes == classes, "\(other.classes) and \(classes) classes")
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The number of pixels of each class in the truth.
    package var truthPixels: [Int] {
        (0..<classes).map { row in counts[row * classes..<(row + 1) * classes].reduce(0, +) }
    }

    /// The number of valid pixels predicted as each class.
    package var predictedPixels: [Int] {
        var sums = [Int](repeating: 0, count: classes)
        for row in 0..<classes {
            for column in 0..<classes { sums[column] += counts[row * classes + column] }
        }
        return sums
    }

    /// The number of rightly predicted pixels of each class.
    package var correctPixels: [Int] {
        (0..<classes).map { counts[$0 * classes + $0] }
    }
}
