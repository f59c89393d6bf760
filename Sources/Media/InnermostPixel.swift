/// The pixel of a region `[height, width]` that is farthest from what is outside, in steps to the four sides, and
/// how many; nil if the region is empty.
package func innermostPixel(of inside: [Bool], width: Int, height: Int) -> (x: Int, y: Int, room: Int)? {
    var steps = [Int](repeating: 0, count: inside.count)
    for y in 0..<height {
        for x in 0..<width where inside[y * width + x] {
            let pixel = y * width + x
            steps[pixel] = min(x > 0 ? steps[pixel - 1] : 0, y > 0 ? steps[pixel - width] : 0) + 1
        }
    }
    var best: Int?
    for y in (0..<height).reversed() {
        for x in (0..<width).reversed() where inside[y * width + x] {
            let pixel = y * width + x
            let right = x + 1 < width ? steps[pixel + 1] : 0
            let below = y + 1 < height ? steps[pixel + width] : 0
            steps[pixel] = min(steps[pixel], min(right, below) + 1)
            if best.map({ steps[$0] < steps[pixel] }) ?? true { best = pixel }
        }
    }
    return best.map { ($0 % width, $0 / width, steps[$0]) }
}
