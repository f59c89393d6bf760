/// The widths and depths of a `MinkUNet`.
///
/// Source: Choy, Gwak, Savarese, "4D spatio-temporal ConvNets", 2019; chrischoy/SpatioTemporalSegmentation, models/res16unet.py.
package struct MinkUNetConfiguration: Sendable, Equatable {
    /// Channels of the input.
    package var inputs: Int
    /// Channels of the output: classes, or features for what follows.
    package var outputs: Int
    /// The side of the first convolution's kernel: 3 or 5.
    package var stemKernel = 3
    /// Channels of the first convolution.
    package var stem = 32
    /// Channels of the four stages down and the four up.
    package var planes: [Int]
    /// Residual blocks of each of the eight stages.
    package var layers: [Int]

    /// Describes a network.
    package init(inputs: Int, outputs: Int, stemKernel: Int = 3, stem: Int = 32, planes: [Int], layers: [Int]) {
        precondition(
            planes.count == 8 && layers.count == 8, "\(planes.count) widths and \(layers.count) depths of 8 stages")
        (self.inputs, self.outputs, self.stemKernel) = (inputs, outputs, stemKernel)
        (self.stem, self.planes, self.layers) = (stem, planes, layers)
    }

    /// Res16UNet34C, as published: 37.8 M values.
    package static func mink34C(inputs: Int, outputs: Int, stemKernel: Int = 5) -> MinkUNetConfiguration {
        MinkUNetConfiguration(
            inputs: inputs, outputs: outputs, stemKernel: stemKernel, planes: [32, 64, 128, 256, 256, 128, 96, 96],
            layers: [2, 3, 4, 6, 2, 2, 2, 2])
    }

    /// A network of 2.0 M values for voxels of 10 cm on few cores.
    package static func mink14Half(inputs: Int, outputs: Int) -> MinkUNetConfiguration {
        MinkUNetConfiguration(
            inputs: inputs, outputs: outputs, stem: 16, planes: [16, 32, 64, 128, 64, 64, 48, 48],
            layers: Array(repeating: 1, count: 8))
    }

    /// A network of 0.8 M values for quick trials.
    package static func mink14Third(inputs: Int, outputs: Int) -> MinkUNetConfiguration {
        MinkUNetConfiguration(
            inputs: inputs, outputs: outputs, stem: 16, planes: [16, 24, 32, 64, 48, 48, 32, 32],
            layers: Array(repeating: 1, count: 8))
    }

    /// The published names and the shapes of all tensors that a network takes, in the order of the layers.
    package var shapes: [(name: String, shape: [Int])] {
        var shapes: [(name: String, shape: [Int])] = []
        func convolution(_ name: String, _ shape: [Int], norm: String) {
            shapes.append((name + ".kernel", shape))
            for part in ["weight", "bias", "running_mean", "running_var"] {
                shapes.append(("\(norm).bn.\(part)", [shape.last ?? 0]))
            }
        }
        func blocks(_ stage: Int, _ width: Int) {
            var inputs = width
            for index in 0..<layers[stage] {
                let (name, outputs) = ("block\(stage + 1).\(index)", planes[stage])
                convolution(name + ".conv1", [27, inputs, outputs], norm: name + ".norm1")
                convolution(name + ".conv2", [27, outputs, outputs], norm: name + ".norm2")
                if inputs != outputs {
                    convolution(name + ".downsample.0", [inputs, outputs], norm: name + ".downsample.1")
                }
                inputs = outputs
            }
        }
        convolution("conv0p1s1", [stemKernel * stemKernel * stemKernel, inputs, stem], norm: "bn0")
        var width = stem
        var skips: [Int] = []
        for (stage, names) in MinkUNet.encoderNames.enumerated() {
            skips.append(width)
            convolution(names.convolution, [8, width, width], norm: names.norm)
            blocks(stage, width)
            width = planes[stage]
        }
        for (stage, names) in MinkUNet.decoderNames.enumerated() {
            convolution(names.convolution, [8, width, planes[4 + stage]], norm: names.norm)
            blocks(4 + stage, planes[4 + stage] + (skips.popLast() ?? 0))
            width = planes[4 + stage]
        }
        return shapes + [("final.kernel", [width, outputs]), ("final.bias", [1, outputs])]
    }
}
