/// The embedded teacher: needs no other weights than the network's own.
///
/// A prompt's mask is the connected region of its class; masks are carried by local affinity of frozen features and
/// colour, the label-propagation protocol of the video-correspondence literature (Jabri et al., "Space-time
/// correspondence as a contrastive random walk", 2020; Caron et al., DINO, 2021).
package struct AffinityTeacher: Teacher {
    /// The teacher's numbers.
    package let options: AffinityOptions

    /// Makes a teacher of these numbers.
    ///
    /// - Throws: `OptionError` if one is out of its range.
    package init(_ options: AffinityOptions = AffinityOptions()) throws(OptionError) {
        try options.validate()
        self.options = options
    }

    package var name: String { "affinity" }

    package var model: TeacherModel? { nil }

    package func makeTracker(over frames: [WarmUpFrame]) -> any Tracker {
        precondition(!frames.isEmpty, "a clip has at least one frame")
        return AffinityTracker(frames, AffinityDescriptor(frames[0], options), options)
    }
}
