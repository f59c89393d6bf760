/// A propagation teacher: turns points into masks and carries masks through the warm-up frames.
///
/// It only sees the warm-up and is gone afterwards. Source: DiTTA's use of SAM 2 (method steps 11 and 12).
public protocol Teacher {
    /// The mask of the object at a prompt, on the prompt's frame; nil if there is none to be trusted.
    func mask(at prompt: Prompt) -> Mask?

    /// A tracker that has not seen any frame yet.
    func makeTracker() -> any Tracker
}

/// Carries the masks of several objects from frame to frame, in either direction of time.
public protocol Tracker {
    /// Moves on to a frame, next to the last one, and gives the masks of the objects that are still seen there.
    mutating func advance(to frame: Int) -> [Int: Mask]

    /// Adds objects with their masks on the current frame.
    mutating func add(_ masks: [Int: Mask])
}
