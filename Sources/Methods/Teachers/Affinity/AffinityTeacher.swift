import Raster

/// The embedded teacher: needs no other weights than the network's own.
///
/// A prompt's mask is the connected region of its class; masks are carried by local affinity of frozen features and
/// colour, the label-propagation protocol of the video-correspondence literature (Jabri et al., "Space-time
/// correspondence as a contrastive random walk", 2020; Caron et al., DINO, 2021).
package struct AffinityTeacher: Teacher {
    private let frames: [WarmUpFrame]
    private let descriptor: AffinityDescriptor
    private let options: AffinityOptions

    /// Prepares to match the frames of a clip, of which there is at least one.
    ///
    /// - Throws: if an option is out of its range.
    package init(frames: [WarmUpFrame], options: AffinityOptions = AffinityOptions()) throws(OptionError) {
        precondition(!frames.isEmpty, "a clip has at least one frame")
        try options.validate()
        self.frames = frames
        self.options = options
        descriptor = AffinityDescriptor(frames[0], options)
    }

    /// A tracker that has not seen any frame yet.
    package func makeTracker() -> any Tracker { makeAffinityTracker() }

    /// The same, which also takes masks that nobody prompted.
    package func makeAffinityTracker() -> AffinityTracker {
        AffinityTracker(frames: frames, descriptor, options)
    }
}
