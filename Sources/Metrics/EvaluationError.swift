/// What can go wrong with labels given for evaluation: one sentence that says what, where, expected and found.
public struct EvaluationError: Error, CustomStringConvertible, Equatable {
    /// The sentence, without the name of the file, which only the caller knows.
    public let description: String

    /// Makes an error of a whole sentence.
    public init(_ description: String) {
        self.description = description
    }
}
