package import Checkpoints

/// A published layout of a network that ditta has: how it is recognised, and opened.
package struct PublishedKind: Sendable {
    /// What its tensors' names begin with, for people: "a SegFormer ('segformer.encoder.…')".
    let marks: String
    /// The option of `ditta run` that takes it.
    package let option: String
    /// Whether a file with tensors of these names is such a network, one that cannot be loaded perhaps.
    let recognises: @Sendable (Set<String>) -> Bool
    /// Opens a directory or a file; throws if a file is missing or broken, or of a network that ditta cannot load.
    let open: @Sendable (String) throws(CheckpointError) -> any PublishedModel
}

/// The networks ditta has: a further one is a folder and a line here.
private let publishedKinds = [SegFormerFile.kind, SAM2File.kind]

/// A checkpoint recognised as a network that ditta has, and not yet loaded. Each network conforms in its own folder.
package protocol PublishedModel: Sendable {
    /// How it was recognised.
    static var kind: PublishedKind { get }
    /// What it is called: `SegFormer-B0`, `SAM 2.1 hiera-tiny`.
    var architecture: String { get }
    /// Whose names its tensors have.
    var layoutName: String { get }
    /// The size of the pictures it was published with, in pixels, where it says so.
    var inputSize: (width: Int, height: Int)? { get }
    /// What in it is not used, a sentence each.
    var notes: [String] { get }

    /// Loads it strictly without reading values.
    ///
    /// - Returns: the names of the classes it tells apart, if it does.
    /// - Throws: if tensors are missing, left over or misshapen.
    func checkedClasses() throws(CheckpointError) -> [String]
}

/// A published network that labels frames.
package protocol PublishedSegmentationModel: PublishedModel {
    /// Loads it.
    ///
    /// - Throws: if tensors are missing, left over or misshapen, or hold what is no number.
    func load() throws(CheckpointError) -> any SegmentationNetwork
}

/// Recognises the network that a directory or file holds.
///
/// - Parameter names: the names of its tensors.
/// - Throws: if it is none that ditta has, or one that it cannot load.
package func openPublishedModel(_ path: String, names: Set<String>) throws(CheckpointError) -> any PublishedModel {
    guard let kind = publishedKinds.first(where: { $0.recognises(names) }) else {
        throw CheckpointError(
            "\(path): is no network that ditta has; expected " + publishedKinds.map(\.marks).joined(separator: " or "))
    }
    return try kind.open(path)
}

/// Loads the segmentation network that a directory or file holds.
///
/// - Throws: if a file is missing or broken, if it is no network that labels frames, or if tensors are missing, left over or
///   misshapen.
package func loadSegmentationNetwork(_ path: String) throws(CheckpointError) -> any SegmentationNetwork {
    let names = (try? openTensorFile(ModelPlace(path: path).tensors))?.names ?? []
    // What nobody recognises, or cannot be opened at all, SegFormer's loader tells best.
    let kind = publishedKinds.first { $0.recognises(names) } ?? SegFormerFile.kind
    guard let model = try kind.open(path) as? any PublishedSegmentationModel else {
        throw CheckpointError("\(path): is \(kind.marks), which labels no frames; expected a segmentation network")
    }
    return try model.load()
}
