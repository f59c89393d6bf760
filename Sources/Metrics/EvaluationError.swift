/// What can go wrong with labels given for evaluation: one sentence that says what, where, expected and found.
package struct EvaluationError: Error, CustomStringConvertible, Equatable {
    /// The sentence, without the name of the file, which only the caller knows.
    package let description: String

    /// Makes an error of a whole sentence.
    package init(_ description: String) {
        self.description = description
    }
}
