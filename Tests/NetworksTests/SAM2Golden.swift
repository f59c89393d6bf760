import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// A small SAM 2 of synthetic weights and what transformers computes with it; Golden/sam2/make.py made the values.
struct SAM2Golden {
    let configuration: SAM2Configuration
    /// The weights.
    let root: Scope
    private let checkpoint: Checkpoint
    private let values: Scope

    static let small = ["small-2.1", "small-2.0"]

    init(_ name: String) throws {
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/sam2/" + name
        values = try Checkpoint(path: folder + "/golden.safetensors").root
        let (configuration, checkpoint) = try withTemporaryFolder { temporary in
            try writeSyntheticModel(of: folder, to: temporary)
            return (
                try SAM2Configuration(path: temporary + "/config.json"),
                try Checkpoint(path: temporary + "/model.safetensors")
            )
        }
        (self.configuration, self.checkpoint) = (configuration, checkpoint)
        root = checkpoint.root
    }

    var side: Int { configuration.imageSize }
    var grid: Int { side / 16 }

    /// A frame `[side, side, 3]`.
    func frame(_ index: Int) -> Tensor {
        channelsLast(syntheticFrame(index, side: side).reshaped(1, 3, side, side))
    }

    /// A golden value.
    func value(_ name: String) throws -> Tensor {
        // Names have dots of their own.
        let parts = name.split(separator: ".").map(String.init)
        return try parts.dropLast().reduce(values) { $0[$1] }.tensor(parts[parts.count - 1])
    }

    /// Expects every `stride`-th value of a map `[cells, C]`, taken channels first, to be a golden one.
    func expect(
        _ map: Tensor, _ name: String, stride: Int, absolute: Float, relative: Float = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (columns, rows, values) = (map.columns, map.rows, map.values)
        let picked = Swift.stride(from: 0, to: values.count, by: stride).map { index in
            values[index % rows * columns + index / rows]
        }
        let golden = try value(name)
        expectClose(
            Tensor(picked, golden.shape), golden, absolute: absolute, relative: relative, name,
            sourceLocation: sourceLocation)
    }
}
