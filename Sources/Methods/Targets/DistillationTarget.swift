package import Raster

/// What the head is taught on one frame.
package struct DistillationTarget: Sendable {
    /// The class of each pixel `[H, W]`, `noLabel` where no mask lies.
    package var classes: LabelMap
    /// The object of each pixel `[H, W]`, `noLabel` where no mask lies.
    package var objects: LabelMap

    /// Pairs the classes and objects of a frame's pixels.
    package init(classes: LabelMap, objects: LabelMap) {
        self.classes = classes
        self.objects = objects
    }
}

/// Paints the objects' classes in ascending order of their scores, so that the best wins where masks overlap (method
/// step 13).
package func paint(_ tracks: Tracks, _ votes: [Vote], width: Int, height: Int) -> [DistillationTarget] {
    let empty = LabelMap(width: width, height: height, repeating: noLabel)
    return tracks.masks.map { masks in
        var target = DistillationTarget(classes: empty, objects: empty)
        for vote in votes {
            masks[vote.object]?.forEach { pixel in
                target.classes.labels[pixel] = UInt16(vote.classID)
                target.objects.labels[pixel] = UInt16(vote.object)
            }
        }
        return target
    }
}
