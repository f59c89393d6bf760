import Checkpoints
import Networks

/// What a checkpoint is, as far as its description tells.
struct Inspection: Encodable {
    struct Size: Encodable {
        let width, height: Int
    }

    /// The file of tensors.
    let path: String
    let container: String
    let bytes: Int
    let tensors: Int
    /// Numbers in tensors that can be read.
    let parameters: Int
    /// How many tensors there are of each type.
    let types: [String: Int]
    private(set) var architecture: String?
    private(set) var layout: String?
    private(set) var input: Size?
    private(set) var classes: [String] = []
    /// What in it is not used.
    private(set) var notes: [String] = []
    /// Whether every tensor is there and has its shape, and none is left over.
    private(set) var fits = false
    /// The option it can be given to.
    private(set) var option: String?
    /// Why it does not fit.
    private(set) var reason: String?
    /// The first names, where it is no known network.
    private(set) var names: [String]?

    /// Reads the description of a checkpoint.
    ///
    /// - Throws: if there is none; what does not fit is told, not thrown.
    init(path: String) throws(CheckpointError) {
        let file = try openTensorFile(try ModelPlace(path: path).tensors)
        let stored = file.names.compactMap(file.description)
        self.path = file.path
        (container, bytes, tensors) = (file.container, file.size, stored.count)
        parameters = stored.reduce(0) { $0 + ($1.isReadable ? $1.shape.reduce(1, *) : 0) }
        types = Dictionary(stored.map { ($0.type, 1) }, uniquingKeysWith: +)
        do throws(CheckpointError) {
            try recognise(try PublishedModel(path: path, names: file.names))
        } catch {
            reason = error.description
            if architecture == nil { names = Array(file.names.sorted().prefix(4)) }
        }
    }

    private mutating func recognise(_ model: PublishedModel) throws(CheckpointError) {
        (architecture, layout, notes) = (model.architecture, model.layout, model.notes)
        input = model.inputSize.map { Size(width: $0.width, height: $0.height) }
        classes = try model.check()
        fits = true
        option =
            switch model {
            case .segFormer: "--model"
            case .sam2: "--teacher-model"
            }
    }
}
