/// What can go wrong with a video, a model or its options, as one sentence: what, where, expected and found.
public struct DittaError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    public let description: String

    /// Makes an error of a whole sentence.
    package init(_ description: String) { self.description = description }
}
