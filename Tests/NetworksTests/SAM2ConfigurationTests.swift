import Checkpoints
import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Configurations of SAM 2, broken or odd: each is refused in a sentence, or builds a network that runs.
struct SAM2ConfigurationTests {
    private static let golden = projectRoot + "/Tests/NetworksTests/Golden/sam2/small-2.1"

    @Test(
        "one wrong value",
        arguments: [
            ("model_type", "\"bert\"", "is a 'bert'; ditta reads sam2_video, sam2"),
            ("num_maskmem", "0", "num_maskmem: expected 1 to 64, found 0"),
            ("num_maskmem", "1e300", "config.json: is no SAM 2 configuration"),
            ("image_size", "[256, 128]", "image_size': expected two equal sides, found [256, 128]"),
            ("image_size", "48", "image_size: expected a multiple of 32 from 32 to 4096, found 48"),
            ("rope_parameters", "{\"rope_theta\": 0}", "rope_theta: expected 1.0 to 1e+09, found 0.0"),
            ("sigmoid_scale_for_mem_enc", "1e30", "sigmoid_scale_for_mem_enc: expected -10000.0 to 10000.0"),
            ("multimask_min_pt_num", "2", "multimask_min_pt_num 2 is more than multimask_max_pt_num 1"),
            (
                "vision_config", "{\"backbone_config\": {\"window_size_per_stage\": [8, 4, 8192, 7]}}",
                "window_size_per_stage: expected 4 numbers from 1 to 64, found [8, 4, 8192, 7]"
            ),
            (
                "vision_config",
                "{\"backbone_config\": {\"embed_dim_per_stage\": [2, 4, 8, 16], \"mlp_ratio\": 0.2}}",
                "mlp_ratio: 0.2 leaves a perceptron none of the 2 channels of stage 0"
            ),
        ])
    func wrong(key: String, value: String, says: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/config.json"
            var tree: [String: Any] = ["model_type": "sam2_video"]
            tree[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
            try JSONSerialization.data(withJSONObject: tree).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CheckpointError.self) { try SAM2Configuration(path: path) }
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }

    @Test("every number at its limits beside the weights of a small model")
    func limits() throws {
        let values: [Any] = [
            0, 1, -1, 3, 7, 1 << 31, 1 << 62, 1e-30, 1e30, NSNull(), "x", true, [], [0], [1, 2, 3, 4], [0, 0, 0, 0],
            [1 << 62, 1, 1, 1], [1, 2, 3, 4, 5],
        ]
        try withTemporaryFolder { folder in
            try writeSyntheticModel(of: Self.golden, to: folder)
            let url = URL(fileURLWithPath: folder + "/config.json")
            let tree = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
            let base = try SAM2Configuration(path: url.path)
            var (refused, ran) = (0, 0)
            for path in Self.leaves(of: tree) {
                for value in values {
                    try JSONSerialization.data(withJSONObject: Self.replacing(path[...], in: tree, by: value))
                        .write(to: url)
                    do {
                        // What no network depends on needs no network.
                        if try SAM2Configuration(path: url.path) == base { continue }
                        try Self.run(SAM2File(path: folder).load(side: 32, precision: .fp32))
                        ran += 1
                    } catch let error as CheckpointError {
                        #expect(error.description.hasPrefix(folder), "\(path): \(value)")
                        refused += 1
                    }
                }
            }
            #expect(refused > 100 && ran > 10, "\(refused) refused, \(ran) ran")
        }
    }

    /// The places of all values in a tree of dictionaries; lists count as values.
    private static func leaves(of tree: [String: Any]) -> [[String]] {
        tree.sorted { $0.key < $1.key }.flatMap { key, value in
            (value as? [String: Any]).map { leaves(of: $0).map { [key] + $0 } + [[key]] } ?? [[key]]
        }
    }

    private static func replacing(_ path: ArraySlice<String>, in tree: [String: Any], by value: Any) -> [String: Any] {
        guard let key = path.first else { return tree }
        var tree = tree
        let below = tree[key] as? [String: Any] ?? [:]
        tree[key] = path.count == 1 ? value : replacing(path.dropFirst(), in: below, by: value)
        return tree
    }

    /// Prompts, remembers and finds again on a picture.
    private static func run(_ base: SAM2Base) {
        let side = base.side
        let frame = base.current(
            base.features(syntheticInput(name: "frame", shape: [side, side, 3], bound: 1)))
        var predictor = SAM2VideoPredictor(base, frames: 3)
        let click = PromptEncoder.Point(x: 5, y: 5, label: .positive)
        for index in 0..<3 {
            let outputs = predictor.step([0], on: index, frame, prompts: index == 0 ? [0: .points([click])] : [:])
            #expect(outputs[0]?.logits.shape == [side / 4, side / 4])
        }
        let mask = (0..<side * side).map { $0 % side < side / 2 }
        #expect(predictor.step([1], on: 2, frame, prompts: [1: .mask(mask)])[1]?.logits.count == side * side / 16)
    }

    /// A change that `validate` lets through.
    struct Odd: CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout SAM2Configuration) -> Void
        init(_ description: String, _ change: @escaping @Sendable (inout SAM2Configuration) -> Void) {
            (testDescription, self.change) = (description, change)
        }
    }

    @Test(
        "odd networks run at odd sizes",
        arguments: [
            Odd("least windows") { $0.hiera.windows = [2, 2, 2, 1] },
            Odd("windows beyond the picture") { $0.hiera.windows = [10, 34, 64, 33] },
            Odd("heads of one channel") { $0.hiera.heads = $0.hiera.embedDims },
            Odd("few channels") {
                ($0.hiera.embedDims, $0.hiera.heads) = ([1, 2, 3, 4], [1, 1, 1, 1])
                ($0.hiera.mlpRatio, $0.hiera.depths) = (1, [1, 1, 1, 1])
                $0.hiera.globalBlocks = []
            },
            Odd("channels of no power of two") {
                ($0.hiera.embedDims, $0.hiera.heads) = ([5, 9, 21, 35], [5, 3, 7, 1])
            },
            Odd("a perceptron of few channels") { $0.hiera.mlpRatio = 0.1 },
            Odd("attention to the whole picture everywhere") { $0.hiera.globalBlocks = [0, 2, 4, 5, 7] },
            Odd("a background of one cell") { $0.hiera.backgroundSize = [1, 1] },
            Odd("a background of unequal sides") { $0.hiera.backgroundSize = [3, 50] },
            Odd("the least width") {
                ($0.width, $0.memory.width, $0.decoder.heads, $0.decoder.downsampleRate) = (8, 4, 2, 4)
                $0.memory.attentionDownsampleRate = 2
            },
            Odd("a width of no power of two") {
                ($0.width, $0.memory.width, $0.decoder.heads, $0.decoder.downsampleRate) = (120, 40, 5, 3)
                $0.memory.attentionDownsampleRate = 10
            },
            Odd("memories as wide as features") { $0.memory.width = $0.width },
            Odd("one of everything") {
                ($0.decoder.layers, $0.decoder.heads, $0.decoder.downsampleRate, $0.decoder.mlpWidth) = (1, 1, 1, 1)
                ($0.decoder.multimaskOutputs, $0.decoder.iouHeadDepth, $0.decoder.iouHeadWidth) = (1, 2, 1)
                ($0.memory.frames, $0.memory.pointers, $0.memory.promptedFrames) = (1, 1, 0)
                ($0.memory.attentionLayers, $0.memory.attentionMLPWidth) = (1, 1)
                ($0.memory.fuserLayers, $0.memory.fuserWidth, $0.memory.fuserKernel) = (1, 1, 1)
                $0.maskInputChannels = 4
            },
            Odd("more of everything") {
                ($0.decoder.layers, $0.decoder.multimaskOutputs, $0.decoder.iouHeadDepth) = (3, 16, 5)
                ($0.memory.frames, $0.memory.attentionLayers, $0.memory.fuserLayers) = (64, 3, 3)
                ($0.memory.fuserKernel, $0.memory.fuserWidth, $0.memory.attentionMLPWidth) = (15, 1025, 513)
            },
            Odd("numbers at their limits") {
                ($0.memory.ropeTheta, $0.memory.sigmoidScale, $0.memory.sigmoidBias) = (1e9, 1e4, -1e4)
                ($0.decoder.stabilityDelta, $0.decoder.stabilityThreshold) = (.greatestFiniteMagnitude, -1)
            },
        ])
    func odd(odd: Odd) throws {
        var configuration = try SAM2Configuration(path: Self.golden + "/config.json")
        odd.change(&configuration)
        try configuration.validate("odd")
        let file = try FittingFile(configuration, like: Self.golden)
        for (side, precision) in [(32, Precision.fp32), (96, .fp32), (160, .fastest)] {
            Self.run(try SAM2Base(Checkpoint(file).root, configuration, side: side, precision: precision))
        }
    }
}

/// A file of all tensors that a configuration's network asks for, whose shapes its loader was asked for.
private struct FittingFile: TensorFile {
    let path = "fitting"
    let container = "none"
    let size = 0
    let classNames: [String] = []
    private var tensors: [String: Tensor] = [:]

    /// Loads again and again, and each time takes what the loader expected; the first time the shapes of a golden folder.
    init(_ configuration: SAM2Configuration, like golden: String) throws {
        struct Description: Decodable {
            let shapes: [String: [Int]]
        }
        let description = try JSONDecoder().decode(
            Description.self, from: Data(contentsOf: URL(fileURLWithPath: golden + "/tensors.json")))
        for (name, shape) in description.shapes where !name.hasPrefix("shared_image_embedding") {
            let guess = shape.map { $0 == 128 && !name.contains("backbone") ? configuration.width : $0 }
            tensors[name] = Tensor(syntheticTensor(name: name, shape: guess), guess)
        }
        let expected = /tensor '(?<name>[^']+)': expected shape \[(?<shape>[^\]]+)\]/
        while true {
            do throws(CheckpointError) {
                _ = try SAM2Base(Checkpoint(self).root, configuration, side: 32, precision: .fp32)
                return
            } catch {
                let match = try #require(error.description.firstMatch(of: expected), "\(error)")
                let (name, shape) = (String(match.name), match.shape.split(separator: ", ").compactMap { Int($0) })
                tensors[name] = Tensor(syntheticTensor(name: name, shape: shape), shape)
            }
        }
    }

    var names: Set<String> { Set(tensors.keys) }

    /// What is not known yet is there, but of a shape that nobody expects.
    func description(of name: String) -> StoredTensor? {
        StoredTensor(type: "F32", shape: tensors[name]?.shape ?? [0])
    }

    func tensor(_ name: String) -> Tensor? { tensors[name] }
}
