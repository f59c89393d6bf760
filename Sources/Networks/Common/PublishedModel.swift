package import Checkpoints

/// A published layout of a network that ditta has: how it is recognised, and opened.
package struct PublishedKind: Sendable {
    /// What its tensors' names begin with, for people: "a SegFormer ('segformer.encoder.…')".
    let marks: String
    /// The option of `ditta run` that takes it.
    package let option: String
    /// The `model_type` of its `config.json`, where it has one.
    let modelTypes: [String]
    /// Whether a file with tensors of these names is such a network, one that cannot be loaded perhaps.
    let recognises: @Sendable (Set<String>) -> Bool
    /// Opens a directory or a file; throws if a file is missing or broken, or of a network that ditta cannot load.
    let open: @Sendable (String) throws(CheckpointError) -> any PublishedModel
}

/// A checkpoint recognised as a network that ditta has, and not yet loaded.
///
/// Each network conforms in its own folder.
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
