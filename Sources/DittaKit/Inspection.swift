package import Checkpoints
import Networks

/// What a checkpoint is, as far as its description tells.
package struct Inspection: Codable, Sendable {
    package struct Size: Codable, Sendable {
        package let width, height: Int
    }

    /// The file of tensors.
    package let path: String
    package let container: String
    package let bytes: Int
    package let tensors: Int
    /// Numbers in tensors that can be read.
    package let parameters: Int
    /// How many tensors there are of each type.
    package let types: [String: Int]
    package private(set) var architecture: String?
    package private(set) var layout: String?
    package private(set) var input: Size?
    package private(set) var classes: [String] = []
    /// What in it is not used.
    package private(set) var notes: [String] = []
    /// Whether every tensor is there and has its shape, and none is left over.
    package private(set) var fits = false
    /// The option it can be given to.
    package private(set) var option: String?
    /// Why it does not fit.
    package private(set) var reason: String?
    /// The first names, where it is no known network.
    package private(set) var names: [String]?

    /// Reads the description of a checkpoint.
    ///
    /// - Throws: if there is none; what does not fit is told, not thrown.
    package init(path: String) throws(CheckpointError) {
        let file = try Self.open(path)
        let stored = file.names.compactMap(file.description)
        self.path = file.path
        (container, bytes, tensors) = (file.container, file.size, stored.count)
        parameters = stored.reduce(0) { $0 + ($1.isReadable ? $1.shape.reduce(1, *) : 0) }
        types = Dictionary(stored.map { ($0.type, 1) }, uniquingKeysWith: +)
        do throws(CheckpointError) {
            try recognise(try openPublishedModel(path, names: file.names))
        } catch {
            reason = error.description
            if architecture == nil { names = Array(file.names.sorted().prefix(4)) }
        }
    }

    /// Opens the tensors; where that fails, another network than ditta's is the better reason.
    private static func open(_ path: String) throws(CheckpointError) -> any TensorFile {
        do {
            return try ModelPlace(path: path).open()
        } catch {
            try expectKnownFamily(path)
            throw error
        }
    }

    private mutating func recognise(_ model: any PublishedModel) throws(CheckpointError) {
        (architecture, layout, notes) = (model.architecture, model.layoutName, model.notes)
        input = model.inputSize.map { Size(width: $0.width, height: $0.height) }
        classes = try model.checkedClasses()
        fits = true
        option = type(of: model).kind.option
    }
}
