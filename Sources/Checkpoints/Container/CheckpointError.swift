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
    /// The same with question marks for what is no visible character: names from files may hold anything, and shall neither
    /// break a line, nor command a terminal, nor turn the order of what follows.
    package var printable: String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "?"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
