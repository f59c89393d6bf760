/// A point that starts an object: the most reliable pixel of a class in a frame.
package struct Prompt: Sendable, Equatable {
    /// The index of the object it starts.
    package let object: Int
    /// The index of the frame among the warm-up frames.
    package let frame: Int
    /// The class the source model sees there.
    package let classID: Int
    /// The column of the pixel.
    package let x: Int
    /// The row of the pixel.
    package let y: Int
    /// The reliability there, 0...1.
    package let reliability: Float

    /// Makes a prompt.
    package init(object: Int, frame: Int, classID: Int, x: Int, y: Int, reliability: Float) {
        (self.object, self.frame, self.classID) = (object, frame, classID)
        (self.x, self.y, self.reliability) = (x, y, reliability)
    }
}

/// The peak of each class's reliability in a frame, most reliable first: where prompts may be set (method step 11).
///
/// The first pixel in row-major order that attains the peak is taken; classes of equal peaks keep the order of their ids.
package func reliabilityPeaks(
    labels: [UInt16], reliability: [Float], classes: Int
) -> [(classID: Int, pixel: Int, reliability: Float)] {
    var peak = [Float](repeating: -1, count: classes)
    var pixel = [Int](repeating: 0, count: classes)
    for index in labels.indices where reliability[index] > peak[Int(labels[index])] {
        peak[Int(labels[index])] = reliability[index]
        pixel[Int(labels[index])] = index
    }
    return (0..<classes).filter { peak[$0] >= 0 }
        .sorted { peak[$0] != peak[$1] ? peak[$0] > peak[$1] : $0 < $1 }
        .map { ($0, pixel[$0], peak[$0]) }
}
