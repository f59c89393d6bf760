import Engine
import Raster

/// The embedded teacher: needs no other weights than the network's own.
///
/// A prompt's mask is the connected region of its class; masks are carried by local affinity of frozen features and
/// colour, the label-propagation protocol of the video-correspondence literature (Jabri et al., "Space-time
/// correspondence as a contrastive random walk", 2020; Caron et al., DINO, 2021).
public struct AffinityTeacher: Teacher {
    private let frames: [WarmUpFrame]
    private let descriptors: [Tensor]
    private let options: AffinityOptions

    /// Computes the descriptors of a clip's frames, once for both directions.
    public init(frames: [WarmUpFrame]) {
        let options = AffinityOptions()
        let descriptor = frames.first.map { AffinityDescriptor($0, options) }
        self.frames = frames
        self.options = options
        descriptors = frames.compactMap { descriptor?($0) }
    }

    /// The connected region of the prompted class around the point, reliable and bounded by image edges.
    public func mask(at prompt: Prompt) -> Mask? {
        let frame = frames[prompt.frame]
        let edges = imageEdges(frame.image, above: options.regionEdge)
        let mask = region(
            around: prompt, frame, reliability: frame.reliability, edges: edges, atLeast: options.regionReliability)
        let pixels = frame.image.width * frame.image.height
        return mask.area * 640 * 480 >= options.regionArea * pixels ? mask : nil
    }

    /// A tracker that has not seen any frame yet.
    public func makeTracker() -> any Tracker {
        let size = frames.first.map { (width: $0.image.width, height: $0.image.height) } ?? (width: 1, height: 1)
        return AffinityTracker(descriptors: descriptors, width: size.width, height: size.height, options)
    }
}
