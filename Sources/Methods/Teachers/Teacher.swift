package import Raster

/// A propagation teacher: turns points into masks and carries masks through the warm-up frames.
///
/// It only sees the warm-up and is gone afterwards. Source: DiTTA's use of SAM 2 (method steps 11 and 12).
package protocol Teacher {
    /// A tracker that has not seen any frame yet.
    func makeTracker() -> any Tracker
}

/// Finds several objects from frame to frame: forward, where prompts start them, then back.
package protocol Tracker {
    /// Moves on to a frame, next to the last one in the current direction of time.
    ///
    /// On the way back an object sets out anew, from its prompt's own mask, on the frame it was prompted on.
    ///
    /// - Returns: what is found there of every object that was started.
    mutating func advance(to frame: Int) -> [Int: Finding]

    /// Starts an object at a prompt on the current frame, unless nothing is found there; then the object's number is free
    /// for the next prompt.
    mutating func start(_ prompt: Prompt) -> Finding

    /// Turns round at the frame of the last prompt: frames before it come next.
    ///
    /// - Parameters:
    ///   - frame: the frame; others after it may have been seen.
    ///   - masks: what was found there on the way forward.
    /// - Returns: what the way back finds there of every object that was started.
    mutating func turnBack(at frame: Int, masks: [Int: Mask]) -> [Int: Finding]
}
