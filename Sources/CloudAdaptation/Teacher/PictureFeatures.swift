package import Tensors

/// A teacher's features of a picture, in grids of several strides.
///
/// No map of the picture's size is ever made: features are taken at the places that points have.
package struct PictureFeatures: Sendable {
    /// The grids `[h, w, C]`.
    package let levels: [Tensor]
    /// Width and height of the picture, in pixels.
    package let width, height: Int

    /// Takes grids that span a picture of so many pixels.
    package init(levels: [Tensor], width: Int, height: Int) {
        (self.levels, self.width, self.height) = (levels, width, height)
    }

    /// The channels of all grids together.
    package var channels: Int { levels.reduce(0) { $0 + $1.columns } }

    /// Takes features at places of the picture, bilinearly: in a grid of w columns, column u is at (u + 0.5) · w / W - 0.5, within the
    /// middles of the outermost cells.
    ///
    /// - Parameters:
    ///   - u: columns `[N]`, 0 in the middle of the first pixel.
    ///   - v: rows `[N]`.
    ///   - out: rows of all grids' channels one after another.
    ///   - first: the row of the first place.
    package func sample(u: [Float], v: [Float], into out: Tensor, at first: Int) {
        precondition(
            out.columns == channels && u.count == v.count && first + u.count <= out.rows,
            "\(u.count) places of \(channels) channels into \(out.shape) from row \(first)")
        let columns = out.columns
        parallelFor(u.count, grain: 256) { range in
            for index in range {
                var target = unsafe out.pointer + (first + index) * columns
                for level in levels {
                    let (h, w, c) = (level.shape[0], level.shape[1], level.shape[2])
                    let (x0, x1, right) = Self.cells(u[index], extent: width, cells: w)
                    let (y0, y1, lower) = Self.cells(v[index], extent: height, cells: h)
                    let (a, b) = unsafe (level.pointer + (y0 * w + x0) * c, level.pointer + (y0 * w + x1) * c)
                    let (d, e) = unsafe (level.pointer + (y1 * w + x0) * c, level.pointer + (y1 * w + x1) * c)
                    let (p, q) = ((1 - lower) * (1 - right), (1 - lower) * right)
                    let (r, s) = (lower * (1 - right), lower * right)
                    for channel in 0..<c {
                        unsafe target[channel] = p * a[channel] + q * b[channel] + r * d[channel] + s * e[channel]
                    }
                    unsafe target += c
                }
            }
        }
    }

    /// The two cells around a place, and the second one's share.
    private static func cells(_ place: Float, extent: Int, cells: Int) -> (Int, Int, Float) {
        let position = (place + 0.5) * Float(cells) / Float(extent) - 0.5
        let inside = min(max(position, 0), Float(cells - 1))
        let first = min(Int(inside), max(cells - 2, 0))
        return (first, min(first + 1, cells - 1), inside - Float(first))
    }
}
