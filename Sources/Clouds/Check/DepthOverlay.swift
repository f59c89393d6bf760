import Foundation
import Media
package import Raster

/// Draws the points that a camera sees on its picture, coloured by their depth: red is near, blue is far.
///
/// Points that something hides are black dots.
package func depthOverlay(_ image: Image, _ views: Pairing.Views) -> Image {
    let marks = [2, 5, 10, 20, 40, 80]
    var canvas = Canvas(image, legend: marks.map { ("\($0) m", depthColor(Double($0))) } + [("hidden", (0, 0, 0))])
    canvas.recede()
    let side = max(2, image.width / 500)
    for pair in 0..<views.hidden.count {
        canvas.square(
            x: Int(views.hidden.u[pair].rounded()), y: Int(views.hidden.v[pair].rounded()), side: side, (0, 0, 0))
    }
    // The nearest last, on top of the others.
    for pair in (0..<views.seen.count).sorted(by: { views.seen.depth[$0] > views.seen.depth[$1] }) {
        canvas.square(
            x: Int(views.seen.u[pair].rounded()), y: Int(views.seen.v[pair].rounded()), side: side,
            depthColor(Double(views.seen.depth[pair])))
    }
    return canvas.image
}

/// The colour of a depth in metres: from red at 2 m to blue at 80 m, by equal ratios.
private func depthColor(_ depth: Double) -> Canvas.Color {
    let place = max(0, min(log(depth / 2) / log(40), 1))
    // Of a circle of hues, the four sixths from red over yellow, green and cyan to blue.
    let hue = 4 * place
    func part(_ center: Double) -> UInt8 { UInt8((255 * max(0, min(2 - abs(hue - center), 1))).rounded()) }
    return (part(0), part(2), part(4))
}
