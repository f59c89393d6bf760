/// Why points cannot be put into voxels.
package struct VoxelError: Error, CustomStringConvertible, Equatable {
    /// The sentence.
    package let description: String

    /// Makes an error of a whole sentence.
    init(_ description: String) { self.description = description }
}
