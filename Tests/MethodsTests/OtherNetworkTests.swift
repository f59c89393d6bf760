import Compiled
import Methods
import Networks
import Raster
import Tensors
import TestSupport
import Testing
import Training

/// A network that is no SegFormer: one level of stride 14, as a plain vision transformer has, and a head of two layers.
///
/// It stands for networks to come: methods, memory and teachers must ask for nothing that it does not say of itself.
private struct PatchNetwork: SegmentationNetwork {
    let levels = [FeatureLevel(stride: 14, channels: 5)]
    let patchHead: PatchHead
    let projection: Tensor
    var preprocessor: Preprocessor
    let classNames = ["a", "b", "c"]
    let notes: [String] = []
    var head: any SegmentationHead { patchHead }
    var parameters: ParameterSet {
        ParameterSet([Parameter("encoder.projection", projection)] + patchHead.parameters("head"))
    }
    var statistics: [Parameter] { [] }

    func copy() -> PatchNetwork { PatchNetwork(patchHead.copy(), projection.copy(), preprocessor) }

    private init(_ patchHead: PatchHead, _ projection: Tensor, _ preprocessor: Preprocessor) {
        (self.patchHead, self.projection, self.preprocessor) = (patchHead, projection, preprocessor)
    }

    init(width: Int, height: Int) {
        var random = RandomNumbers(seed: 3)
        projection = random.uniform([5, 3], bound: 1)
        patchHead = PatchHead(
            hidden: random.uniform([8, 5], bound: 1), classifier: random.uniform([3, 8], bound: 2))
        preprocessor = Preprocessor()
        preprocessor.multiple = 14
        preprocessor.resize = .stretch(width: width, height: height)
    }

    /// The mean of each patch's pixels.
    static func patches(_ input: Tensor) -> Tensor {
        Resampling(
            rows: .means(of: 14, over: input.shape[0]), columns: .means(of: 14, over: input.shape[1]))(input)
    }

    func traceEncoder(_ input: Variable, on tape: Tape) -> [Variable] {
        [tape.linear(tape.constant(Self.patches(input.value)), tape.parameter(projection))]
    }

    func compileEncoder(height: Int, width: Int, precision: Precision) -> any CompiledEncoder {
        PatchEncoder(projection, Tiling(height: height / 14, width: width / 14, rowsPerTile: 1), precision)
    }
}

private final class PatchEncoder: CompiledEncoder {
    let precision: Precision
    let levels: [(grid: Tiling, width: Int)]
    private let projection: Tensor

    init(_ projection: Tensor, _ grid: Tiling, _ precision: Precision) {
        (self.precision, self.projection) = (precision, projection)
        levels = [(grid, projection.rows)]
    }

    func callAsFunction(_ input: Tensor) -> EncoderFeatures {
        let values = matrix(linear(PatchNetwork.patches(input), projection))
        let rounded = matrix(values.rows, values.columns, precision)
        convert(values, into: rounded)
        return EncoderFeatures(levels: [.init(grid: levels[0].grid, values: values, rounded: rounded)])
    }
}

private struct PatchHead: SegmentationHead {
    var hidden, classifier: Tensor
    var width: Int { hidden.rows }
    var classes: Int { classifier.rows }

    func copy() -> PatchHead { PatchHead(hidden: hidden.copy(), classifier: classifier.copy()) }

    func parameters(_ name: String) -> [Parameter] {
        [Parameter(name + ".hidden", hidden), Parameter(name + ".classifier", classifier)]
    }

    func statistics(_ name: String) -> [Parameter] { [] }

    func traced(
        _ clip: [[Variable]], normalization: NormStatistics, dropout: [Tensor]?, on tape: Tape
    ) -> TracedHead {
        let fused = clip.map { tape.linear($0[0], tape.parameter(hidden), rectified: true) }
        let all = stacked(fused.map(\.value))
        let joined = tape.record(all, from: fused) { gradient in
            for (frame, part) in zip(fused, gradient.parts) { frame.gradient?.add(part.copy()) }
        }
        return TracedHead(
            fused: joined, logits: joined.parts.map { tape.linear($0, tape.parameter(classifier)) }, batch: nil)
    }

    func lastFrame(
        of clip: [[Tensor]], normalization: NormStatistics, dropout: Tensor
    ) -> (fused: Tensor, logits: Tensor, batch: BatchStatistics?) {
        let fused = linear(clip[clip.count - 1][0], hidden)
        rectify(fused)
        return (fused, linear(fused, classifier), nil)
    }

    mutating func updateRunningStatistics(_ statistics: BatchStatistics, momentum: Float) {}

    func compile(for encoder: any CompiledEncoder) -> any CompiledHead { CompiledPatchHead(self, encoder) }
}

private final class CompiledPatchHead: CompiledHead, @unchecked Sendable {
    let precision: Precision
    let grid: Tiling
    private(set) var fused: Matrix
    private let head: PatchHead

    init(_ head: PatchHead, _ encoder: any CompiledEncoder) {
        (self.head, precision, grid) = (head, encoder.precision, encoder.levels[0].grid)
        fused = matrix(grid.cells, head.width, precision)
    }

    func callAsFunction(_ features: EncoderFeatures) -> Tensor {
        let hidden = linear(features[0], head.hidden)
        rectify(hidden)
        convert(matrix(hidden), into: fused)
        return linear(hidden, head.classifier)
    }
}

struct OtherNetworkTests {
    @Test("every preset adapts a network that is no SegFormer", arguments: DiTTASchema.Preset.allCases)
    func adapts(preset: DiTTASchema.Preset) throws {
        // 96×64 become 98×70: seven patches by five.
        let network = PatchNetwork(width: 96, height: 64)
        #expect(network.preprocessor.inputSize(width: 96, height: 64) == (98, 70))
        let source = SourceModel(network, width: 96, height: 64, precision: .fp32)
        var options = DiTTAOptions(preset)
        (options.promptThreshold, options.windowRadius) = (0.1, 2)
        var affinity = AffinityOptions()
        (affinity.fineComponents, affinity.coarseComponents, affinity.regionReliability) = (4, 4, 0.1)
        var method = try DiTTA(source, teacher: try AffinityTeacher(affinity), options: options)
        var plain = PlainModel(source)
        let clip = FrozenDecoderTests.clip(1, frames: 5)
        for frame in clip.prefix(3) {
            #expect(method.observe(source.prepare(frame)) == plain.observe(source.prepare(frame)))
        }
        var losses: [[String: Double]] = []
        try method.freeze { if case .stepped(let step) = $0 { losses.append(step) } }
        #expect(losses.count == 15 && losses.allSatisfy { $0.values.allSatisfy(\.isFinite) })
        let labels = try clip.map { try method.label(source.prepare($0), comparing: true)[0] }
        for frame in labels {
            #expect((frame.labels.width, frame.labels.height) == (96, 64))
            #expect(frame.plain == plain.observe(source.prepare(frame.frame)))
        }
        #expect(labels.contains { $0.labels != $0.plain }, "nothing was learned")
    }
}
