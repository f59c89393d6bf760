import Dense
import Raster

/// What is found at a prompt: the region of its class around it, unless that is too small to be followed.
func promptRegion(_ prompt: Prompt, _ frame: WarmUpFrame, _ options: AffinityOptions) -> Finding {
    let edges = imageEdges(frame.image, above: options.regionEdge)
    let mask = region(around: prompt, frame, edges: edges, atLeast: options.regionReliability)
    let pixels = frame.image.width * frame.image.height
    let least = (options.regionArea * pixels + 640 * 480 - 1) / (640 * 480)
    guard mask.area >= least else {
        return .nothing(reason: "the region of its class has \(mask.area) pixels, at least \(least) are needed")
    }
    return .mask(mask)
}

/// The 4-connected region of a prompt's class around its point, reliable and not crossing image edges.
private func region(around prompt: Prompt, _ frame: WarmUpFrame, edges: [Bool], atLeast: Float) -> Mask {
    let (width, height) = (frame.image.width, frame.image.height)
    let (labels, reliability) = (frame.prediction.labels.labels, frame.reliability)
    var inside = [Bool](repeating: false, count: width * height)
    var open = [prompt.y * width + prompt.x]
    inside[open[0]] = true
    func visit(_ pixel: Int) {
        guard !inside[pixel], Int(labels[pixel]) == prompt.classID, reliability[pixel] >= atLeast, !edges[pixel]
        else { return }
        inside[pixel] = true
        open.append(pixel)
    }
    while let pixel = open.popLast() {
        let (x, y) = (pixel % width, pixel / width)
        if x > 0 { visit(pixel - 1) }
        if x + 1 < width { visit(pixel + 1) }
        if y > 0 { visit(pixel - width) }
        if y + 1 < height { visit(pixel + width) }
    }
    return Mask(width: width, height: height, inside)
}

/// Whether the lightness of a picture steps at each pixel by more than a threshold, in L* a pixel (Sobel, after a small
/// blur against noise).
func imageEdges(_ image: Image, above threshold: Float) -> [Bool] {
    let (width, height) = (image.width, image.height)
    let smooth = blurred(lightness(image), width, height)
    var edges = [Bool](repeating: false, count: width * height)
    for y in 0..<height {
        for x in 0..<width {
            func value(_ dx: Int, _ dy: Int) -> Float {
                smooth[min(max(y + dy, 0), height - 1) * width + min(max(x + dx, 0), width - 1)]
            }
            let gx = value(1, -1) + 2 * value(1, 0) + value(1, 1) - value(-1, -1) - 2 * value(-1, 0) - value(-1, 1)
            let gy = value(-1, 1) + 2 * value(0, 1) + value(1, 1) - value(-1, -1) - 2 * value(0, -1) - value(1, -1)
            edges[y * width + x] = (gx * gx + gy * gy).squareRoot() / 8 > threshold
        }
    }
    return edges
}

/// A Gaussian blur of one pixel's deviation, borders repeated.
private func blurred(_ values: [Float], _ width: Int, _ height: Int) -> [Float] {
    let kernel: [Float] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545]
    var rows = values
    for y in 0..<height {
        for x in 0..<width {
            rows[y * width + x] = (-2...2).reduce(0) {
                $0 + kernel[$1 + 2] * values[y * width + min(max(x + $1, 0), width - 1)]
            }
        }
    }
    var result = rows
    for y in 0..<height {
        for x in 0..<width {
            result[y * width + x] = (-2...2).reduce(0) {
                $0 + kernel[$1 + 2] * rows[min(max(y + $1, 0), height - 1) * width + x]
            }
        }
    }
    return result
}
