/// What can be wrong with point clouds, cameras and their files: one sentence that says what, where, expected and found.
package struct CloudError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    package let description: String

    /// Makes an error of a whole sentence.
    package init(_ description: String) {
        self.description = description
    }
}
