/// What can be wrong with a model's files: one sentence that says what, where, expected and found.
public struct CheckpointError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    public let description: String

    /// Makes an error of a whole sentence.
    public init(_ description: String) {
        self.description = description
    }
}
