/// Counts of predicted against true classes.
public struct ConfusionMatrix: Sendable {
    /// The number of classes.
    public let classes: Int

    /// Makes an empty matrix.
    public init(classes: Int) {
        self.classes = classes
    }
}
