package import Checkpoints
import Networks
package import Raster
package import Tensors

/// A frozen network as far as a teacher needs it: pictures become grids of features.
package protocol PictureEncoder {
    /// The most pixels that a picture's sides have when it is looked at.
    var side: Int { get }
    /// The channels of all grids together.
    var channels: Int { get }

    /// The features of a picture: grids `[h, w, C]`, each of which spans all of it.
    mutating func callAsFunction(_ picture: Image) -> [Tensor]
}

/// Opens the network that a folder or file holds, whichever it is by what is in it.
///
/// - Throws: a sentence, if it is none that can teach, or broken.
package func openPictureEncoder(_ path: String) throws(CheckpointError) -> any PictureEncoder {
    switch try openPublishedModel(path, names: ModelPlace(path: path).open().names) {
    case let file as DINOv2File: return DINOv2Encoder(try file.load())
    case let file as SAM2File: return try SAM2Encoder(file)
    default: return SegmentationEncoder(try loadSegmentationNetwork(path))
    }
}

/// A picture stretched to a size, antialiased, and normalised by ImageNet's mean and deviation: `[height, width, 3]`.
package func stretched(_ picture: Image, width: Int, height: Int) -> Tensor {
    let resampling = Resampling(
        rows: .antialiased(from: picture.height, to: height), columns: .antialiased(from: picture.width, to: width))
    return Preprocessor().normalization(after: resampling)(picture.pixels)
}
