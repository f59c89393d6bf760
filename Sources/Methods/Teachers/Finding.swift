package import Raster

/// What a teacher finds of an object on a frame: a mask, or why there is none.
package enum Finding: Sendable, Equatable {
    /// The object's pixels, at least one.
    case mask(Mask)
    /// There is nothing to be trusted. The reason is for people: "covers 97 % of the frame".
    case nothing(reason: String)

    /// The mask; or, of a mask without pixels as of nothing, the reason.
    var result: (mask: Mask?, reason: String) {
        switch self {
        case .mask(let mask): mask.isEmpty ? (nil, "its mask is empty") : (mask, "")
        case .nothing(let reason): (nil, reason)
        }
    }
}
