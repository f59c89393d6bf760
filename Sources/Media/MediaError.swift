/// What can go wrong with a picture or video file: one sentence that says what, where, expected and found.
public struct MediaError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    public let description: String

    /// Makes an error of a whole sentence.
    public init(_ description: String) {
        self.description = description
    }
}
