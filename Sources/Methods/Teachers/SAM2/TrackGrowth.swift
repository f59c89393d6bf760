package import Raster

/// Rejects masks that suddenly cover most of the frame: a track can end in one when SAM 2 has lost the object but still
/// gives it a positive object score.
package struct TrackGrowth {
    /// The share of the frame that each object covered when it was last believed.
    private var shares: [Int: Double] = [:]

    /// Up to this share of the frame any growth is believed: objects come near.
    private static let believed = 0.5
    /// How many times its last area an object may cover beyond that.
    private static let most = 3.0

    /// Has seen no object.
    package init() {}

    /// Why an object's mask is not believed, or nil if it is.
    ///
    /// The first one always is: a click may mean the whole frame.
    package mutating func doubt(_ mask: Mask, of object: Int) -> String? {
        let share = Double(mask.area) / Double(mask.width * mask.height)
        if let before = shares[object], share > Self.believed, share > Self.most * before {
            return "covers \(percent(share)) of the frame after \(percent(before))"
        }
        shares[object] = share
        return nil
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
