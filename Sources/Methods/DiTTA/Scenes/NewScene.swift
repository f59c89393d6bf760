import Raster
import Tensors

/// The first frames behind a cut, gathered until they are enough to adapt on.
struct NewScene: Sendable {
    /// How many are enough.
    ///
    /// Each has the size of one of the warm-up's, and the longer it takes the fewer are left that gain by it.
    static let length = 12

    /// What was gathered.
    private(set) var frames: [WarmUpFrame] = []

    /// Whether they are enough.
    var isComplete: Bool { frames.count >= Self.length }

    init() {}

    /// Adds the next one.
    mutating func add(_ frame: WarmUpFrame) { frames.append(frame) }

    /// Their places in the video, and their pictures `[n, H, W]`, red, green and blue of a pixel in one number, which float32 holds
    /// exactly; nothing where there are none.
    var state: [String: Tensor] {
        guard let first = frames.first?.image else { return [:] }
        let pixels = frames.flatMap { frame in
            stride(from: 0, to: frame.image.pixels.count, by: 3).map { place in
                Float(frame.image.pixels[place..<place + 3].reduce(0) { $0 << 8 | Int($1) })
            }
        }
        return [
            "scene.frames": Tensor(frames.map { Float($0.index) }, [frames.count]),
            "scene.pictures": Tensor(pixels, [frames.count, first.height, first.width]),
        ]
    }

    /// Looks again at what `state` gave; nil where that was nothing.
    ///
    /// - Throws: if it is not that.
    init?(_ state: [String: Tensor], _ source: SourceModel) throws(MethodError) {
        guard let pictures = state["scene.pictures"], let places = state["scene.frames"] else { return nil }
        let values = pictures.values
        let size = source.upsampling.logits
        let (height, width) = (size.rows.outputs, size.columns.outputs)
        guard pictures.shape == [places.count, height, width],
            (values + places.values).allSatisfy({ (0..<0x1p24).contains($0) && $0 == $0.rounded() })
        else {
            throw MethodError(
                "the scene's pictures are \(pictures.shape), expected \([places.count, height, width]) of whole numbers"
            )
        }
        for (number, place) in places.values.enumerated() {
            let pixels = values[number * height * width..<(number + 1) * height * width].flatMap { value in
                [16, 8, 0].map { UInt8(truncatingIfNeeded: Int(value) >> $0) }
            }
            let image = Image(width: width, height: height, pixels: pixels)
            frames.append(source.observe(source.prepare(Frame(index: Int(place), time: 0, image: image))))
        }
    }
}
