package import Checkpoints

/// A DINOv2's checkpoint, recognised and not yet loaded.
package struct DINOv2File: PublishedModel {
    /// The shape of the network.
    package let configuration: DINOv2Configuration
    private let layout: DINOv2Layout
    private let file: any TensorFile

    /// Opens a Hugging Face directory, its `model.safetensors` beside `config.json`, or Meta's file.
    ///
    /// - Throws: if a file is missing or broken, or of a network that ditta does not have.
    package init(path: String) throws(CheckpointError) {
        let place = try ModelPlace(path: path)
        if place.isFolder {
            try expectFamily(DINOv2Configuration.modelTypes, at: place.configuration, as: "DINOv2 configuration")
        }
        file = try place.open()
        guard let layout = DINOv2Layout(names: file.names) else {
            let found = file.names.sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
            throw CheckpointError(
                "\(file.path): is no DINOv2: expected 'encoder.layer.0.layer_scale1.lambda1' or 'blocks.0.ls1.gamma', "
                    + "found \(found.isEmpty ? "no tensors" : found)")
        }
        guard !(layout.isMeta && place.isFolder) else {
            throw CheckpointError(
                "\(file.path): has Meta's names beside a config.json of Hugging Face; give the file by itself")
        }
        self.layout = layout
        configuration = try DINOv2Configuration(file, layout, description: layout.isMeta ? nil : place.configuration)
    }

    /// Loads it.
    ///
    /// - Throws: if tensors are missing, left over or misshapen, or hold what is no number.
    package func load() throws(CheckpointError) -> DINOv2 { try load(file) }

    private func load(_ file: any TensorFile) throws(CheckpointError) -> DINOv2 {
        let checkpoint = Checkpoint(file, names: layout.table)
        let network = try DINOv2(checkpoint.root, configuration)
        try checkpoint.finish()
        return network
    }
}

extension DINOv2File {
    package static let kind = PublishedKind(
        marks: "a DINOv2 ('encoder.layer.0.layer_scale1.lambda1', or 'blocks.0.ls1.gamma' of Meta)",
        option: "--teacher of 'ditta cloud'", modelTypes: DINOv2Configuration.modelTypes,
        recognises: { DINOv2Layout(names: $0) != nil },
        open: { path throws(CheckpointError) in try DINOv2File(path: path) })

    package var architecture: String {
        let (width, depth) = (configuration.width, configuration.depth)
        let name = configuration.size.map { "DINOv2 ViT-\($0)/14" } ?? "DINOv2 of width \(width) and depth \(depth)"
        return configuration.registers > 0 ? "\(name) with \(configuration.registers) registers" : name
    }

    package var layoutName: String { layout.isMeta ? "Meta" : "Hugging Face" }

    package var inputSize: (width: Int, height: Int)? {
        let side = configuration.grid * DINOv2Configuration.patch
        return (side, side)
    }

    package var notes: [String] {
        let count = file.names.count { name in DINOv2Layout.additions.contains { name.hasPrefix($0) } }
        return count == 0 ? [] : ["\(count) tensors are not used: a classifier"]
    }

    package func checkedClasses() throws(CheckpointError) -> [String] {
        _ = try load(ShapesOnly(file))
        return []
    }
}
