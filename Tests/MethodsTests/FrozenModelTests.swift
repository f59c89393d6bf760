import Compiled
import Dense
import Methods
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// The frozen phase and the steps before it depend on their input alone.
struct FrozenModelTests {
    private static let size = (width: 96, height: 64)

    private static func source() throws -> SourceModel {
        var network = try SegFormer(path: shippedModel)
        network.preprocessor.resize = .stretch(width: size.width, height: size.height)
        return SourceModel(network, width: size.width, height: size.height, precision: .fp32)
    }

    /// A clip of blocks in random colours, which move on by two pixels a frame.
    private static func clip(_ seed: UInt64, frames: Int) -> [Image] {
        var random = RandomNumbers(seed: seed)
        let colors = (0..<100 * 300).map { _ in UInt8(random.next() % 256) }
        return (0..<frames).map { frame in
            let pixels = (0..<size.width * size.height).flatMap { pixel -> ArraySlice<UInt8> in
                let block = pixel / size.width / 8 * 100 + (pixel % size.width + 2 * frame) / 8
                return colors[block * 3..<block * 3 + 3]
            }
            return Image(width: size.width, height: size.height, pixels: pixels)
        }
    }

    private static func labels(_ model: inout FrozenModel, _ clip: [Image]) -> [FrozenModel.Labels] {
        clip.map { model.label($0, comparing: true) }
    }

    /// An adapted model whose head was moved off the source's, so that both disagree.
    private static func adapted(_ source: SourceModel, _ options: DiTTAOptions) throws -> AdaptedModel {
        let frames = clip(7, frames: 3).map(source.observe)
        let none = LabelMap(width: size.width, height: size.height, repeating: noLabel)
        let stripes = LabelMap(
            width: size.width, height: size.height,
            labels: none.labels.indices.map { UInt16($0 % size.width / 32) })
        let targets = frames.map { _ in DistillationTarget(classes: stripes, objects: none) }
        let start = AdaptedModel(source: source.network.head, windowRadius: 2, seed: options.seed)
        var warmUp = WarmUp(start, frames: frames, targets: targets, upsampling: source.upsampling, options: options)
        for frame in frames.indices { _ = warmUp.step(frame: frame) }
        return warmUp.model
    }

    @Test("the same labels twice, also after another video", arguments: DiTTASchema.Fusion.allCases)
    func determinism(fusion: DiTTASchema.Fusion) throws {
        let source = try Self.source()
        var options = DiTTAOptions.paper
        options.fusion = fusion
        // Every pixel listens to the add-on.
        options.fusionThreshold = 2
        let adapted = try Self.adapted(source, options)
        let (clip, other) = (Self.clip(1, frames: 3), Self.clip(2, frames: 3))
        var model = FrozenModel(source, adapted: adapted, options: options)
        let first = Self.labels(&model, clip)
        model = FrozenModel(source, adapted: adapted, options: options)
        let between = Self.labels(&model, other)
        model = FrozenModel(source, adapted: adapted, options: options)
        let second = Self.labels(&model, clip)
        #expect(first.map(\.adapted) == second.map(\.adapted))
        #expect(first.map(\.plain) == second.map(\.plain))
        #expect(first.map(\.adapted) != first.map(\.plain), "adaptation changes nothing that could differ")
        #expect(first.map(\.adapted) != between.map(\.adapted))
    }

    @Test("the first frame has no frame before it; later ones listen to it below the threshold")
    func threshold() throws {
        let source = try Self.source()
        var deaf = DiTTAOptions.paper
        deaf.fusionThreshold = -1
        var listening = deaf
        listening.fusionThreshold = 2
        let adapted = try Self.adapted(source, deaf)
        let clip = Self.clip(1, frames: 3)
        var models = (
            FrozenModel(source, adapted: adapted, options: deaf),
            FrozenModel(source, adapted: adapted, options: listening)
        )
        let (alone, fused) = (Self.labels(&models.0, clip), Self.labels(&models.1, clip))
        #expect(alone[0].adapted == fused[0].adapted)
        #expect(alone.map(\.adapted) != fused.map(\.adapted))
    }

    @Test("the add-on, asked only where there is doubt, says what the dense one says", arguments: [Float(0.3), 0.8])
    func sparseAddOn(threshold: Float) throws {
        let source = try Self.source()
        var options = DiTTAOptions.paper
        options.fusionThreshold = threshold
        let adapted = try Self.adapted(source, options)
        let head = CompiledDecodeHead(adapted.head, for: source.encoder)
        let clip = Self.clip(1, frames: 4)
        var model = FrozenModel(source, adapted: adapted, options: options)
        var previous: (fused: Tensor, logits: Tensor)?
        var (differing, blended) = (0, 0)
        for image in clip {
            let own = source.upsampling.dense(head(source.encoder(source.input(image))).copy())
            let fused = head.fused.tensor(head.grid.height, head.grid.width, head.fused.columns).copy()
            var expected = own.predict()
            let alone = expected.labels
            if let previous {
                let carried = WindowAttention(radius: 2)(
                    query: adapted.addOn.query(fused), key: adapted.addOn.key(previous.fused), value: previous.logits)
                own.blend(&expected, with: source.upsampling.dense(carried), below: threshold)
            }
            previous = (fused, own.logits)
            let found = model.label(image).adapted.labels
            differing += zip(found, expected.labels.labels).count { $0 != $1 }
            blended += zip(alone.labels, expected.labels.labels).count { $0 != $1 }
        }
        // Folded products round otherwise: a pixel in ten thousand may be that close.
        #expect(differing <= clip.count * Self.size.width * Self.size.height / 10_000)
        #expect(blended > 0, "the add-on changes nothing that could differ")
    }

    @Test("the memory speaks on later frames, and not across a cut to something else")
    func memory() throws {
        let source = try Self.source()
        var options = DiTTAOptions.paper
        options.fusion = .memory
        let adapted = try Self.adapted(source, options)
        let clip = Self.clip(1, frames: 4)
        func last(_ frames: [Image]) -> LabelMap? {
            var model = FrozenModel(source, adapted: adapted, options: options)
            return Self.labels(&model, frames).last?.adapted
        }
        func differing(_ a: LabelMap?, _ b: LabelMap?) -> Int {
            zip(a?.labels ?? [], b?.labels ?? []).count { $0 != $1 }
        }
        let alone = last([clip[3]])
        #expect(alone != nil && differing(last(clip), alone) > 0)
        let black = Image(
            width: Self.size.width, height: Self.size.height,
            pixels: Array(repeating: 0, count: Self.size.width * Self.size.height * 3))
        // Nothing of a clip of noise looks like black, so the frame speaks for itself but for a few pixels.
        #expect(differing(last([black, black, clip[3]]), alone) <= differing(last(clip), alone))
    }

    @Test("without adaptation both labels are the source's")
    func plain() throws {
        let source = try Self.source()
        let clip = Self.clip(1, frames: 2)
        var model = FrozenModel(source, adapted: nil, options: .paper)
        for (image, labels) in zip(clip, Self.labels(&model, clip)) {
            #expect(labels.adapted == labels.plain)
            #expect(labels.plain == source.observe(image).prediction.labels)
            #expect((labels.adapted.width, labels.adapted.height) == Self.size)
        }
    }
}
