import Engine
import Foundation
import TestSupport
import Testing

/// Upsampled features without full-resolution features, against full-resolution features.
struct ContrastTests {
    /// Bilinear in one step, as features are; one cell, one row and one column have neighbours on no side or one.
    static let cases = [
        DenseCase(grid: (1, 1), frame: (2, 3), classes: 4), DenseCase(grid: (1, 4), frame: (3, 9), classes: 5),
        DenseCase(grid: (5, 1), frame: (11, 4), classes: 3), DenseCase(grid: (3, 4), frame: (3, 4), classes: 6),
        DenseCase(grid: (4, 5), frame: (13, 17), classes: 7), DenseCase(grid: (6, 7), frame: (4, 3), classes: 19),
    ]

    static let objects = 3

    private func features(_ test: DenseCase) -> Tensor { unitRows(test.logits(1, bound: 1)).rows }

    private func prototypes(_ test: DenseCase) -> Tensor {
        var random = RandomNumbers(seed: 2)
        return unitRows(random.uniform([Self.objects, test.classes], bound: 1)).rows
    }

    private func mask(_ test: DenseCase) -> [UInt16] {
        var random = RandomNumbers(seed: 3)
        let mask = (0..<test.frame.height * test.frame.width).map { _ -> UInt16 in
            let object = random.next() % UInt64(Self.objects + 1)
            return object < Self.objects ? UInt16(object) : noLabel
        }
        return [2] + mask.dropFirst()
    }

    private func normalized(_ x: [Double]) -> [Double] {
        let norm = dot(x, x).squareRoot()
        return x.map { $0 / norm }
    }

    @Test("weighted sums over objects", arguments: cases)
    func weightedSums(test: DenseCase) {
        var random = RandomNumbers(seed: 4)
        let weight = random.uniform([test.frame.height, test.frame.width], bound: 1)
        let features = features(test)
        let mask = mask(test)
        var expected = [Double](repeating: 0, count: Self.objects * test.classes)
        for (pixel, feature) in test.upsampled(features.doubles).map(normalized).enumerated()
        where mask[pixel] != noLabel {
            for c in 0..<test.classes {
                expected[Int(mask[pixel]) * test.classes + c] += weight.doubles[pixel] * feature[c]
            }
        }
        let found = UpsampledFeatures(features, test.resampling)
            .weightedSums(of: mask, weight: weight, objects: Self.objects)
        // Sums over up to some 70 pixels; a small norm, of cells that point apart, is less exact.
        expectClose(found, Tensor(rounding: expected, [Self.objects, test.classes]), absolute: 2e-5)
    }

    private func loss(_ test: DenseCase, _ features: [Double], _ mask: [UInt16], _ prototypes: Tensor) -> Double {
        let values = prototypes.doubles
        var sum = 0.0
        for (pixel, feature) in test.upsampled(features).map(normalized).enumerated() where mask[pixel] != noLabel {
            let cosines = (0..<prototypes.rows).map {
                dot(feature, NormalizationTests.row(values, $0, prototypes.columns))
            }
            sum -= log(softmax(cosines)[Int(mask[pixel])])
        }
        return sum
    }

    @Test("contrast and its gradient on the sphere", arguments: cases)
    func contrast(test: DenseCase) {
        let (features, prototypes, mask) = (features(test), prototypes(test), mask(test))
        let (loss, gradient) = UpsampledFeatures(features, test.resampling).contrast(mask, prototypes, scale: 0.5)
        let expected = 0.5 * self.loss(test, features.doubles, mask, prototypes)
        // Each pixel's loss of about 1 is rounded by some 1e-7.
        #expect(abs(loss - expected) < 1e-6 * Double(mask.count))
        // The kernel takes features to have unit length, so its gradient holds along the sphere only: through unitRows.
        let (unit, norms) = unitRows(features)
        unitRowsBackward(gradient, rows: unit, norms: norms)
        // Each cell sums up to some 20 pixels, whose norms divide by as little as 0.2.
        expectGradient(gradient, at: features, absolute: 2e-5) { point in
            self.loss(test, UnitRowsTests.unit(point, columns: test.classes), mask, prototypes) * 0.5
        }
    }

    @Test("opposite neighbours, whose sample vanishes between them, give finite numbers")
    func vanishing() {
        let features = Tensor([1, 0, -1, 0], [1, 2, 2])
        let upsampled = UpsampledFeatures(features, .bilinear((1, 2), (1, 3)))
        let sums = upsampled.weightedSums(of: [0, 0, 0], weight: Tensor([1, 1, 1], [1, 3]), objects: 1)
        #expect(sums.values.allSatisfy { $0.isFinite })
        let (loss, gradient) = upsampled.contrast([0, 1, 0], Tensor([1, 0, 0, 1], [2, 2]), scale: 1)
        #expect(loss.isFinite && gradient.values.allSatisfy { $0.isFinite })
    }

    @Test("a mask without objects has no loss")
    func noObjects() {
        let test = Self.cases[4]
        let (loss, gradient) = UpsampledFeatures(features(test), test.resampling)
            .contrast(Array(repeating: noLabel, count: 13 * 17), prototypes(test), scale: 1)
        #expect(loss == 0)
        #expect(gradient.values.allSatisfy { $0 == 0 })
    }
}
