import Compiled
import Dense
import Methods
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// The frozen phase depends on its input alone.
struct FrozenDecoderTests {
    static let size = (width: 96, height: 64)

    static func source() throws -> SourceModel {
        var network = try SegFormer(path: shippedModel)
        network.preprocessor.resize = .stretch(width: size.width, height: size.height)
        return SourceModel(network, width: size.width, height: size.height, precision: .fp32)
    }

    /// A clip of blocks in random colours, which move on by two pixels a frame.
    static func clip(_ seed: UInt64, frames: Int) -> [Frame] {
        var random = RandomNumbers(seed: seed)
        let colors = (0..<100 * 300).map { _ in UInt8(random.next() % 256) }
        return (0..<frames).map { frame in
            let pixels = (0..<size.width * size.height).flatMap { pixel -> ArraySlice<UInt8> in
                let block = pixel / size.width / 8 * 100 + (pixel % size.width + 2 * frame) / 8
                return colors[block * 3..<block * 3 + 3]
            }
            return Frame(
                index: frame, time: Double(frame), image: Image(width: size.width, height: size.height, pixels: pixels))
        }
    }

    private static func labels(
        _ source: SourceModel, _ adapted: AdaptedModel, _ options: DiTTAOptions, _ clip: [Frame]
    ) -> [LabelMap] {
        var frozen = FrozenDecoder(source, adapted, options: options)
        return clip.map { frame in
            let input = source.prepare(frame).input
            return frozen.label(source.encoder(input), input: input).labels
        }
    }

    /// An adapted model whose head was moved off the source's, so that both disagree.
    private static func adapted(_ source: SourceModel, _ options: DiTTAOptions) throws -> AdaptedModel {
        let frames = clip(7, frames: 3).map { source.observe(source.prepare($0)) }
        let none = LabelMap(width: size.width, height: size.height, repeating: noLabel)
        let stripes = LabelMap(
            width: size.width, height: size.height,
            labels: none.labels.indices.map { UInt16($0 % size.width / 32) })
        let targets = frames.map { _ in DistillationTarget(classes: stripes, objects: none) }
        let start = AdaptedModel(source: source.network.head, windowRadius: 2, seed: options.seed)
        var warmUp = DecoderTraining(
            start, frames: frames, targets: targets, upsampling: source.upsampling, options: options)
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
        let plain = clip.map { source.labels(source.encoder(source.prepare($0).input)) }
        let first = Self.labels(source, adapted, options, clip)
        let between = Self.labels(source, adapted, options, other)
        #expect(Self.labels(source, adapted, options, clip) == first)
        #expect(first != plain, "adaptation changes nothing that could differ")
        #expect(first != between)
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
        let alone = Self.labels(source, adapted, deaf, clip)
        let fused = Self.labels(source, adapted, listening, clip)
        #expect(alone[0] == fused[0])
        #expect(alone != fused)
    }

    @Test("the add-on, asked only where there is doubt, says what the dense one says", arguments: [Float(0.3), 0.8])
    func sparseAddOn(threshold: Float) throws {
        let source = try Self.source()
        var options = DiTTAOptions.paper
        options.fusionThreshold = threshold
        let adapted = try Self.adapted(source, options)
        let head = adapted.head.compile(for: source.encoder)
        let clip = Self.clip(1, frames: 4)
        let found = Self.labels(source, adapted, options, clip)
        var previous: (fused: Tensor, logits: Tensor)?
        var (differing, blended) = (0, 0)
        for (index, frame) in clip.enumerated() {
            let own = source.upsampling.dense(head(source.encoder(source.prepare(frame).input)).copy())
            let fused = head.fused.tensor(head.grid.height, head.grid.width, head.fused.columns).copy()
            var expected = own.predict()
            let alone = expected.labels
            if let previous {
                let carried = WindowAttention(radius: 2)(
                    query: adapted.addOn.query(fused), key: adapted.addOn.key(previous.fused), value: previous.logits)
                own.blend(&expected, with: source.upsampling.dense(carried), below: threshold)
            }
            previous = (fused, own.logits)
            differing += zip(found[index].labels, expected.labels.labels).count { $0 != $1 }
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
        func last(_ frames: [Frame]) -> LabelMap? { Self.labels(source, adapted, options, frames).last }
        func differing(_ a: LabelMap?, _ b: LabelMap?) -> Int {
            zip(a?.labels ?? [], b?.labels ?? []).count { $0 != $1 }
        }
        let alone = last([clip[3]])
        #expect(alone != nil && differing(last(clip), alone) > 0)
        let pixels = [UInt8](repeating: 0, count: Self.size.width * Self.size.height * 3)
        let black = Frame(
            index: 0, time: 0, image: Image(width: Self.size.width, height: Self.size.height, pixels: pixels))
        // Nothing of a clip of noise looks like black, so the frame speaks for itself but for a few pixels.
        #expect(differing(last([black, black, clip[3]]), alone) <= differing(last(clip), alone))
    }
}
