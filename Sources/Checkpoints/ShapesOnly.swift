package import Tensors

/// A file whose tensors are all zeros: with it a network's own loader tells whether a checkpoint fits, without reading it.
package struct ShapesOnly: TensorFile {
    private let file: any TensorFile
    /// Memory for the largest tensor, which all of them are views of.
    private let zeros: Tensor

    /// Stands in for a file.
    package init(_ file: any TensorFile) {
        self.file = file
        let sizes = file.names.map { name in
            // Others may have any shape, for they are not read.
            guard let stored = file.description(of: name), stored.isReadable else { return 0 }
            return stored.shape.reduce(1, *)
        }
        zeros = Tensor(zeros: [sizes.lazy.filter { $0 <= Self.limit }.max() ?? 0])
    }

    /// The most numbers a tensor may have: many times those of the largest in any network here, and 1 GiB.
    private static let limit = 1 << 28

    package var path: String { file.path }
    package var container: String { file.container }
    package var size: Int { file.size }
    package var names: Set<String> { file.names }
    package var classNames: [String] { file.classNames }
    package var metadata: [String: String] { file.metadata }

    package func description(of name: String) -> StoredTensor? { file.description(of: name) }

    package func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
        guard let stored = file.description(of: name) else { return nil }
        guard stored.isReadable else { throw unreadable(name, stored.type) }
        guard stored.shape.reduce(1, *) <= Self.limit else {
            throw CheckpointError(
                "\(path): tensor '\(name)': expected at most \(Self.limit) numbers, found \(stored.shape)")
        }
        return Tensor(zeros.storage, stored.shape, offset: 0)
    }
}
