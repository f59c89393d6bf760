package import Raster

/// A change of the picture before the network sees it, the same for a whole video.
package enum PictureTransform: String, Sendable, CaseIterable {
    /// None.
    case asIs = "as-is"
    /// Contrast-limited adaptive histogram equalisation: for haze.
    case equalize
    /// The mean of 3×3 pixels, weighted 1 2 1 both ways: for noise.
    case smooth
    /// Smoothed twice.
    case smoother
    /// Smoothed four times.
    case smoothest

    /// The picture, changed.
    package func callAsFunction(_ image: Image) -> Image {
        switch self {
        case .asIs: image
        case .equalize: LocalEqualization(image)(image)
        case .smooth: image.smoothed
        case .smoother: image.smoothed.smoothed
        case .smoothest: image.smoothed.smoothed.smoothed.smoothed
        }
    }
}

extension Image {
    /// Every sample the mean of the nine around it, weighted 1 2 1 both ways; the picture's edge is repeated.
    fileprivate var smoothed: Image {
        var result = self
        let row = 3 * width
        var line = [UInt16](repeating: 0, count: row)
        for y in 0..<height {
            let (above, here, below) = (max(y - 1, 0) * row, y * row, min(y + 1, height - 1) * row)
            for x in 0..<row {
                line[x] = UInt16(pixels[above + x]) + 2 * UInt16(pixels[here + x]) + UInt16(pixels[below + x])
            }
            for x in 0..<row {
                let (left, right) = (x < 3 ? x : x - 3, x + 3 < row ? x + 3 : x)
                result.pixels[here + x] = UInt8((line[left] + 2 * line[x] + line[right] + 8) / 16)
            }
        }
        return result
    }
}
