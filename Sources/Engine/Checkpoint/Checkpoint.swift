/// A checkpoint being loaded, strictly: every tensor is asked for by name and shape, and none may be left over.
///
/// Models take their weights in their initialisers, through a `Scope`; `finish` then says what nobody took.
public final class Checkpoint {
    private let path: String
    private let file: Safetensors
    private var untaken: Set<String>

    /// Opens a safetensors file.
    ///
    /// - Throws: if it cannot be read, is truncated, or is no safetensors file.
    public init(path: String) throws(CheckpointError) {
        self.path = path
        file = try Safetensors(path: path)
        untaken = file.names
    }

    /// The scope of all names.
    public var root: Scope { Scope(checkpoint: self, prefix: "") }

    /// Ends the loading.
    ///
    /// - Parameter ignoring: suffixes of names that the model is known not to need.
    /// - Throws: if tensors are left over.
    public func finish(ignoring: [String] = []) throws(CheckpointError) {
        let left = untaken.filter { name in !ignoring.contains { name.hasSuffix($0) } }.sorted()
        guard left.isEmpty else {
            let shown = left.prefix(4).joined(separator: ", ") + (left.count > 4 ? ", …" : "")
            throw CheckpointError("\(path): has \(left.count) tensors that the model does not use: \(shown)")
        }
    }

    fileprivate func shape(of name: String) throws(CheckpointError) -> [Int] {
        guard let shape = file.shape(of: name) else { throw missing(name) }
        return shape
    }

    fileprivate func extent(of name: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        let shape = try shape(of: name)
        guard shape.count == 1, range.contains(shape[0]) else {
            throw CheckpointError(
                "\(path): tensor '\(name)': expected one dimension of \(range.lowerBound) to \(range.upperBound), "
                    + "found shape \(shape)")
        }
        return shape[0]
    }

    fileprivate func take(_ name: String, _ expected: [Int]) throws(CheckpointError) -> Tensor {
        let shape = try shape(of: name)
        guard shape == expected else {
            throw CheckpointError("\(path): tensor '\(name)': expected shape \(expected), found \(shape)")
        }
        guard let tensor = try file.tensor(name) else { throw missing(name) }
        untaken.remove(name)
        return tensor
    }

    private func missing(_ name: String) -> CheckpointError {
        CheckpointError("\(path): has no tensor '\(name)'")
    }
}

/// A place in a checkpoint's tree of names.
public struct Scope {
    private let checkpoint: Checkpoint
    private let prefix: String

    fileprivate init(checkpoint: Checkpoint, prefix: String) {
        self.checkpoint = checkpoint
        self.prefix = prefix
    }

    /// The scope one or more names (parted by dots) down.
    public subscript(name: String) -> Scope {
        Scope(checkpoint: checkpoint, prefix: prefix + name + ".")
    }

    /// The scope of a numbered part.
    public subscript(index: Int) -> Scope { self[String(index)] }

    /// Takes a tensor.
    ///
    /// - Throws: if it is missing, of another shape, or of a type that cannot be read.
    public func tensor(_ name: String, _ first: Int, _ rest: Int...) throws(CheckpointError) -> Tensor {
        try checkpoint.take(prefix + name, [first] + rest)
    }

    /// Takes a tensor of whatever shape it has.
    ///
    /// - Throws: if it is missing or of a type that cannot be read.
    public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
        try checkpoint.take(prefix + name, shape(of: name))
    }

    /// The shape of a tensor, without taking it.
    ///
    /// - Throws: if it is missing.
    public func shape(of name: String) throws(CheckpointError) -> [Int] {
        try checkpoint.shape(of: prefix + name)
    }

    /// The extent of a tensor of one dimension, without taking it.
    ///
    /// - Throws: if it is missing, has more dimensions or none, or its extent is out of range.
    public func extent(of name: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        try checkpoint.extent(of: prefix + name, in: range)
    }
}
