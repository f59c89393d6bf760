/// What can be wrong with a model's files: one sentence that says what, where, expected and found.
package struct CheckpointError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    package let description: String

    /// Makes an error of a whole sentence.
    package init(_ description: String) {
        self.description = description.printable
    }
}

extension String {
    /// The same with question marks for control characters: names from files may hold anything, and shall neither break a line
    /// nor command a terminal.
    package var printable: String {
        let scalars = unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}
