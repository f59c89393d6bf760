import Compiled
import Networks
import Raster
import Tensors

/// A source model that looks a second time: at pictures mirrored, at three quarters of the size; what it says is turned back.
///
/// What both views say alike is more often right.
struct ViewedModel: Sendable {
    private static let scale = 0.75

    private var model: SourceModel
    /// From the view's cells to the source's.
    private let cells: Resampling

    /// Compiles a source model's network for the view of pictures of a size.
    init(_ source: SourceModel, width: Int, height: Int) {
        var network = source.network
        network.preprocessor = network.preprocessor.scaled(Self.scale)
        var model = SourceModel(network, width: width, height: height, precision: source.encoder.precision)
        model.picture = source.picture
        self.model = model
        cells = .bilinear(model.grid, source.grid)
    }

    /// The model's class probabilities of a picture, on the source's cells `[h, w, C]`.
    func probabilities(of image: Image) -> Tensor {
        cells(softmax(model.logits(model.input(of: image.mirrored)))).mirrored
    }

    /// The same view with an adapted head in place of the published one.
    func with(head: any SegmentationHead) -> ViewedModel {
        var viewed = self
        viewed.model = model.with(head: head)
        return viewed
    }

    /// The model's labels of a picture that is taken as it is.
    func labels(of image: Image) -> LabelMap { model.labels(of: image.mirrored).mirrored }
}

extension Preprocessor {
    /// The preprocessing for inputs of another size.
    fileprivate func scaled(_ scale: Double) -> Self {
        var result = self
        func scaled(_ extent: Int) -> Int { max(Int((Double(extent) * scale).rounded()), 1) }
        switch resize {
        case .keepRatio(let width, let height):
            result.resize = .keepRatio(width: scaled(width), height: scaled(height))
        case .stretch(let width, let height):
            result.resize = .stretch(width: scaled(width), height: scaled(height))
        case .shortestEdge(let length):
            result.resize = .shortestEdge(scaled(length))
        }
        return result
    }
}

/// A map `[h, w, channels]` with left and right exchanged.
private func mirrored<Value>(_ values: [Value], width: Int, channels: Int) -> [Value] {
    var result = values
    for row in stride(from: 0, to: values.count, by: width * channels) {
        for x in 0..<width {
            let (from, to) = (row + x * channels, row + (width - 1 - x) * channels)
            result.replaceSubrange(to..<to + channels, with: values[from..<from + channels])
        }
    }
    return result
}

extension Tensor {
    fileprivate var mirrored: Tensor {
        Tensor(Methods.mirrored(values, width: shape[1], channels: columns), shape)
    }
}

extension LabelMap {
    fileprivate var mirrored: LabelMap {
        LabelMap(width: width, height: height, labels: Methods.mirrored(labels, width: width, channels: 1))
    }
}

extension Image {
    fileprivate var mirrored: Image {
        Image(width: width, height: height, pixels: Methods.mirrored(pixels, width: width, channels: 3))
    }
}
