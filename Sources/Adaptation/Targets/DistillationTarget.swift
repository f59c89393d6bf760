import Engine

/// What the head is taught on one frame.
public struct DistillationTarget: Sendable {
    /// The class of each pixel `[H · W]`, `noLabel` where no mask lies.
    public var classes: [UInt16]
    /// The object of each pixel `[H · W]`, `noLabel` where no mask lies.
    public var objects: [UInt16]

    /// Pairs the classes and objects of a frame's pixels.
    public init(classes: [UInt16], objects: [UInt16]) {
        self.classes = classes
        self.objects = objects
    }
}

/// Paints the objects' classes in ascending order of their scores, so that the best wins where masks overlap (method
/// step 13).
public func paint(_ tracks: Tracks, _ votes: [Vote], pixels: Int) -> [DistillationTarget] {
    tracks.masks.map { masks in
        var target = DistillationTarget(
            classes: Array(repeating: noLabel, count: pixels), objects: Array(repeating: noLabel, count: pixels))
        for vote in votes {
            masks[vote.object]?.forEach { pixel in
                target.classes[pixel] = UInt16(vote.classID)
                target.objects[pixel] = UInt16(vote.object)
            }
        }
        return target
    }
}
