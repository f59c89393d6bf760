import Dense
import Foundation
import Methods
import Networks
import Raster
import Tensors

/// A frame whose labels and reliabilities are chosen pixel by pixel; its network runs at full resolution.
///
/// One pixel of the frame should have reliability 0, for the scale of all others is the largest entropy.
func handMadeFrame(
    _ index: Int = 0, width: Int, height: Int, classes: Int, image: Image? = nil,
    _ pixel: (_ x: Int, _ y: Int) -> (label: Int, reliability: Double)
) -> WarmUpFrame {
    var logits: [Float] = []
    for y in 0..<height {
        for x in 0..<width {
            let (label, reliability) = pixel(x, y)
            // Never quite 0, so that the label is the argmax even there.
            let lead = max(logit(reliability: reliability, classes: classes), 1e-4)
            logits += (0..<classes).map { $0 == label ? Float(lead) : 0 }
        }
    }
    let map = Tensor(logits, [height, width, classes])
    var random = RandomNumbers(seed: 1)
    let features = (0..<4).map { random.uniform([max(height >> $0, 1), max(width >> $0, 1), 8], bound: 1) }
    return WarmUpFrame(
        index: index,
        image: image ?? Image(width: width, height: height, pixels: Array(repeating: 90, count: width * height * 3)),
        levels: [4, 8, 16, 32].map { FeatureLevel(stride: $0, channels: 8) }, features: features, logits: map,
        prediction: DenseLogits(map, .bilinear((height, width), (height, width))).predict())
}

/// By how much one class's logit must lead the others' for a reliability 1 - entropy / ln(classes).
private func logit(reliability: Double, classes: Int) -> Double {
    var (low, high) = (0.0, 60.0)
    for _ in 0..<60 {
        let middle = (low + high) / 2
        let others = Double(classes - 1) * exp(-middle)
        let p = 1 / (1 + others)
        let q = exp(-middle) * p
        let entropy = -p * log(p) - Double(classes - 1) * q * log(q)
        if 1 - entropy / log(Double(classes)) < reliability { low = middle } else { high = middle }
    }
    return low
}

/// A rectangle of a frame.
func rectangle(_ columns: Range<Int>, _ rows: Range<Int>, width: Int, height: Int) -> Mask {
    Mask(
        width: width, height: height,
        (0..<width * height).map { columns.contains($0 % width) && rows.contains($0 / width) })
}
