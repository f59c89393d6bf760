package import Tensors

/// A place in a checkpoint's tree of names.
package struct Scope {
    private let checkpoint: Checkpoint
    private let prefix: String

    init(checkpoint: Checkpoint, prefix: String) {
        self.checkpoint = checkpoint
        self.prefix = prefix
    }

    /// The scope one or more names (parted by dots) down.
    package subscript(name: String) -> Scope {
        Scope(checkpoint: checkpoint, prefix: prefix + name + ".")
    }

    /// The scope of a numbered part.
    package subscript(index: Int) -> Scope { self[String(index)] }

    /// Takes a tensor.
    ///
    /// - Throws: if it is missing, of another shape, or of a type that cannot be read.
    package func tensor(_ name: String, _ first: Int, _ rest: Int...) throws(CheckpointError) -> Tensor {
        try checkpoint.take(prefix + name, [first] + rest)
    }

    /// Takes a tensor of whatever shape it has.
    ///
    /// - Throws: if it is missing or of a type that cannot be read.
    package func tensor(_ name: String) throws(CheckpointError) -> Tensor {
        try checkpoint.take(prefix + name, shape(of: name))
    }

    /// The shape of a tensor, without taking it.
    ///
    /// - Throws: if it is missing.
    package func shape(of name: String) throws(CheckpointError) -> [Int] {
        try checkpoint.shape(of: prefix + name)
    }

    /// The extent of a tensor of one dimension, without taking it.
    ///
    /// - Throws: if it is missing, has more dimensions or none, or its extent is out of range.
    package func extent(of name: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        try checkpoint.extent(of: prefix + name, in: range)
    }
}
