import Tensors
import TestSupport
import Testing

/// Separable resampling, read through what it does to pictures.
struct ResampleTests {
    /// What an axis does to a line of values.
    static func apply(_ axis: ResamplingAxis, _ values: [Float]) -> [Float] {
        Resampling(rows: .bilinear(from: 1, to: 1), columns: axis)(Tensor(values, [1, values.count, 1])).values
    }

    /// PyTorch's `interpolate(mode="bilinear", align_corners=False)` along one axis (UpSample.h,
    /// area_pixel_compute_source_index).
    static func torch(_ values: [Double], to outputs: Int) -> [Double] {
        let scale = Double(values.count) / Double(outputs)
        return (0..<outputs).map { output in
            let source = max(scale * (Double(output) + 0.5) - 0.5, 0)
            let low = Int(source)
            let high = low + (low < values.count - 1 ? 1 : 0)
            return values[low] * (1 - (source - Double(low))) + values[high] * (source - Double(low))
        }
    }

    @Test("values made by hand")
    func byHand() {
        #expect(Self.apply(.bilinear(from: 2, to: 4), [0, 4]) == [0, 1, 3, 4])
        #expect(Self.apply(.bilinear(from: 4, to: 2), [0, 4, 8, 12]) == [2, 10])
        #expect(Self.apply(.bilinear(from: 4, to: 1), [0, 4, 8, 100]) == [6])
        #expect(Self.apply(.bilinear(from: 1, to: 3), [7]) == [7, 7, 7])
        #expect(Self.apply(.bilinear(from: 3, to: 3), [1, 2, 3]) == [1, 2, 3])
        #expect(Self.apply(.means(of: 2, over: 5), [1, 3, 5, 9, 4]) == [2, 7, 4])
        #expect(Self.apply(.means(of: 4, over: 3), [1, 2, 6]) == [3])
        #expect(Self.apply(.means(of: 1, over: 2), [1, 2]) == [1, 2])
    }

    @Test(
        "antialiased is PyTorch's",
        arguments: [
            (1, [2.142857]), (3, [1.657143, 2.317073, 2.4]), (4, [1.611111, 2.666667, 1.216667, 3.314815]),
            (7, [1.6, 1.333333, 2.124999, 4.263158, -0.687499, 2.333331, 3.8]),
            (
                16,
                [
                    0, 2.125, 3.34375, 1.28125, -0.78125, 0.53125, 6.71875, 4.375, 3.6875, 4.65625, -2.90625, -2.75,
                    2.5625, 6.6875, 4.71875, 1,
                ]
            ),
        ])
    func antialiased(outputs: Int, expected: [Float]) {
        // torch.nn.functional.interpolate(x, size=(1, outputs), mode="bilinear", antialias=True), to six digits.
        let found = Self.apply(.antialiased(from: 11, to: outputs), [0, 4, 1, -2, 7, 3, 5, -6, 2, 8, 1])
        expectClose(Tensor(found, [outputs]), Tensor(expected, [outputs]), absolute: 3e-6)
    }

    @Test(
        "antialiased bicubic is PyTorch's",
        arguments: [
            (1, [2.102026]), (3, [1.575233, 2.40743, 2.233022]), (4, [1.4425, 2.863598, 1.060602, 3.302574]),
            (7, [1.691607, 1.221126, 2.019407, 5.045648, -1.280446, 2.499996, 4.042972]),
            (
                16,
                [
                    -0.250232, 2.224723, 3.81105, 1.309128, -1.640564, 0.029037, 6.903702, 4.434921, 3.747421, 4.837891,
                    -3.916992, -4.012589, 2.691269, 7.592728, 4.940139, 0.562095,
                ]
            ),
        ])
    func antialiasedBicubic(outputs: Int, expected: [Float]) {
        // torch.nn.functional.interpolate(x, size=(1, outputs), mode="bicubic", antialias=True), to six digits.
        let found = Self.apply(.antialiasedBicubic(from: 11, to: outputs), [0, 4, 1, -2, 7, 3, 5, -6, 2, 8, 1])
        expectClose(Tensor(found, [outputs]), Tensor(expected, [outputs]), absolute: 5e-6)
    }

    @Test(
        "bicubic by a factor is PyTorch's",
        arguments: [
            (4, [3.709528, 2.87235, 2.975032, 7.976876]),
            (
                16,
                [
                    -0.336559, 2.406267, 3.916555, 1.495102, -1.93292, -0.060244, 6.728503, 4.820174, 3.671607,
                    5.061072, -3.404326, -4.860697, 2.420099, 7.567247, 5.875013, 0.608506,
                ]
            ),
        ])
    func bicubicByFactor(outputs: Int, expected: [Float]) {
        // torch.nn.functional.interpolate(x, scale_factor=(1, (outputs + 0.1) / 11), mode="bicubic"), to six digits; its
        // positions are of single precision, by 1e-6 off where values differ by 14.
        let axis = ResamplingAxis.bicubic(from: 11, to: outputs, scale: (Double(outputs) + 0.1) / 11)
        let found = Self.apply(axis, [0, 4, 1, -2, 7, 3, 5, -6, 2, 8, 1])
        expectClose(Tensor(found, [outputs]), Tensor(expected, [outputs]), absolute: 2e-5)
    }

    @Test(
        "bicubic is PyTorch's",
        arguments: [
            (1, [3]), (3, [3.666667, 3, 7.333333]), (4, [3.797363, 3.998535, 0.728516, 7.699219]),
            (
                16,
                [
                    -0.33371, 2.438225, 3.900505, 1.426613, -2.00238, 0.175911, 6.868462, 4.605873, 3.847878, 4.772614,
                    -3.935944, -4.462975, 2.962746, 7.75695, 5.341309, 0.416008,
                ]
            ),
        ])
    func bicubic(outputs: Int, expected: [Float]) {
        // torch.nn.functional.interpolate(x, size=(1, outputs), mode="bicubic"), to six digits.
        let found = Self.apply(.bicubic(from: 11, to: outputs), [0, 4, 1, -2, 7, 3, 5, -6, 2, 8, 1])
        expectClose(Tensor(found, [outputs]), Tensor(expected, [outputs]), absolute: 3e-6)
        // Borders are repeated on both sides at once.
        let few = Self.apply(.bicubic(from: 2, to: 5), [2, 5])
        expectClose(Tensor(few, [5]), Tensor([1.66925, 2.246, 3.5, 4.754, 5.33075], [5]), absolute: 1e-6)
    }

    @Test(
        "bilinear is PyTorch's, along both axes and for every channel",
        arguments: [(1, 1, 5, 3), (4, 7, 9, 5), (8, 6, 8, 13), (13, 5, 4, 17), (2, 3, 64, 1)])
    func likeTorch(height: Int, width: Int, toHeight: Int, toWidth: Int) {
        var random = RandomNumbers(seed: 1)
        let x = random.uniform([height, width, 3], bound: 1)
        let values = x.doubles
        var expected = [Double](repeating: 0, count: toHeight * toWidth * 3)
        for c in 0..<3 {
            let lines = (0..<height).map { y in
                Self.torch((0..<width).map { values[(y * width + $0) * 3 + c] }, to: toWidth)
            }
            for column in 0..<toWidth {
                for (y, value) in Self.torch(lines.map { $0[column] }, to: toHeight).enumerated() {
                    expected[(y * toWidth + column) * 3 + c] = value
                }
            }
        }
        let resampling = Resampling.bilinear((height, width), (toHeight, toWidth))
        // Two interpolations of values below 1.
        expectClose(resampling(x), Tensor(rounding: expected, [toHeight, toWidth, 3]), absolute: 5e-7)
        let sum = Tensor(zeros: [toHeight, toWidth, 3])
        resampling.apply(x, to: sum, adding: true)
        resampling.apply(x, to: sum, adding: true)
        expectClose(sum, Tensor(rounding: expected.map { 2 * $0 }, sum.shape), absolute: 1e-6, "adding")
    }

    @Test("two steps in one are one after the other", arguments: [(5, 20, 13), (30, 7, 90), (3, 3, 8), (9, 4, 4)])
    func composition(inputs: Int, middle: Int, outputs: Int) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform([inputs, inputs + 1, 2], bound: 1)
        let first = Resampling.bilinear((inputs, inputs + 1), (middle, middle + 2))
        let second = Resampling.bilinear((middle, middle + 2), (outputs, outputs + 3))
        let both = Resampling.bilinear((inputs, inputs + 1), (middle, middle + 2), (outputs, outputs + 3))
        // Values below 1 and weights that are rounded once more.
        expectClose(both(x), second(first(x)), absolute: 5e-7)
        #expect(both.rows.taps <= 4)
    }

    @Test("the transposed resampling is the adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩")
    func adjoint() {
        var random = RandomNumbers(seed: 3)
        let resamplings = [
            Resampling.bilinear((5, 7), (12, 9)), .bilinear((12, 9), (5, 7)), .bilinear((4, 6), (16, 24), (11, 31)),
            Resampling(rows: .means(of: 4, over: 10), columns: .means(of: 3, over: 3)),
        ]
        for resampling in resamplings {
            let x = random.uniform([resampling.rows.inputs, resampling.columns.inputs, 2], bound: 1)
            let y = random.uniform([resampling.rows.outputs, resampling.columns.outputs, 2], bound: 1)
            let forward = dot(resampling(x).doubles, y.doubles)
            let backward = dot(x.doubles, resampling.transposed(y).doubles)
            // Sums of some 700 products of numbers below 1, each rounded by 1e-7.
            #expect(abs(forward - backward) < 1e-5)
            #expect(abs(forward) > 0.01, "nothing to compare")
        }
    }
}
