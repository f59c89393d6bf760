package import Tensors
import Testing

/// The extents of a convolution: of the picture, its channels, and the kernel.
package struct ConvolutionShape: CustomTestStringConvertible, Sendable {
    package let height, width, inputs, outputs, kernel, stride, padding: Int
    package var testDescription: String { "\(kernel)×\(kernel) s\(stride) p\(padding), \(height)×\(width)×\(inputs)" }

    package init(height: Int, width: Int, inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) {
        (self.height, self.width, self.inputs, self.outputs) = (height, width, inputs, outputs)
        (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    }
}

/// x `[H, W, I]`, weight `[O, I, kernel, kernel]` → `[H', W', O]`, zero outside the picture.
package func naiveConvolution(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ shape: ConvolutionShape
) -> Tensor {
    let (xs, ws, bs) = (x.doubles, weight.doubles, bias.doubles)
    let (k, inputs, outputs) = (shape.kernel, shape.inputs, shape.outputs)
    let height = (shape.height + 2 * shape.padding - k) / shape.stride + 1
    let width = (shape.width + 2 * shape.padding - k) / shape.stride + 1
    var out = [Double]()
    for index in 0..<height * width * outputs {
        let (oy, ox, o) = (index / outputs / width, index / outputs % width, index % outputs)
        var sum = bs[o]
        for tap in 0..<k * k {
            let (y, column) = (
                oy * shape.stride + tap / k - shape.padding, ox * shape.stride + tap % k - shape.padding
            )
            guard (0..<shape.height).contains(y), (0..<shape.width).contains(column) else { continue }
            for i in 0..<inputs {
                sum += xs[(y * shape.width + column) * inputs + i] * ws[(o * inputs + i) * k * k + tap]
            }
        }
        out.append(sum)
    }
    return Tensor(rounding: out, [height, width, outputs])
}
