import Tensors

/// A checkpoint being loaded, strictly: every tensor is asked for by name and shape, and none may be left over.
///
/// Models take their weights in their initialisers, through a `Scope`; `finish` then says what nobody took. Where the file
/// has other names than the model, a `NameTable` stands between them, and messages say both.
package final class Checkpoint {
    private let file: any TensorFile
    private let table: NameTable
    private let isTrusted: Bool
    private var untaken: Set<String>
    /// Of tensors that are taken in shares, the shares that were.
    private var taken: [String: Set<Int>] = [:]

    /// Opens a safetensors file or one of torch.save, whose names are the model's.
    ///
    /// - Throws: if it cannot be read, is truncated, or is no such file.
    package convenience init(path: String) throws(CheckpointError) {
        self.init(try openTensorFile(path))
    }

    /// Loads from an open file under the names of a table.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - table: the model's names beside the file's.
    ///   - isTrusted: whether numbers may be NaN or infinite, as those of a network in training may.
    package init(_ file: any TensorFile, names table: NameTable = NameTable(), isTrusted: Bool = false) {
        (self.file, self.table, self.isTrusted) = (file, table, isTrusted)
        untaken = file.names.filter { !table.isUnneeded($0) }
    }

    /// The scope of all names.
    package var root: Scope { Scope(checkpoint: self, prefix: "") }

    /// Ends the loading.
    ///
    /// - Parameter ignoring: the model's names that it is known not to need, or suffixes of names in the file.
    /// - Throws: if tensors are left over.
    package func finish(ignoring: [String] = []) throws(CheckpointError) {
        let unneeded = ignoring + ignoring.flatMap { table.source(of: $0).names }
        let left = untaken.filter { name in !unneeded.contains { name.hasSuffix($0) } }.sorted()
        guard left.isEmpty else {
            let shown = left.prefix(4).joined(separator: ", ") + (left.count > 4 ? ", …" : "")
            throw CheckpointError("\(file.path): has \(left.count) tensors that the model does not use: \(shown)")
        }
    }

    /// The shape of a tensor, by the model's name.
    func shape(of name: String) throws(CheckpointError) -> [Int] {
        switch table.source(of: name) {
        case .whole(let source):
            return try stored(source, for: name)
        case .share(_, let count, let source):
            let shape = try stored(source, for: name)
            guard let rows = shape.first, rows % count == 0 else {
                throw CheckpointError(
                    "\(file.path): tensor \(label(source, name)): expected \(count) equal shares of rows, "
                        + "found shape \(shape)")
            }
            return [rows / count] + shape.dropFirst()
        case .stacked(let sources):
            return try stackedShape(sources, for: name)
        case .copies(let sources):
            return try stored(present(sources), for: name)
        }
    }

    func extent(of name: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        let shape = try shape(of: name)
        guard shape.count == 1, range.contains(shape[0]) else {
            throw CheckpointError(
                "\(file.path): tensor \(label(of: name)): expected one dimension of \(range.lowerBound) to "
                    + "\(range.upperBound), found shape \(shape)")
        }
        return shape[0]
    }

    func take(_ name: String, _ expected: [Int]) throws(CheckpointError) -> Tensor {
        let shape = try shape(of: name)
        guard shape == expected else {
            throw CheckpointError("\(file.path): tensor \(label(of: name)): expected shape \(expected), found \(shape)")
        }
        let tensor: Tensor
        switch table.source(of: name) {
        case .whole(let source):
            tensor = try read(source, for: name)
            untaken.remove(source)
        case .share(let index, let count, let source):
            let whole = try read(source, for: name)
            // A copy, so that no share keeps the others in memory.
            tensor = Tensor(whole.storage, shape, offset: whole.offset + index * shape.reduce(1, *)).copy()
            taken[source, default: []].insert(index)
            if taken[source]?.count == count { untaken.remove(source) }
        case .stacked(let sources):
            var parts: [Tensor] = []
            for source in sources { parts.append(try read(source, for: name)) }
            tensor = Tensor(stacked(parts).storage, shape, offset: 0)
            untaken.subtract(sources)
        case .copies(let sources):
            tensor = try read(present(sources), for: name)
            try expectEqual(sources, to: tensor, for: name)
            untaken.subtract(sources)
        }
        return tensor
    }

    private func expectEqual(_ sources: [String], to tensor: Tensor, for name: String) throws(CheckpointError) {
        for source in sources where file.names.contains(source) {
            guard try read(source, for: name).values == tensor.values else {
                throw CheckpointError(
                    "\(file.path): tensors \(sources.map { "'\($0)'" }.joined(separator: " and ")): "
                        + "expected the same values, found different ones")
            }
        }
    }

    private func stackedShape(_ sources: [String], for name: String) throws(CheckpointError) -> [Int] {
        var shapes: [[Int]] = []
        for source in sources {
            let shape = try stored(source, for: name)
            // Limited to Int32.max, so that the sum of the rows cannot overflow.
            guard let rows = shape.first, rows <= Int32.max, shape == shapes.first ?? shape else {
                throw CheckpointError(
                    "\(file.path): tensor \(label(source, name)): expected rows as of '\(sources[0])', "
                        + "found shape \(shape)")
            }
            shapes.append(shape)
        }
        return [shapes.reduce(0) { $0 + $1[0] }] + (shapes.first ?? []).dropFirst()
    }

    private func stored(_ source: String, for name: String) throws(CheckpointError) -> [Int] {
        guard let shape = file.shape(of: source) else { throw missing(source, name) }
        return shape
    }

    private func read(_ source: String, for name: String) throws(CheckpointError) -> Tensor {
        guard let tensor = try file.tensor(source) else { throw missing(source, name) }
        guard isTrusted || tensor.isFinite else {
            throw CheckpointError(
                "\(file.path): tensor \(label(source, name)): expected finite numbers, found NaN or infinity")
        }
        return tensor
    }

    private func present(_ sources: [String]) -> String {
        sources.first { file.names.contains($0) } ?? sources[0]
    }

    private func missing(_ source: String, _ name: String) -> CheckpointError {
        CheckpointError("\(file.path): has no tensor \(label(source, name))")
    }

    /// The name in the file, and the model's where it is another.
    private func label(_ source: String, _ name: String) -> String {
        source == name ? "'\(name)'" : "'\(source)' (the model's '\(name)')"
    }

    private func label(of name: String) -> String {
        switch table.source(of: name) {
        case .whole(let source), .share(_, _, let source): label(source, name)
        case .stacked(let sources): label(sources[0], name)
        case .copies(let sources): label(present(sources), name)
        }
    }
}
